"""Who spoke: to whom it is shown, and the trace that stays."""

import pytest
from django.test import Client
from django.urls import reverse

from grievances.models import Look, Opinion
from grievances.sight.looks import masked
from grievances.steps.record import Accused
from tests.factories import make_opinion
from tests.grievances.cases import answered, assigned
from villages.models import Cadre, Unit

TELEPHONE = "051588880000"


@pytest.fixture
def hidden(visitor: Cadre) -> Opinion:
    """A confidential opinion."""
    return make_opinion(by=visitor, kind="confidential")


@pytest.fixture
def named(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


def ask(opinion: Opinion, by: Cadre) -> object:
    client = Client()
    client.force_login(by)
    return client.get(reverse("opinion-informant", args=[opinion.number]))


def reveal(opinion: Opinion, by: Cadre, **fields: str) -> object:
    client = Client()
    client.force_login(by)
    return client.post(reverse("opinion-informant", args=[opinion.number]), fields)


def test_a_stranger_is_asked_to_sign_in(hidden: Opinion, client: Client) -> None:
    assert client.post(reverse("opinion-informant", args=[hidden.number])).status_code == 401


@pytest.mark.parametrize("who", ["coordinator", "caller"])
def test_coordinator_and_caller_reveal_with_a_reason(
    who: str, hidden: Opinion, request: pytest.FixtureRequest
) -> None:
    cadre = request.getfixturevalue(who)
    page = reveal(hidden, cadre, reason="回访核实").content.decode()
    assert "陈小明" in page and TELEPHONE in page
    look = Look.objects.get(kind="reveal")
    assert (look.cadre, look.reason, look.opinion) == (cadre, "回访核实", hidden)


def test_asking_alone_shows_nothing(hidden: Opinion, caller: Cadre) -> None:
    response = ask(hidden, caller)
    assert response.status_code == 200 and TELEPHONE not in response.content.decode()
    assert not Look.objects.filter(kind="reveal").exists()


@pytest.mark.parametrize("reason", ["", "   ", "长" * 401])
def test_without_a_fit_reason_nothing_is_shown(reason: str, hidden: Opinion, caller: Cadre) -> None:
    response = reveal(hidden, caller, reason=reason)
    assert response.status_code == 422 and TELEPHONE not in response.content.decode()
    assert not Look.objects.filter(kind="reveal").exists()


@pytest.mark.parametrize("who", ["visitor", "head", "leader", "auditor"])
def test_nobody_else_reveals_a_confidential_informant(
    who: str,
    hidden: Opinion,
    coordinator: Cadre,
    transport: Unit,
    head: Cadre,
    request: pytest.FixtureRequest,
) -> None:
    assigned(hidden, by=coordinator, unit=transport, person=head)
    response = reveal(hidden, request.getfixturevalue(who), reason="想知道")
    assert response.status_code == 403 and TELEPHONE not in response.content.decode()


def test_a_caller_of_the_lead_unit_reveals_nothing(
    hidden: Opinion, coordinator: Cadre, caller: Cadre, petitions: Unit
) -> None:
    answered(hidden, by=coordinator, unit=petitions, person=coordinator_as_handler(coordinator, petitions))
    assert reveal(hidden, caller, reason="回访").status_code == 403


def coordinator_as_handler(coordinator: Cadre, unit: Unit) -> Cadre:
    coordinator.posts.create(role="handler", unit=unit, region=unit.region, since="2020-01-01")
    return Cadre.objects.get(pk=coordinator.pk)


def test_an_outsider_gets_404(hidden: Opinion, outsider: Cadre) -> None:
    assert reveal(hidden, outsider, reason="想知道").status_code == 404


def test_the_accused_get_404(visitor: Cadre, secretary: Cadre, committee: Unit) -> None:
    case = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    assert reveal(case, secretary, reason="想知道").status_code == 404


@pytest.mark.parametrize("who", ["visitor", "coordinator", "caller", "handler"])
def test_the_telephone_of_a_named_informant_is_one_recorded_click(
    who: str, named: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, request: pytest.FixtureRequest
) -> None:
    assigned(named, by=coordinator, unit=transport, person=head)
    assert TELEPHONE in reveal(named, request.getfixturevalue(who)).content.decode()
    assert Look.objects.get(kind="reveal").reason == ""


@pytest.mark.parametrize("who", ["leader", "auditor"])
def test_others_do_not_see_a_named_informant(
    who: str, named: Opinion, request: pytest.FixtureRequest
) -> None:
    assert reveal(named, request.getfixturevalue(who)).status_code == 403


def test_of_an_anonymous_informant_there_is_nothing_to_show(visitor: Cadre, coordinator: Cadre) -> None:
    case = make_opinion(by=visitor, kind="anonymous")
    assert reveal(case, coordinator, reason="想知道").status_code == 403


def test_what_was_shown_is_kept_in_no_cache(hidden: Opinion, caller: Cadre) -> None:
    assert "no-store" in reveal(hidden, caller, reason="回访")["Cache-Control"]


@pytest.mark.parametrize(
    ("telephone", "shown"), [("13912345678", "*******5678"), ("8881234", "*******"), ("", "")]
)
def test_a_masked_number_shows_its_end_only_when_most_stays_hidden(telephone: str, shown: str) -> None:
    assert masked(telephone) == shown
