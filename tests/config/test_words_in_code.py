"""Words in the code that the catalogue tool would not find."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = sorted(path for app in ("config", "grievances", "villages") for path in (ROOT / app).rglob("*.py"))
_TRANSLATES = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy"}


def words_in_f_strings(code: str) -> list[int]:
    """The lines on which a translation is asked for within an f-string: the tool reads that as one plain text."""
    strings = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.JoinedStr)]
    calls = [node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id in _TRANSLATES]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_words_are_translated_within_an_f_string(path: Path) -> None:
    assert words_in_f_strings(path.read_text()) == []


def test_words_in_an_f_string_are_noticed() -> None:
    assert words_in_f_strings('x = 1\ny = f"<b>{_("late")}</b>"'.replace('_("late")', "_('late')")) == [2]
