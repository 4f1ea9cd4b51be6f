"""The filters of lists: each narrows as it says, and what is broken is said."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Opinion
from tests.factories import make_campaign, make_category, make_opinion, make_region
from tests.grievances.cases import answered, assigned, in_hand
from villages.models import Cadre, Unit

OTHER_TOWN = "320904002001"


@pytest.fixture
def reader(client: Client, leader: Cadre) -> Client:
    client.force_login(leader)
    return client


@pytest.fixture
def road(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


@pytest.fixture
def water(visitor: Cadre) -> Opinion:
    make_region(code=OTHER_TOWN[:9], name="白驹镇")
    make_region(code=OTHER_TOWN, name="三里村")
    return make_opinion(
        by=visitor, region=OTHER_TOWN, category=make_category(code="water-outage"), text="自来水常停",
        kind="confidential", urgency="urgent", source="phone",
    )  # fmt: skip


def found(client: Client, **asked: object) -> list[str]:
    return [row.case.number for row in client.get(reverse("opinion-list"), asked).context["page"].rows]


@pytest.mark.parametrize(
    "asked",
    [
        {"region": OTHER_TOWN}, {"region": OTHER_TOWN[:9]}, {"region": "三里"}, {"region": "白驹"},
        {"urgency": "urgent"}, {"source": "phone"}, {"informant_kind": "confidential"},
    ],
)  # fmt: skip
def test_a_filter_narrows_the_list(
    reader: Client, road: Opinion, water: Opinion, asked: dict[str, str]
) -> None:
    assert found(reader, **asked) == [water.number]


def test_a_place_finds_what_lies_in_it_and_a_grids_name_finds_nothing(
    reader: Client, road: Opinion, water: Opinion
) -> None:
    assert set(found(reader, region="区划320904")) == {road.number, water.number}
    assert found(reader, region=road.region.name) == []


def test_a_category_of_the_first_level_holds_those_below(
    reader: Client, road: Opinion, water: Opinion
) -> None:
    assert found(reader, category=water.category.parent_id) == [water.number]
    assert found(reader, category=road.category_id) == [road.number]


def test_categories_are_offered_as_a_tree(reader: Client, water: Opinion) -> None:
    page = reader.get(reverse("opinion-list"), {"filters": "1"})
    choices = list(page.context["filter"].form.fields["category"].choices)
    groups = {label: [value.value for value, _words in inner] for label, inner in choices[1:]}
    assert [water.category.parent_id, water.category_id] in groups.values()


def test_a_case_is_found_by_its_number_and_by_corrected_words(
    reader: Client, road: Opinion, water: Opinion, coordinator: Cadre
) -> None:
    road.correct(by=coordinator, text="村口的桥塌了")
    assert found(reader, text=water.number.lower()) == [water.number]
    assert found(reader, text="桥塌") == found(reader, text="坑洼 三轮车") == [road.number]


def test_unit_and_person_find_what_they_answer_for(
    reader: Client, road: Opinion, water: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assigned(road, by=coordinator, unit=transport, person=head)
    for asked in ({"unit": transport.pk}, {"person": head.name}, {"person": head.username}):
        assert found(reader, **asked) == [road.number]


def test_a_state_narrows_the_list(
    reader: Client, road: Opinion, water: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    in_hand(road, by=coordinator, unit=transport, person=head)
    assert found(reader, state="handling") == [road.number]
    assert found(reader, state="collected") == [water.number]


def test_late_and_due_soon_go_by_the_clock(reader: Client, road: Opinion, water: Opinion) -> None:
    now = timezone.now()
    Opinion.objects.filter(pk=road.pk).update(due_at=now - timedelta(hours=1))
    Opinion.objects.filter(pk=water.pk).update(due_at=now + timedelta(days=2))
    assert found(reader, late="on") == [road.number]
    assert found(reader, soon="on") == [water.number]


def test_days_of_recording_count_whole(reader: Client, road: Opinion) -> None:
    today = timezone.localdate()
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    assert found(reader, recorded_from=today, recorded_to=today) == [road.number]
    assert found(reader, recorded_to=yesterday) == found(reader, recorded_from=tomorrow) == []


def test_days_of_the_answer_count_whole(
    reader: Client, road: Opinion, water: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    answered(road, by=coordinator, unit=transport, person=head)
    today = timezone.localdate()
    assert found(reader, answered_from=today, answered_to=today) == [road.number]
    assert found(reader, answered_to=today - timedelta(days=1)) == []


def test_a_campaign_narrows_the_list(reader: Client, road: Opinion, visitor: Cadre) -> None:
    campaign = make_campaign()
    within = make_opinion(by=visitor, campaign=campaign)
    assert found(reader, campaign=campaign.pk) == [within.number]


@pytest.mark.parametrize(
    ("order", "first"), [("due", "water"), ("newest", "water"), ("number", "road"), ("place", "road")]
)
def test_rows_come_in_one_of_four_orders(
    reader: Client, road: Opinion, water: Opinion, order: str, first: str
) -> None:
    Opinion.objects.filter(pk=water.pk).update(due_at=timezone.now())
    expected = {"road": road, "water": water}[first]
    assert found(reader, order=order)[0] == expected.number


def test_a_chip_says_what_is_set_and_leads_to_the_list_without_it(reader: Client, water: Opinion) -> None:
    page = reader.get(
        reverse("opinion-list"), {"region": OTHER_TOWN, "urgency": "urgent", "after": "x", "from": "51"}
    )
    chips = {value: address for _label, value, address in page.context["filter"].chips()}
    assert chips == {"三里村": "?urgency=urgent", str(water.get_urgency_display()): f"?region={OTHER_TOWN}"}


@pytest.mark.parametrize(
    "asked",
    [
        {"recorded_from": "2026-02-31"}, {"as_of": "yesterday"}, {"unit": "999999999999999999999"},
        {"category": "x"}, {"campaign": "-1"}, {"state": "resolved' OR 1=1"}, {"figure": "password"},
        {"order": "person__password"}, {"text": "x" * 4000}, {"region": "é" * 31}, {"recorded_to": "9999-12-31"},
        {"answered_from": "0001-01-01"},
    ],
)  # fmt: skip
def test_a_broken_filter_is_said_beside_its_field(
    reader: Client, road: Opinion, asked: dict[str, str]
) -> None:
    page = reader.get(reverse("opinion-list"), asked)
    assert page.status_code == 200
    assert f'id="id_{next(iter(asked))}_error"' in page.content.decode()


def test_the_words_of_a_confidential_case_find_nothing(reader: Client, water: Opinion) -> None:
    assert found(reader, text="自来水") == []


def test_words_are_never_a_pattern(reader: Client, road: Opinion) -> None:
    for words in ("%", "_", "\\", "'"):
        assert found(reader, text=words) == []


def test_an_unknown_parameter_is_ignored(reader: Client, road: Opinion) -> None:
    assert found(reader, person__password__startswith="pbkdf2", utm="x") == [road.number]
