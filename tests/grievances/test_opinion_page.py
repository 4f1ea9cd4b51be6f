"""The case page: who sees it, what it says, and which step it offers."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import AssistingUnit, Look, Opinion
from grievances.steps.record import Accused
from tests.factories import TOWN, fresh, make_cadre, make_household, make_opinion, make_unit
from tests.grievances.cases import answered, assigned, in_hand
from villages.models import Cadre, Role, Unit, UnitKind


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


def page_of(opinion: Opinion, cadre: Cadre, **headers: str) -> str:
    client = Client()
    client.force_login(cadre)
    response = client.get(reverse("opinion", args=[opinion.number]), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def status_for(opinion: Opinion, cadre: Cadre) -> int:
    client = Client()
    client.force_login(cadre)
    return client.get(reverse("opinion", args=[opinion.number])).status_code


def test_a_stranger_is_asked_to_sign_in(client: Client, case: Opinion) -> None:
    response = client.get(reverse("opinion", args=[case.number]))
    assert response.status_code == 302 and reverse("sign-in") in response.url


def test_an_outsider_gets_404(case: Opinion, outsider: Cadre, administrator: Cadre) -> None:
    assert status_for(case, outsider) == 404
    assert status_for(case, administrator) == 404


def test_a_number_that_does_not_exist_gets_404(client: Client, case: Opinion, coordinator: Cadre) -> None:
    client.force_login(coordinator)
    for number in ("DF26-99999-1", "x" * 4000, "😀"):
        assert client.get(reverse("opinion", args=[number])).status_code == 404


@pytest.mark.parametrize("address", ["http://[", "http://[::1", "//", "x" * 3000])
def test_a_broken_address_of_the_page_before_is_no_error(
    case: Opinion, coordinator: Cadre, address: str
) -> None:
    assert page_of(case, coordinator, **{"HX-Request": "true", "HX-Current-URL": address})


def test_what_is_a_page_or_a_part_of_one_says_that_it_differs(client: Client, visitor: Cadre) -> None:
    case, household = make_opinion(by=visitor), make_household()
    client.force_login(visitor)
    for address in (
        reverse("opinion", args=[case.number]),
        reverse("opinion-remark", args=[case.number]),
        reverse("visit-household", args=[household.pk]),
        reverse("visit-new"),
        reverse("opinion-list"),
    ):
        response = client.get(address)
        assert response.status_code == 200 and "HX-Request" in response["Vary"], address


def test_the_desk_says_that_it_differs(client: Client, coordinator: Cadre) -> None:
    client.force_login(coordinator)
    assert "HX-Request" in client.get(reverse("desk"), follow=True)["Vary"]


def test_every_look_stands_on_the_page(visitor: Cadre, coordinator: Cadre) -> None:
    case = make_opinion(by=visitor, kind="confidential")
    at = timezone.now() - timedelta(days=1)
    Look.objects.bulk_create(Look(opinion=case, cadre=coordinator, kind="case", at=at) for _time in range(40))
    assert len(looks_on(case, coordinator)) == 41


def looks_on(opinion: Opinion, cadre: Cadre) -> list[Look]:
    client = Client()
    client.force_login(cadre)
    return client.get(reverse("opinion", args=[opinion.number])).context["looks"]


def test_the_page_only_reads(client: Client, case: Opinion, coordinator: Cadre) -> None:
    client.force_login(coordinator)
    assert client.post(reverse("opinion", args=[case.number])).status_code == 405


def test_the_page_quotes_the_words_and_has_one_heading(case: Opinion, coordinator: Cadre) -> None:
    page = page_of(case, coordinator)
    assert f"“{case.text}”" in page
    assert page.count("<h1") == 1


def test_beside_the_list_the_case_is_a_fragment_with_a_smaller_heading(
    case: Opinion, coordinator: Cadre
) -> None:
    part = page_of(
        case, coordinator, **{"HX-Request": "true", "HX-Current-URL": "http://x/desk/to-dispatch/"}
    )
    assert "<html" not in part and "<h1" not in part and "<h2" in part


def test_markup_in_the_words_stays_words(visitor: Cadre, coordinator: Cadre) -> None:
    page = page_of(make_opinion(by=visitor, text="<script>alert(1)</script>"), coordinator)
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("who", ["visitor", "coordinator", "caller", "head"])
def test_a_named_informant_is_named_to_those_who_work_with_them(
    who: str, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, request: pytest.FixtureRequest
) -> None:
    assigned(case, by=coordinator, unit=transport, person=head)
    page = page_of(case, request.getfixturevalue(who))
    assert "陈小明" in page and "051588880000" not in page


@pytest.mark.parametrize("who", ["leader", "auditor"])
def test_a_named_informant_is_not_named_to_others(
    who: str, case: Opinion, request: pytest.FixtureRequest
) -> None:
    assert "陈小明" not in page_of(case, request.getfixturevalue(who))


def test_a_visitor_of_the_lead_unit_still_sees_who_spoke(
    case: Opinion, coordinator: Cadre, committee: Unit, secretary: Cadre, visitor: Cadre
) -> None:
    assigned(case, by=coordinator, unit=committee, person=secretary)
    assert "陈小明" in page_of(case, visitor)


def test_a_confidential_informant_is_named_to_nobody(
    visitor: Cadre, coordinator: Cadre, caller: Cadre
) -> None:
    case = make_opinion(by=visitor, kind="confidential")
    for cadre in (visitor, coordinator, caller):
        assert "陈小明" not in page_of(case, cadre)


def test_who_wrote_a_confidential_opinion_down_and_when_is_shown_to_its_recorder_only(
    visitor: Cadre, committee: Unit, secretary: Cadre, coordinator: Cadre, leader: Cadre
) -> None:
    """With the village's visits, the minute and the cadre would lead to the door."""
    secretary.posts.create(role=Role.VISITOR, unit=committee, region=committee.region)
    said_at = timezone.localtime().replace(hour=0, minute=13) - timedelta(days=1)
    case = make_opinion(by=visitor, kind="confidential", said_at=said_at, channel="phone")
    assigned(case, by=coordinator, unit=committee, person=secretary)
    for reader in (secretary, coordinator, leader):
        page = page_of(case, fresh(reader))
        assert "00:13" not in page and visitor.label not in page and " phone" not in page
    page = page_of(case, visitor)
    assert "00:13" in page and visitor.label in page


