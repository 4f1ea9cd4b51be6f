"""The catalogue tool finds what is missing."""

import pytest
import time_machine
from babel.messages import Catalog

from config import messages


def catalog(msgid: str, string: str) -> Catalog:
    made = Catalog(locale="zh_Hans")
    made.add(msgid, string)
    return made


def test_a_complete_catalogue_has_no_problems() -> None:
    assert messages.problems(catalog("%(n)s days", "%(n)s 天")) == []


@pytest.mark.parametrize("string", ["", "天", "%(m)s 天"])
def test_what_is_missing_or_has_other_placeholders_is_told(string: str) -> None:
    assert len(messages.problems(catalog("%(n)s days", string))) == 1


def test_strings_of_code_and_templates_are_found() -> None:
    found = {message.id for message in messages.extracted() if isinstance(message.id, str)}
    assert {"to dispatch", "Skip to the content"} <= found


def test_the_catalogue_compiles_to_the_same_bytes_at_any_time() -> None:
    text = messages.as_po(catalog("%(n)s days", "%(n)s 天"))
    with time_machine.travel("2031-05-01 08:00:00Z"):
        later = messages.compiled(text)
    assert later == messages.compiled(text)
