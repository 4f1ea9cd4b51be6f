"""Two cadres at one door on one day: both visits stay, somebody says whether they are one, figures follow."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grievances.measures import coverage
from grievances.models import Campaign, Visit, VisitPair
from grievances.visits.same_visits import note_same, say
from tests.factories import DISTRICT, GRID, fresh, make_cadre, make_campaign, make_household
from tests.phones.packets import Draft
from tests.phones.sending import Sender, visit
from villages.models import Cadre, Household, Role, Unit


@pytest.fixture
def campaign(db: None) -> Campaign:
    return make_campaign()


@pytest.fixture
def colleagues(committee: Unit) -> list[Cadre]:
    return [
        make_cadre(name=name, role=Role.VISITOR, unit=committee, region=GRID) for name in ("second", "third")
    ]


def logged(author: Cadre, household: Household) -> tuple[Visit, bool]:
    draft = Draft()
    answer = Sender(author).send(draft, visit(author, household))
    assert answer.status_code == 201
    return Visit.objects.get(key=draft.id), answer.json()["perhaps_same"]


def numbers(campaign: Campaign) -> tuple[int, int, int]:
    """Visits by week, in the list of the campaign, and households visited."""
    weeks = sum(n for _monday, n in coverage.visits_by_week(campaign, code=DISTRICT))
    return weeks, Visit.objects.filter(campaign=campaign).counted().count(), Visit.objects.count()


def test_both_stay_and_are_marked_until_somebody_says(
    visitor: Cadre, colleagues: list[Cadre], household: Household, campaign: Campaign
) -> None:
    first, was = logged(visitor, household)
    second, is_now = logged(colleagues[0], household)
    assert (was, is_now) == (False, True)
    page = Sender(visitor).client
    for address in (reverse("visit", args=[second.key]), reverse("household", args=[household.pk])):
        assert "perhaps the same" in page.get(address).content.decode()
    answer = page.post(reverse("visit-same", args=[first.key]), {"other": second.key, "same": "1"})
    assert answer.status_code == 302 and numbers(campaign) == (1, 1, 2)
    shown = page.get(reverse("visit", args=[second.key])).content.decode()
    assert "the same visit" in shown and "perhaps the same" not in shown
    page.post(reverse("visit-same", args=[first.key]), {"other": second.key, "apart": "1"})
    assert numbers(campaign) == (2, 2, 2)
    shown = page.get(reverse("household", args=[household.pk])).content.decode()
    assert "perhaps the same" not in shown and "the same visit" not in shown


def test_the_campaigns_list_holds_as_many_as_its_number(
    visitor: Cadre, colleagues: list[Cadre], household: Household, campaign: Campaign, coordinator: Cadre
) -> None:
    first, _none = logged(visitor, household)
    second, _some = logged(colleagues[0], household)
    say(first, second, same=True, by=visitor)
    page = Sender(coordinator).client.get(reverse("campaign-visits", args=[campaign.pk]))
    assert page.context["page"].total == 1 and len(page.context["page"].rows) == 1


def test_of_three_any_two_may_be_joined_and_parted(
    visitor: Cadre, colleagues: list[Cadre], household: Household, campaign: Campaign
) -> None:
    one, two, three = (logged(author, household)[0] for author in (visitor, *colleagues))
    assert say(two, three, same=True, by=visitor) and numbers(campaign)[0] == 2
    assert say(one, three, same=True, by=visitor) and numbers(campaign)[0] == 1
    assert set(Visit.objects.exclude(same_as=None).values_list("same_as", flat=True)) == {one.pk}
    assert say(three, one, same=False, by=visitor) and numbers(campaign)[0] == 2
    assert (
        Visit.objects.get(pk=two.pk).same_as_id == one.pk and Visit.objects.get(pk=three.pk).same_as is None
    )
    assert say(one, two, same=False, by=visitor) and numbers(campaign)[0] == 3
    assert VisitPair.objects.count() == 4


def test_only_visits_to_one_household_on_one_day(
    visitor: Cadre, colleagues: list[Cadre], household: Household
) -> None:
    first, _none = logged(visitor, household)
    elsewhere, _other = logged(colleagues[0], make_household())
    before, _same = logged(colleagues[0], household)
    Visit.objects.filter(pk=before.pk).update(said_at=timezone.now() - timedelta(days=1, minutes=1))
    page = Sender(visitor).client
    for other in (elsewhere, before, first):
        page.post(reverse("visit-same", args=[first.key]), {"other": other.key, "same": "1"})
    assert not Visit.objects.exclude(same_as=None).exists()
    assert page.post(reverse("visit-same", args=[first.key]), {"other": "x", "same": "1"}).status_code == 404


def test_only_who_went_or_coordinates_says_so(
    visitor: Cadre, colleagues: list[Cadre], household: Household, coordinator: Cadre, leader: Cadre
) -> None:
    first, _none = logged(visitor, household)
    second, _some = logged(colleagues[0], household)
    asked = {"other": second.key, "same": "1"}
    address = reverse("visit-same", args=[first.key])
    for other, status in ((colleagues[1], 403), (leader, 403), (coordinator, 302)):
        assert Sender(other).client.post(address, asked).status_code == status
    assert Sender(coordinator).client.get(address).status_code == 405


def test_one_cadres_morning_and_evening_are_two_visits(visitor: Cadre, household: Household) -> None:
    logged(visitor, household)
    _second, perhaps = logged(visitor, household)
    assert not perhaps
    visits = list(Visit.objects.all())
    note_same(visits, fresh(visitor))
    assert [one.others for one in visits] == [[], []]


def test_marks_cost_the_same_for_any_number(
    visitor: Cadre, colleagues: list[Cadre], household: Household, django_assert_max_num_queries: object
) -> None:
    for author in (visitor, *colleagues, visitor, *colleagues):
        logged(author, household)
    reader, visits = fresh(visitor), list(Visit.objects.all())
    assert reader.own_posts
    with django_assert_max_num_queries(2):
        note_same(visits, reader)
    assert all(len(one.others) == 4 for one in visits)