def test_looking_at_a_confidential_case_leaves_one_trace_in_ten_minutes(
    visitor: Cadre, coordinator: Cadre
) -> None:
    case = make_opinion(by=visitor, kind="confidential")
    page_of(case, coordinator)
    page_of(case, coordinator)
    assert list(Look.objects.values_list("cadre", "kind")) == [(coordinator.pk, "case")]


def test_looking_at_an_accusation_leaves_a_trace(visitor: Cadre, coordinator: Cadre, transport: Unit) -> None:
    page_of(make_opinion(by=visitor, accused=[Accused(unit=transport)]), coordinator)
    assert Look.objects.filter(cadre=coordinator, kind="case").count() == 1


def test_looking_at_a_plain_case_leaves_none(case: Opinion, coordinator: Cadre) -> None:
    page_of(case, coordinator)
    assert not Look.objects.exists()


def test_the_accused_get_404(visitor: Cadre, coordinator: Cadre, secretary: Cadre, committee: Unit) -> None:
    case = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    assert status_for(case, secretary) == 404
    assert status_for(case, visitor) == 404
    assert status_for(case, coordinator) == 200


def test_who_looked_is_shown_to_the_auditor_and_not_to_the_unit(
    visitor: Cadre, coordinator: Cadre, auditor: Cadre, transport: Unit, head: Cadre
) -> None:
    case = make_opinion(by=visitor, kind="confidential")
    assigned(case, by=coordinator, unit=transport, person=head)
    page_of(case, coordinator)
    assert coordinator.label in page_of(case, auditor)
    assert "looked at the case" not in page_of(case, head).replace("看过案件", "looked at the case")


def test_each_sees_the_step_that_is_theirs(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, handler: Cadre, caller: Cadre
) -> None:
    def main_step(cadre: Cadre) -> str | None:
        client = Client()
        client.force_login(cadre)
        offer = client.get(reverse("opinion", args=[case.number])).context["offer"]
        return offer.main and offer.main.value

    assert main_step(coordinator) == "assign"
    assigned(case, by=coordinator, unit=transport, person=head)
    assert (main_step(handler), main_step(coordinator)) == ("accept", None)
    case.accept(by=handler)
    assert main_step(handler) == "resolve"
    case.resolve(by=handler, account="a", public="b")
    assert (main_step(caller), main_step(handler)) == ("call_back", None)


def test_a_reader_is_offered_nothing(case: Opinion, auditor: Cadre) -> None:
    client = Client()
    client.force_login(auditor)
    offer = client.get(reverse("opinion", args=[case.number])).context["offer"]
    assert (offer.main, offer.beside, offer.more) == (None, [], [])


def test_what_was_told_is_said(
    case: Opinion, client: Client, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    in_hand(case, by=coordinator, unit=transport, person=head)
    client.force_login(head)
    told = client.get(reverse("opinion", args=[case.number])).context["told"]
    assert len(told) == 1


def test_a_corrected_text_stands_beside_the_original(case: Opinion, coordinator: Cadre) -> None:
    case.correct(by=coordinator, text="村口的路坑洼")
    page = page_of(case, coordinator)
    assert "“村口的路坑洼”" in page and "三轮车颠坏两次" in page


def test_particulars_keep_the_wording_that_was_asked(visitor: Cadre, coordinator: Cadre) -> None:
    case = make_opinion(by=visitor, particulars=[{"question": "哪一段路？", "answer": "村口"}])
    page = page_of(case, coordinator)
    assert "哪一段路？" in page and "村口" in page


def test_the_page_needs_at_most_15_queries_however_long_the_story(
    client: Client, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre,
    django_assert_max_num_queries: object,
) -> None:  # fmt: skip
    answered(case, by=coordinator, unit=transport, person=head)
    for number in range(12):
        helper = make_unit(code=f"helper{number}", region=TOWN, kind=UnitKind.TEAM)
        AssistingUnit.objects.create(opinion=case, unit=helper, added_at=case.recorded_at)
        writer = make_cadre(name=f"writer{number}", role=Role.COORDINATOR, unit=helper, region=TOWN)
        case.remark(by=fresh(writer), text="看过")
    client.force_login(coordinator)
    with django_assert_max_num_queries(13):
        client.get(reverse("opinion", args=[case.number]))
