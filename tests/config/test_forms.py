"""What holds for the forms of every page."""

import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import override

from config.messages import extracted
from grievances.workflow import State
from villages.templatetags.looks import bracketed, colon, comma

TEMPLATES = Path(__file__).parents[2] / "templates"
_FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.S)
_ASKS = re.compile(r"as_field_group|as_div|_step_fields|<textarea|<select|<input(?! type=.hidden)|form %}")


def test_no_browser_speaks_before_the_page_does() -> None:
    asking = [
        (file.name, form)
        for file in sorted(TEMPLATES.rglob("*.html"))
        for form in _FORM.findall(file.read_text())
        if _ASKS.search(form)
    ]
    silent = [name for name, form in asking if "novalidate" not in form.partition(">")[0]]
    assert silent == [] and len(asking) >= 10


def test_the_state_and_the_figure_collected_are_two_words() -> None:
    found = {(message.context, message.id) for message in extracted()}
    assert {("state", "collected"), (None, "collected")} <= found
    with override("en"):
        assert State.COLLECTED.label == "collected"
    with override("zh-hans"):
        assert State.COLLECTED.label == "待交办"


@pytest.mark.parametrize("words", [comma, colon])
def test_what_stands_between_words_is_in_the_catalogue(words: object) -> None:
    found = {message.id for message in extracted() if message.context}
    with translation.override(None):
        assert {words(), " (%s)"} <= found


def test_an_aside_stands_in_brackets() -> None:
    with translation.override("en"):
        assert f"Who looked{bracketed(3)}" == "Who looked (3)"
