"""Taking villages along: what never travels, whoever asks."""

import json
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from grievances.models import Opinion, Phone
from grievances.steps.record import Accused
from tests.factories import DISTRICT, GRID, make_household, make_opinion
from tests.grievances.cases import answered
from tests.phones.taking import CANARY, ELSEWHERE, ask, only, taken
from villages.models import Cadre, Household, HouseholdContact, Post, Role, Unit

NUMBER = "13800001111"


def test_nothing_travels_that_tells_who_spoke_or_whom_it_accuses(
    script: Client, phone: Phone, household: Household, visitor: Cadre, transport: Unit, committee: Unit,
    coordinator: Cadre, handler: Cadre,
) -> None:  # fmt: skip
    for kind in ("confidential", "anonymous"):
        make_opinion(by=visitor, household=household, kind=kind, text=f"{CANARY}一", name="周金丝雀")
    for accused in (Accused(unit=transport), Accused(unit=committee), Accused(cadre=coordinator), Accused()):
        make_opinion(by=visitor, household=household, accused=[accused], text=f"{CANARY}二")
    withdrawn = make_opinion(by=visitor, household=household, text=f"{CANARY}三")
    withdrawn.withdraw(by=coordinator, reason="重复")
    far = make_household(grid=ELSEWHERE, head="吴金丝雀")
    make_opinion(by=visitor, household=far, region=ELSEWHERE, text=f"{CANARY}四")
    HouseholdContact.objects.create(household=household, telephone=NUMBER)
    for telephones in (False, True):
        status, found = ask(script, phone, {GRID: {}, ELSEWHERE: {}}, telephones=telephones)
        everything = json.dumps(found, ensure_ascii=False)
        assert status == 200 and "金丝雀" not in everything and NUMBER not in everything
        assert only(found)["said"] == [] and "051588880000" not in everything


def test_a_coordinator_who_also_visits_takes_along_no_more_than_a_visitor(
    script: Client, phone: Phone, household: Household, visitor: Cadre, petitions: Unit, transport: Unit
) -> None:
    Post.objects.create(
        cadre=visitor, role=Role.COORDINATOR, unit=petitions, region_id=DISTRICT,
        since=timezone.localdate() - timedelta(9),
    )  # fmt: skip
    make_opinion(by=visitor, household=household, kind="confidential", text=CANARY)
    make_opinion(by=visitor, household=household, accused=[Accused(unit=transport)], text=CANARY)
    make_household(grid=ELSEWHERE)
    found = taken(script, phone, {GRID: {}, ELSEWHERE: {}})
    assert CANARY not in json.dumps(found, ensure_ascii=False) and found["refused"] == [ELSEWHERE]


def test_a_telephone_travels_if_chosen_and_only_for_a_call_back(
    script: Client, phone: Phone, household: Household, visitor: Cadre, transport: Unit, handler: Cadre,
    coordinator: Cadre,
) -> None:  # fmt: skip
    other = make_household()
    for door in (household, other):
        HouseholdContact.objects.create(household=door, telephone=NUMBER)
    make_opinion(by=visitor, household=other)
    opinion = make_opinion(by=visitor, household=household)
    answered(opinion, by=coordinator, unit=transport, person=handler)
    assert NUMBER not in json.dumps(taken(script, phone))
    found = taken(script, phone, telephones=True)["grids"][GRID]["households"]
    assert found[str(household.pk)]["telephone"] == NUMBER and "telephone" not in found[str(other.pk)]
    Opinion.objects.filter(pk=opinion.pk).update(state="closed")
    assert NUMBER not in json.dumps(taken(script, phone, telephones=True))


def test_the_unit_that_did_the_work_gets_no_telephone(
    script: Client, phone: Phone, household: Household, visitor: Cadre, committee: Unit, coordinator: Cadre,
    secretary: Cadre,
) -> None:  # fmt: skip
    HouseholdContact.objects.create(household=household, telephone=NUMBER)
    opinion = make_opinion(by=visitor, household=household)
    answered(opinion, by=coordinator, unit=committee, person=secretary)
    assert NUMBER not in json.dumps(taken(script, phone, telephones=True))
