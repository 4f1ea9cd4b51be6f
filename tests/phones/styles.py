"""Reads a style sheet as Chromium 80 would, and tells what it would leave out."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import tinycss2
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

from tests.phones import chrome80

_GAPS = ("gap", "row-gap", "column-gap")
_WITH_RULES = ("media", "supports")


@dataclass
class Ignored:
    """What an old browser ignores of one rule."""

    selector: str
    what: str
    line: int

    def __str__(self) -> str:
        return f"line {self.line}: {self.selector} {{ {self.what} }}"


@dataclass
class Sheet:
    """A style sheet: its rules' selectors, and what is ignored of them."""

    ignored: list[Ignored] = field(default_factory=list)
    selectors: set[str] = field(default_factory=set)

    def told(self, allowed: frozenset[str] = frozenset()) -> list[str]:
        """The problems: without properties that are ``allowed`` to be ignored, and without :focus-visible beside
        a :focus of its own, which an old browser shows instead."""
        return [str(one) for one in self.ignored if one.what not in allowed and not self._has_twin(one)]

    def _has_twin(self, one: Ignored) -> bool:
        twin = one.selector.replace(":focus-visible", ":focus")
        return one.what == "selector :focus-visible" and twin in self.selectors


def read(text: str) -> Sheet:
    sheet = Sheet()
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        _read_rule(rule, sheet)
    return sheet


def _read_rule(rule: Node, sheet: Sheet) -> None:
    if isinstance(rule, AtRule):
        _read_at_rule(rule, sheet)
    elif isinstance(rule, QualifiedRule):
        _read_qualified(rule, sheet)
    else:
        sheet.ignored.append(Ignored("?", f"can't be read: {rule.type}", rule.source_line))


def _read_at_rule(rule: AtRule, sheet: Sheet) -> None:
    name = rule.lower_at_keyword
    if chrome80.rule_is_new(name):
        sheet.ignored.append(Ignored(f"@{name}", f"@{name}", rule.source_line))
        return
    if name == "media":
        for what in _media_problems(rule.prelude):
            sheet.ignored.append(Ignored("@media", what, rule.source_line))
    if name in _WITH_RULES and rule.content is not None:
        for below in tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True):
            _read_rule(below, sheet)


def _media_problems(prelude: list[Node]) -> Iterator[str]:
    for block in (one for one in prelude if one.type == "() block"):
        words = [one.lower_value for one in block.content if one.type == "ident"]
        if any(one.type == "literal" and one.value in "<>=" for one in block.content):
            yield "range"
        elif words and chrome80.feature_is_new(words[0]):
            yield words[0]


def _read_qualified(rule: QualifiedRule, sheet: Sheet) -> None:
    selector = tinycss2.serialize(rule.prelude).strip()
    for what in _selector_problems(rule.prelude):
        # The whole rule is left out, not this selector of it only.
        sheet.ignored.append(Ignored(selector, f"selector {what}", rule.source_line))
    sheet.selectors.add(selector)
    parts = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    declared = [one for one in parts if isinstance(one, Declaration)]
    displays = {tinycss2.serialize(one.value).strip() for one in declared if one.lower_name == "display"}
    for one in parts:
        if isinstance(one, Declaration):
            for what in _declaration_problems(one, displays):
                sheet.ignored.append(Ignored(selector, what, one.source_line))
        else:
            sheet.ignored.append(Ignored(selector, "nesting", one.source_line))


def _selector_problems(prelude: list[Node]) -> Iterator[str]:
    after_colon = False
    for one in prelude:
        if one.type == "function":
            if after_colon and (_is_list(one) if one.lower_name == "not" else False):
                yield ":not(a, b)"
            elif after_colon and chrome80.selector_is_new(one.lower_name):
                yield f":{one.lower_name}()"
            yield from _selector_problems(one.arguments)
        elif one.type == "ident" and after_colon and chrome80.selector_is_new(one.lower_value):
            yield f":{one.lower_value}"
        after_colon = one.type == "literal" and one.value == ":"


def _is_list(function: Node) -> bool:
    return any(one.type == "literal" and one.value == "," for one in function.arguments)


def _declaration_problems(declared: Declaration, displays: set[str]) -> Iterator[str]:
    name = declared.lower_name
    if name in _GAPS:
        if not displays & {"grid", "inline-grid"}:
            yield name
    elif chrome80.property_is_new(name):
        yield name
    else:
        for what in _value_problems(name, declared.value):
            yield f"{name}: {what}"


def _value_problems(name: str, value: list[Node]) -> Iterator[str]:
    for one in value:
        if one.type == "function":
            if chrome80.function_is_new(one.lower_name):
                yield f"{one.lower_name}()"
            yield from _value_problems(name, one.arguments)
        elif one.type == "dimension" and chrome80.unit_is_new(one.lower_unit):
            yield one.lower_unit
        elif one.type == "ident" and chrome80.keyword_is_new(name, one.lower_value):
            yield one.lower_value
