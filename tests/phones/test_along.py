"""Taking villages along: what travels, what doesn't, and that only changes travel."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.forms.opinion import OpinionForm
from grievances.forms.questions import Chosen
from grievances.measures import coverage
from grievances.models import Category, Informant, Opinion, Phone, Question, Visit
from grievances.phones import along, both
from grievances.phones.households import Doors
from grievances.steps.record import Accused
from grievances.visits.visiting import earlier
from tests.factories import (
    DISTRICT,
    GRID,
    TOWN,
    VILLAGE,
    fresh,
    make_cadre,
    make_campaign,
    make_category,
    make_household,
    make_opinion,
    make_region,
)
from tests.grievances.cases import answered
from tests.phones.taking import CANARY, ELSEWHERE, ask, digests, only, taken
from villages.models import Cadre, Household, Need, Post, Region, Role, Unit

# what travels


def test_a_grid_travels_with_its_households(script: Client, phone: Phone, household: Household) -> None:
    household.needs.add(Need.objects.create(code="alone", name="独居老人", name_en="Lives alone"))
    found = taken(script, phone)
    assert found["schema"] == 1 and found["expires_at"] - found["taken_at"] == 7 * 24 * 60 * 60 * 1000
    grid = found["grids"][GRID]
    assert grid["village"]["code"] == VILLAGE and set(grid["label"]) == {"zh-hans", "en"}
    assert only(found) | {"digest": ""} == {
        "pk": household.pk, "digest": "", "number": "3 号", "head": "陈小明", "initials": "cxm", "address": "",
        "members": 3, "needs": [{"zh-hans": "独居老人", "en": "Lives alone"}], "visited": False, "attempts": 0,
        "said": [],
    }  # fmt: skip


def test_what_they_said_travels_with_where_it_stands(
    script: Client, phone: Phone, household: Household, visitor: Cadre, transport: Unit, handler: Cadre,
    coordinator: Cadre,
) -> None:  # fmt: skip
    opinion = make_opinion(by=visitor, household=household)
    answered(opinion, by=coordinator, unit=transport, person=handler)
    (said,) = only(taken(script, phone))["said"]
    day = said.pop("day")
    assert set(day) == {"zh-hans", "en"} and day["zh-hans"] != day["en"]
    assert said == {
        "number": opinion.number, "words": opinion.text, "said_on": timezone.localdate().isoformat(),
        "state": said["state"],
        "answer": "路已经修好。", "settled": False,
    }  # fmt: skip
    assert said["state"]["zh-hans"] != said["state"]["en"]


def test_it_is_what_the_visit_form_shows_less_accusations(
    script: Client, phone: Phone, household: Household, visitor: Cadre, transport: Unit
) -> None:
    now = timezone.now()
    for n in range(13):
        opinion = make_opinion(by=visitor, household=household, text=f"第{n}件", said_at=now - timedelta(n))
        Informant.objects.create(opinion=opinion, position=2, household=household, name="陈二")
    make_opinion(by=visitor, household=household, accused=[Accused(unit=transport)], text=CANARY)
    neighbour = make_household()
    make_opinion(by=visitor, household=neighbour, text="邻居说的")
    found = taken(script, phone)["grids"][GRID]["households"]
    shown = [one.number for one in earlier(household, fresh(visitor)) if not one.accusing]
    numbers = [one["number"] for one in found[str(household.pk)]["said"]]
    assert numbers[:9] == shown[:9] and len(numbers) == 10
    assert [one["words"] for one in found[str(neighbour.pk)]["said"]] == ["邻居说的"]


def test_one_who_spoke_for_two_households_is_told_at_each_door_of_mine(
    script: Client, phone: Phone, household: Household, visitor: Cadre
) -> None:
    opinion = make_opinion(by=visitor, household=household)
    far = make_household(grid=ELSEWHERE)
    Informant.objects.create(opinion=opinion, position=2, household=far, name="周金丝雀")
    found = taken(script, phone)
    assert only(found)["said"] and list(found["grids"][GRID]["households"]) == [str(household.pk)]
    assert "金丝雀" not in json.dumps(found, ensure_ascii=False)


def test_visits_and_attempts_are_those_of_the_campaign(
    script: Client, phone: Phone, household: Household, visitor: Cadre
) -> None:
    now = timezone.now()
    campaign, last = make_campaign(), make_campaign(starts=now - timedelta(900), ends=now - timedelta(600))
    for of, nobody in ((campaign, True), (campaign, True), (last, False), (last, True)):
        Visit.objects.create(
            household=household, region=household.grid, said_at=now, recorded_at=now, recorded_by=visitor,
            campaign=of, nobody_home=nobody,
        )  # fmt: skip
    found = taken(script, phone)
    assert (only(found)["visited"], only(found)["attempts"]) == (False, 2)
    assert found["campaign"] == {"label": both.named(campaign), "ends": campaign.ends.isoformat()}
    Visit.objects.update(nobody_home=False)
    assert only(taken(script, phone))["visited"] is True


def test_each_grid_has_the_campaign_of_its_place(visitor: Cadre) -> None:
    make_campaign()
    make_campaign(region=TOWN, starts=timezone.localdate() - timedelta(9))
    households = [make_household(), make_household(grid=ELSEWHERE)]
    doors = Doors(fresh(visitor), households)
    for one in households:
        assert doors.campaign_at(one.grid_id) == coverage.campaign_of(one.grid_id)
    assert doors.campaign_at(GRID) != doors.campaign_at(ELSEWHERE)


def test_categories_travel_with_their_questions_and_words(
    script: Client, phone: Phone, visitor: Cadre
) -> None:
    potholes = make_category()
    make_category(code="roads-lights", name="路灯不亮", name_en="Street lights broken", demands_accused=True)
    make_category(code="roads-old", name="旧的", retired=True)
    Question.objects.create(category=potholes, kind="choice", wording="多宽", choices="一米=1 m|两米")
    Question.objects.create(category=potholes.parent, kind="text", wording="哪里", wording_en="Where")
    lights, found = sorted(taken(script, phone)["categories"], key=lambda one: -one["demands_accused"])
    assert found["label"] == {"zh-hans": "路面坑洼", "en": "Potholes"} and found["top"]["zh-hans"] == "道路"
    assert [one["pk"] for one in found["questions"]] == [
        one.pk for one in Chosen(potholes).questions(potholes)
    ]
    choices = [one["choices"] for one in found["questions"] if one["kind"] == "choice"]
    assert choices == [
        [
            {"value": "一米", "label": {"zh-hans": "一米", "en": "1 m"}},
            {"value": "两米", "label": {"zh-hans": "两米", "en": "两米"}},
        ]
    ]
    assert {"坑洼", "potholes"} <= set(found["words"]) and {"路灯", "street"} <= set(lights["words"])


def test_those_who_can_be_accused_are_those_of_the_form(
    script: Client, phone: Phone, visitor: Cadre, secretary: Cadre, transport: Unit
) -> None:
    form = OpinionForm(by=visitor, place=Region.objects.get(pk=GRID))
    offered = [value for _label, group in form.fields["accused"].choices[2:] for value, _words in group]
    assert [one["value"] for one in taken(script, phone)["grids"][GRID]["accusable"]] == offered
    assert f"unit:{transport.pk}" in offered and f"cadre:{secretary.pk}" in offered


def test_colleagues_and_what_was_used_last_travel(
    script: Client, phone: Phone, visitor: Cadre, committee: Unit, household: Household
) -> None:
    colleague = make_cadre(name="colleague", role=Role.VISITOR, unit=committee, region=GRID)
    opinion = make_opinion(by=visitor, household=household)
    visit = Visit.objects.create(
        household=household, region=household.grid, said_at=timezone.now(), recorded_at=timezone.now(),
        recorded_by=visitor,
    )  # fmt: skip
    visit.cadres.set([visitor, colleague])
    found = taken(script, phone)
    assert found["colleagues"] == [{"pk": colleague.pk, "label": both.person(colleague)}]
    assert found["last_cadres"] == [colleague.pk] and found["recent"] == [opinion.category_id]
    assert found["cadre"] == {"pk": visitor.pk, "label": both.person(visitor)}


# only what changed


def test_only_what_changed_travels_again(
    script: Client, phone: Phone, household: Household, visitor: Cadre
) -> None:
    other = make_household()
    known = digests(taken(script, phone))
    assert taken(script, phone, {GRID: known})["grids"][GRID]["households"] == {}
    make_opinion(by=visitor, household=other)
    found = taken(script, phone, {GRID: known})["grids"][GRID]
    assert list(found["households"]) == [str(other.pk)] and found["gone"] == []


def test_a_grid_in_which_nothing_changed_is_asked_for_with_one_digest(
    script: Client, phone: Phone, household: Household, visitor: Cadre
) -> None:
    other = make_household(grid=ELSEWHERE)
    Post.objects.update(region_id=DISTRICT)
    whole = taken(script, phone, {GRID: {}, ELSEWHERE: {}})["grids"]
    known = {code: whole[code]["digest"] for code in whole}
    again = taken(script, phone, known)
    assert again["differ"] == [] and [one["households"] for one in again["grids"].values()] == [{}, {}]
    assert {code: one["digest"] for code, one in again["grids"].items()} == known
    make_opinion(by=visitor, household=other, region=ELSEWHERE)
    changed = taken(script, phone, known)
    assert (changed["differ"], list(changed["grids"])) == ([ELSEWHERE], [GRID])
    assert changed["refused"] == []
    # Then with the digests of its households, as it always was.
    more = taken(script, phone, {ELSEWHERE: digests({"grids": whole}, ELSEWHERE)})
    assert more["differ"] == [] and list(more["grids"][ELSEWHERE]["households"]) == [str(other.pk)]
    assert taken(script, phone, {GRID: "x"})["differ"] == [GRID]


def test_categories_travel_only_when_they_changed(
    script: Client, phone: Phone, household: Household, visitor: Cadre
) -> None:
    for n in range(60):
        make_category(code=f"roads-{n:02}", name=f"道路问题{n}", name_en=f"Trouble with road {n}")
    whole = taken(script, phone)
    asked = {GRID: digests(whole)}
    again = taken(script, phone, asked, categories=whole["categories_digest"])
    assert "categories" not in again and again["categories_digest"] == whole["categories_digest"]
    # Of a refresh in which nothing changed nearly nothing is left.
    before, after = (len(json.dumps(found, ensure_ascii=False)) for found in (whole, again))
    assert before > 9_000 and after < 1_000
    Question.objects.create(category=Category.objects.get(code="roads-07"), kind="text", wording="哪条路")
    changed = taken(script, phone, asked, categories=whole["categories_digest"])
    assert len(changed["categories"]) == 60
    assert changed["categories_digest"] != whole["categories_digest"]
    # A phone that holds none, or that an earlier version filled, says nothing: it gets them.
    assert taken(script, phone, asked)["categories"] == changed["categories"]


def test_what_is_no_longer_there_is_told(script: Client, phone: Phone, household: Household) -> None:
    other = make_household()
    known = digests(taken(script, phone)) | {str(other.pk + 1): "x"}
    Household.objects.filter(pk=household.pk).update(gone_on=timezone.localdate())
    found = taken(script, phone, {GRID: known})["grids"][GRID]
    assert sorted(found["gone"]) == sorted([household.pk, other.pk + 1]) and found["households"] == {}
    assert str(other.pk) in known


def test_a_grid_that_is_not_mine_any_more_is_refused(script: Client, phone: Phone) -> None:
    make_household(grid=ELSEWHERE)
    asked = {GRID: {}, ELSEWHERE: {}, "9" * 15: {}}
    found = taken(script, phone, asked)
    assert list(found["grids"]) == [GRID] and sorted(found["refused"]) == sorted([ELSEWHERE, "9" * 15])
    Post.objects.update(region_id=ELSEWHERE)
    assert taken(script, phone, asked)["refused"] == [GRID, "9" * 15]
    Region.objects.filter(pk=ELSEWHERE).update(closed_on=timezone.localdate())
    assert taken(script, phone, asked)["grids"] == {}


def test_the_same_number_of_questions_for_any_number_of_households(
    script: Client, phone: Phone, visitor: Cadre, handler: Cadre, transport: Unit,
    django_assert_max_num_queries: object,
) -> None:  # fmt: skip
    make_campaign()
    Post.objects.update(region_id=DISTRICT)
    need = Need.objects.create(code="alone", name="独居老人")
    codes = [GRID, ELSEWHERE, "320904001001002", "320904003001001"]
    for code in codes:
        for n in range(3):
            door = make_household(grid=code)
            door.needs.add(need)
            make_opinion(by=visitor, household=door, region=code, category=make_category(code=f"roads-{n}"))
    Opinion.objects.update(state="resolved", outcome="resolved", unit=transport, person=handler)
    with django_assert_max_num_queries(28) as few:
        taken(script, phone, {GRID: {}}, telephones=True)
    with django_assert_max_num_queries(len(few.captured_queries)):
        found = taken(script, phone, {code: {} for code in codes}, telephones=True)
    assert sum(len(one["households"]) for one in found["grids"].values()) == 12


def test_too_many_at_once_are_refused_in_words(
    script: Client, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(along, "MOST_HOUSEHOLDS", 1)
    make_household()
    assert ask(script, phone)[0] == 200
    make_household()
    status, found = ask(script, phone)
    assert (status, found["state"], found["most"]) == (422, "too_many", 1)
    assert set(found["reason"]) == {"zh-hans", "en"} and "fewer" in found["reason"]["en"]


# who may, and odd input


def test_nothing_is_taken_along_on_a_phone_that_is_not_enrolled(
    script: Client, phone: Phone, handler: Cadre, visitor: Cadre, household: Household
) -> None:
    Phone.objects.update(cadre=handler)
    assert ask(script, phone) == (409, {"state": "not_enrolled", "erase": True})
    Phone.objects.update(cadre=visitor)
    phone.end(by=visitor)
    assert ask(script, phone) == (409, {"state": "not_enrolled", "erase": True})
    Phone.objects.all().delete()
    assert ask(script, phone) == (409, {"state": "not_enrolled", "erase": False})


def test_taking_along_is_a_contact(script: Client, phone: Phone) -> None:
    Phone.objects.update(contact_on=timezone.localdate() - timedelta(5))
    taken(script, phone)
    assert Phone.objects.get().contact_on == timezone.localdate()


@pytest.mark.parametrize(
    "body",
    [
        {"grids": None}, {"grids": []}, {"grids": {"x": {}}}, {"grids": {GRID: []}}, {"grids": {GRID: None}},
        {"grids": {GRID: {"x": "a"}}}, {"grids": {GRID: {"1": 7}}}, {"grids": {GRID: {"1": "x" * 65}}},
        {"grids": {GRID: {"9" * 19: "x"}}}, {"grids": {GRID: {"1": "\0"}}}, {"grids": {GRID: {"1": "\ud800"}}},
        {"grids": {str(10**14 + n): {} for n in range(201)}}, {"telephones": "yes"}, {"telephones": None},
        {"grids": {"３" * 15: {}}}, {"phone": None}, {"phone": {}}, {"grids": 9 * 10**40},
        {"grids": {GRID + "\n": {}}}, {"categories": []}, {"categories": "x" * 65},
        {"grids": {GRID: "x" * 65}}, {"grids": {GRID: 7}},
    ],
)  # fmt: skip
def test_odd_requests_are_refused(script: Client, phone: Phone, body: dict[str, object]) -> None:
    whole = {"phone": str(phone.key), "grids": {GRID: {}}} | body
    answer = script.post(reverse("phone-along"), whole, content_type="application/json")
    status, found = answer.status_code, answer.json()
    assert (status, found["state"]) == (400, "bad_request")


def test_a_grid_without_households_is_taken_along(script: Client, phone: Phone) -> None:
    make_region(code=GRID)
    found = taken(script, phone)
    assert found["grids"][GRID]["households"] == {} and found["campaign"] is None
    assert Category.objects.count() == len(found["categories"]) == 0
