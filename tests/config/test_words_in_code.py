"""Words in the code that the catalogue tool would not find."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_APPS = ("config", "grievances", "villages")
_TRANSLATES = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy"}


def words_in_f_strings(code: str) -> list[int]:
    """The lines on which a translation is asked for within an f-string: the tool reads that as one plain text."""
    strings = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.JoinedStr)]
    calls = [node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id in _TRANSLATES]


def test_no_words_are_translated_within_an_f_string() -> None:
    modules = [path for app in _APPS for path in (ROOT / app).rglob("*.py")]
    assert modules
    found = {str(path.relative_to(ROOT)): words_in_f_strings(path.read_text()) for path in modules}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_words_in_an_f_string_are_noticed() -> None:
    assert words_in_f_strings('x = 1\ny = f"<b>{_("late")}</b>"'.replace('_("late")', "_('late')")) == [2]
