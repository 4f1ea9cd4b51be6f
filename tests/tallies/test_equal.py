"""Whatever happens, the tallies say what a plain count of the rows says: for everybody who reads them, in every
dimension, on every day."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from grievances.errors import StepRefused
from grievances.measures import figures
from grievances.models import COUNTS, Dimension, Opinion, Tally, TallyChange
from grievances.steps.record import Accused
from grievances.tallies.checking import check
from grievances.tallies.counting import Counting
from grievances.tallies.folding import fold_all
from grievances.tallies.rebuilding import rebuild
from grievances.tallies.rows import read_rows
from grievances.tallies.sight import covers
from tests.factories import (
    DISTRICT,
    GRID,
    LONG_AGO,
    TOWN,
    VILLAGE,
    fresh,
    make_cadre,
    make_campaign,
    make_category,
    make_opinion,
    make_unit,
)
from tests.grievances.test_random_steps import ARGUMENTS
from villages.models import Cadre, Post, Role, Unit

DAYS_BACK = 90
PLACES = (GRID, "320904001001002", "320904001002001", "320904002001001", TOWN, DISTRICT)
VERBS = sorted(ARGUMENTS)
# Who looks, at which place, as of how many days ago.
LOOKS = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from([DISTRICT, TOWN, VILLAGE]), st.integers(0, DAYS_BACK + 2)),
    min_size=6,
    max_size=6,
)


@st.composite
def lives(draw: st.DrawFn) -> list[dict[str, object]]:
    """A few opinions, each with steps on growing days."""
    return [
        {
            "place": draw(st.sampled_from(PLACES)),
            "kind": draw(st.sampled_from(["named", "confidential"])),
            "age": draw(st.integers(0, DAYS_BACK)),
            "accused": draw(st.sampled_from(["", "", "", "unit", "cadre", "unknown", "both"])),
            "named_later": draw(st.booleans()),
            "released": draw(st.booleans()),
            "category": draw(st.sampled_from(["roads-potholes", "roads-lamps", "water-pipes"])),
            "with_campaign": draw(st.booleans()),
            "source": draw(st.sampled_from(["big_visit", "phone"])),
            "steps": draw(
                st.lists(st.tuples(st.sampled_from(VERBS), st.booleans(), st.integers(0, 20)), max_size=9)
            ),
        }
        for _ in range(draw(st.integers(1, 4)))
    ]


@pytest.fixture
def everybody(
    visitor: Cadre, coordinator: Cadre, handler: Cadre, head: Cadre, caller: Cadre, leader: Cadre,
    secretary: Cadre, outsider: Cadre, town_coordinator: Cadre,
) -> dict[str, Cadre]:  # fmt: skip
    people = (visitor, coordinator, handler, head, caller, leader, secretary, outsider, town_coordinator)
    return {cadre.username: fresh(cadre) for cadre in people}


@pytest.fixture
def viewers(everybody: dict[str, Cadre], committee: Unit, town: Unit) -> list[Cadre]:
    """People who see whole places, less what accuses them: the others' opinions are counted one by one."""
    moved = make_cadre(name="moved", role=Role.LEADER, unit=town, region=DISTRICT)
    Post.objects.create(
        cadre=moved, role=Role.HEAD, unit=committee, region=committee.region, since=LONG_AGO,
        until=timezone.localdate() - timedelta(days=30),
    )  # fmt: skip
    village_leader = make_cadre(name="village-leader", role=Role.LEADER, unit=committee, region=VILLAGE)
    member = make_cadre(name="member", role=Role.LEADER, unit=committee, region=DISTRICT)
    moved_in_town = make_cadre(name="moved-in-town", role=Role.CALLER, unit=town, region=TOWN)
    Post.objects.create(
        cadre=moved_in_town, role=Role.HEAD, unit=committee, region=committee.region, since=LONG_AGO,
        until=timezone.localdate() - timedelta(days=10),
    )  # fmt: skip
    names = ("leader", "town-coordinator", "coordinator", "caller")
    return [*(everybody[name] for name in names), moved, village_leader, member, moved_in_town]


