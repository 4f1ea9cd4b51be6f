"""Odd input and forged forms, at every address of the desk: nothing breaks, nothing leads elsewhere."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import fresh, make_opinion
from tests.security.attackers import signed_in
from villages.models import Cadre

VALUES = [
    "9" * 30, "²", "a b/..", "//evil.example/", "\r\nX-Evil: 1", "%00", "x" * 5000, "9223372036854775808", "&" * 1500,
]  # fmt: skip
ASKED = {
    "view-new": ("list", "region", "order", "unit"),
    "list-columns": ("next",),
    "walk-next": ("list", "place"),
    "commands": ("q", "case", "list", "place"),
    "proposal-list": ("case", "panel"),
    "bulk-proposals": ("case",),
    "call-backs": ("case", "list"),
    "chosen-paper": ("case", "problem", "what"),
    "chosen-export": ("case",),
    "common-problem-list": ("state", "category", "region", "unit", "after"),
    "supervision-list": ("status", "mine", "region", "unit", "before"),
    "escalation-list": ("day", "after"),
    "opinion-list": ("view", "whose", "by", "older", "due_from"),
    "view-list": ("current",),
}
POSTED = {
    "list-changes": ("rows", "query", "list", "case"),
    "opinion-new-same": ("text", "category", "place_of", "same"),
    "view-new": ("name", "queue", "query", "grow_by", "columns", "sharing", "calls", "version"),
    "view-start": ("view",),
    "list-columns": ("columns", "next", "density"),
    "bulk-proposals": ("chosen", "proposed", "key"),
    "call-backs": ("chosen", "key", "means", "said_at", "printed"),
    "chosen-paper": ("chosen", "what", "names", "reason", "key"),
    "chosen-export": ("chosen", "format", "key"),
    "notice-settings": ("email", "digest", "step", "language"),
    "model-answer-new": ("title", "text", "category", "ground", "outcome"),
}


@pytest.mark.parametrize("method", ["get", "post"])
def test_odd_input_breaks_nothing_and_leads_nowhere_else(mighty: Cadre, visitor: Cadre, method: str) -> None:
    case = make_opinion(by=visitor)
    client = signed_in(mighty)
    addresses = [(reverse(name), names) for name, names in (ASKED if method == "get" else POSTED).items()]
    if method == "get":
        addresses += [
            (reverse("opinion", args=[case.number]), ("list", "place")),
            (reverse("opinion-like", args=[case.number]), ("unit", "after")),
        ]
    else:
        addresses += [
            (reverse("opinion-notes", args=[case.number]), ("text", "person", "key")),
            (reverse("opinion-same", args=[case.number]), ("same", "key")),
            (reverse("opinion-join", args=[case.number]), ("problem", "title", "key", "version")),
            (reverse("absence", args=[mighty.pk]), ("since", "until", "substitute", "note")),
        ]
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/opinions/?text=%00"}
    for address, names in addresses:
        for value in VALUES:
            # All of a page's at once, each of them twice.
            answer = getattr(client, method)(
                address, {name: [value, value] for name in names}, headers=headers
            )
            assert answer.status_code < 500, (address, value)
            for header in ("Location", "HX-Redirect"):
                assert "evil.example" not in answer.get(header, "").partition("?")[0], (address, value)


@pytest.mark.parametrize("value", ["9" * 18, "9223372036854775808", "9" * 40])
def test_ids_that_no_database_has_are_not_found(mighty: Cadre, value: str) -> None:
    client = signed_in(mighty)
    for path in ("views/{}/", "views/{}/edit/", "views/{}/delete/", "people/{}/leaving/", "people/{}/absence/",
                 "people/{}/phones/",
                 "absences/{}/end/", "successions/{}/", "units/{}/colleagues/", "model-answers/{}/"):  # fmt: skip
        assert client.get("/" + path.format(value)).status_code in (403, 404), path


def test_a_long_text_is_compared_no_further_than_a_text_may_be(mighty: Cadre, visitor: Cadre) -> None:
    case = make_opinion(by=visitor)
    client = signed_in(mighty)
    form = {"text": "路" * 500_000, "category": case.category_id, "place_of": case.region_id}
    began = timezone.now()
    assert client.post(reverse("opinion-new-same"), form).status_code == 200
    assert timezone.now() - began < timedelta(seconds=5)


@pytest.mark.parametrize("key", [r"a\000bcdefgh", r"\377\376\302\200abcd", "a" * 5000, "%00" * 8])
def test_a_session_cookie_that_is_none_signs_nobody_in(mighty: Cadre, key: str) -> None:
    client = Client(raise_request_exception=False)
    # Quoted, a cookie's value may hold any sign.
    answer = client.get(reverse("desk"), headers={"cookie": f'{settings.SESSION_COOKIE_NAME}="{key}"'})
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("sign-in"))


# forged forms


def test_no_form_of_the_desk_is_taken_without_its_token(mighty: Cadre, visitor: Cadre) -> None:
    case = make_opinion(by=visitor)
    client = signed_in(mighty, enforce_csrf_checks=True)
    addresses = [reverse(name) for name in POSTED]
    numbered = ("opinion-notes", "opinion-same", "opinion-join", "answer-draft")
    addresses += [reverse(name, args=[case.number]) for name in numbered]
    addresses += [reverse("absence", args=[mighty.pk]), reverse("leaving", args=[mighty.pk])]
    assert {client.post(address).status_code for address in addresses} == {403}


@pytest.mark.parametrize(
    "address", ["a@b.example\nBcc: c@d.example", "a@b.example\r\n\r\nx", "a@b.example, c@d.example"]
)
def test_no_header_comes_into_a_message_by_an_address(mighty: Cadre, address: str) -> None:
    page = signed_in(mighty).post(reverse("notice-settings"), {"email": address})
    assert page.status_code == 422 and fresh(mighty).email == ""
