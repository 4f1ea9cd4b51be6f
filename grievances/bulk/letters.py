"""The letters of one answer to many, each as its informant will get it, a few at a time."""

from dataclasses import dataclass

from grievances.answering.filling import filled, has_fields
from grievances.answering.letters import letter
from grievances.models import Opinion
from grievances.sight.looks import named_in_lists
from villages.models import Cadre

# So many stand on a page.
AT_ONCE = 5


@dataclass(frozen=True)
class CaseLetter:
    """What one informant gets – without what was said, where that is read only by opening the case – and the internal
    account, where that is filled in from the case, too."""

    case: Opinion
    text: str
    account: str = ""


@dataclass(frozen=True)
class Letters:
    """Some of the letters; numbers count from 1, and are 0 where nothing comes before or after."""

    rows: list[CaseLetter]
    first: int
    total: int

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def previous(self) -> int:
        return max(self.first - AT_ONCE, 1) if self.first > 1 else 0

    @property
    def next(self) -> int:
        return self.last + 1 if self.last < self.total else 0


def letters(cases: list[Opinion], told: dict[str, object], *, by: Cadre, first: str) -> Letters:
    """The letters from the asked one on, by a fixed number of queries; ``told`` is what the form of the answer says.
    What is no number of a letter means the first."""
    start = int(first) if first.isdecimal() and len(first) < 6 and 1 <= int(first) <= len(cases) else 1
    chosen = cases[start - 1 : start - 1 + AT_ONCE]
    rows = Opinion.objects.visible_to(by).select_related("unit", "person", "category", "region__parent")
    found = rows.in_bulk([case.pk for case in chosen])
    names = named_in_lists(list(found.values()), by)
    shown = [found[case.pk] for case in chosen if case.pk in found]
    rows = [_letter(case, told, [one.name for one in names.get(case.pk, [])]) for case in shown]
    return Letters(rows, start, len(cases))


def _letter(case: Opinion, told: dict[str, object], names: list[str]) -> CaseLetter:
    own = filled(told, case)
    ground = {name: told.get(name) for name in ("ground", "planned_for", "passed_to")}
    text = letter(case, str(own["public"]), names=names, words=case.words_in_lists, **ground)
    return CaseLetter(case, str(text), str(own["account"]) if has_fields(str(told["account"])) else "")