def live(life: dict[str, object], people: dict[str, Cadre], units: tuple[Unit, Unit], number: int) -> None:
    now = timezone.now() - timedelta(days=life["age"])
    accused = {
        "": [], "unit": [Accused(unit=units[1])], "cadre": [Accused(cadre=people["handler"])],
        "unknown": [Accused()], "both": [Accused(unit=units[1]), Accused(cadre=people["leader"])],
    }[life["accused"]]  # fmt: skip
    opinion = make_opinion(
        by=people["visitor"], region=life["place"], kind=life["kind"], at=now, accused=accused,
        category=make_category(code=life["category"]), source=life["source"],
        campaign=make_campaign() if life["with_campaign"] else None,
    )  # fmt: skip
    for verb, first, days in life["steps"]:
        now = min(now + timedelta(days=days, minutes=1), timezone.now())
        try_step(opinion, verb, first, people, units, now)
    with suppress(StepRefused, ValidationError):
        if life["named_later"]:
            opinion.name_accused(by=people["coordinator"], unit=make_unit(code=f"accused-{number % 2}"))
        if life["released"] and life["accused"] == "unknown":
            opinion.release(by=people["coordinator"])


def try_step(
    opinion: Opinion, verb: str, first: bool, people: dict[str, Cadre], units: tuple[Unit, Unit], at: object
) -> None:
    arguments = dict(ARGUMENTS[verb])
    if verb in ("assign", "reassign"):
        arguments["unit"] = units[first]
    if verb == "call_back":
        arguments["solved"] = first
    for who in ("coordinator", "head", "handler", "secretary", "caller", "leader", "visitor"):
        try:
            getattr(opinion, verb)(by=people[who], at=at, **arguments)
        except (StepRefused, ValidationError):
            continue
        return


def nonzero(told: dict) -> dict:
    return {
        key: {name: n for name, n in counts.items() if n}
        for key, counts in told.items()
        if any(counts.values())
    }


def assert_equal(cadre: Cadre, place: str, day: date | None) -> None:
    """At the place, or at the one that the cadre sees as a whole where that is narrower."""
    place = max(place, cadre.posts_in_force[0].region_id, key=len)
    assert covers(cadre, place)
    told = Counting(cadre, place, None, day).by(*Dimension.values)
    found = figures.rows(cadre=cadre, as_of=day, region=place)
    plain = read_rows(found, *Dimension.values, as_of=day)
    assert nonzero(told) == nonzero(plain), f"{cadre.username} {place} {day}"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a failure takes minutes
)
@given(made=lives(), folded=st.booleans(), looks=LOOKS)
def test_tallies_are_a_plain_count(
    made: list[dict[str, object]],
    folded: bool,
    looks: list[tuple[int, str, int]],
    everybody: dict[str, Cadre],
    viewers: list[Cadre],
    transport: Unit,
    committee: Unit,
) -> None:
    for number, life in enumerate(made):
        live(life, everybody, (transport, committee), number)
        if folded and number % 2:
            fold_all()
    for who, place, ago in looks:
        day = timezone.localdate() - timedelta(days=ago) if ago else None
        assert_equal(fresh(viewers[who]), place, day)
    assert check() == []


def test_the_whole_provinces_figures_are_those_of_its_districts(everybody: dict[str, Cadre]) -> None:
    make_opinion(by=everybody["visitor"])
    make_opinion(by=everybody["visitor"], region="320903001001001")
    below = Counting(None, "32").below(4)
    assert below["3209"]["collected"] == Counting(None, "").total()["collected"] == 2
    assert {place: n["collected"] for place, n in Counting(None, "3209").below(6).items()} == {
        DISTRICT: 1,
        "320903": 1,
    }


def test_rebuilt_tallies_are_those_that_the_triggers_made(
    everybody: dict[str, Cadre], transport: Unit, committee: Unit
) -> None:
    for number, accused in enumerate(["", "unit", "unknown", "both"]):
        life = {
            "place": PLACES[number], "kind": "named", "age": 40, "accused": accused, "named_later": False,
            "released": True, "category": "roads-potholes", "with_campaign": True, "source": "phone",
            "steps": [("assign", True, 2), ("accept", True, 2), ("resolve", True, 9), ("call_back", False, 3)],
        }  # fmt: skip
        live(life, everybody, (transport, committee), number)
    fold_all()
    before = set(Tally.objects.values_list())
    rebuild()
    # What came and went again in the same period is a row of nothing for those who fold, and no row here.
    nothing = {row for row in before if not any(row[: len(COUNTS)])}
    assert before - nothing == set(Tally.objects.values_list())
    assert not TallyChange.objects.exists() and len(before) > 100


def test_differences_are_told_and_mended(everybody: dict[str, Cadre]) -> None:
    make_opinion(by=everybody["visitor"])
    fold_all()
    Tally.objects.filter(place=VILLAGE, dimension="all").update(collected=7)
    found = check()
    assert {one.place for one in found} == {VILLAGE}
    assert {one.counts["collected"] for one in found} == {-6, -7}  # -7: of a period in which none came
    assert check(repair=True) == found
    assert check() == []
