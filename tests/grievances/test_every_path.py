"""No path to a step skips a rule of another path: each does exactly what the verb's own page does, or nothing."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from grievances.bulk import doing
from grievances.models import (
    STEP_FIELDS,
    Accusation,
    Answer,
    AnswerDraft,
    Assignment,
    AssistingUnit,
    CallBack,
    Clock,
    CommonProblem,
    Event,
    Extension,
    Objection,
    Opinion,
    OpinionSpan,
    ProblemMembership,
    StoodIn,
    SuccessionCase,
)
from grievances.workflow import Verb
from tests.factories import (
    DISTRICT,
    GRID,
    LONG_AGO,
    TOWN,
    VILLAGE,
    fresh,
    make_cadre,
    make_category,
    make_household,
    make_opinion,
    make_unit,
)
from tests.grievances import calls, paths
from tests.grievances.paths import COMPARED, PATHS, WAYS, Path, World, actor_of, case_for, send, sent_by
from tests.grievances.test_substitutes import stands_in
from villages.models import Cadre, Role

pytestmark = pytest.mark.django_db
V = Verb
ROWS: tuple[type[Model], ...] = (
    Event, OpinionSpan, Clock, Assignment, Answer, CallBack, Objection, Extension, ProblemMembership, StoodIn,
    AssistingUnit, Accusation,
)  # fmt: skip
OTHER_TOWN, OTHER_GRID = "320904002", "320904001002001"
# The same role, where it gives nothing to this case.
ELSEWHERE = {
    "coordinator": "far_coordinator", "head": "water_head", "handler": "water_handler", "caller": "own_caller",
    "visitor": "far_visitor", "administrator": "outsider",
}  # fmt: skip
SAME_UNIT = {"handler": "colleague"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once: each test is undone on top of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield made_world()
        transaction.set_rollback(True)


def made_world() -> World:
    places = {
        "far": OTHER_TOWN,
        "village": OTHER_GRID[:12],
        "committee": VILLAGE,
        "elsewhere": "320903",
        "town": TOWN,
    }
    names = ("transport", "water", "petitions", "commission", "discipline", "office", *places)
    units = {name: make_unit(code=name, region=places.get(name, DISTRICT)) for name in names}
    cast = {
        "coordinator": (Role.COORDINATOR, "petitions", DISTRICT),
        "chief": (Role.COORDINATOR, "commission", DISTRICT),
        "far_coordinator": (Role.COORDINATOR, "far", OTHER_TOWN),
        "handler": (Role.HANDLER, "transport", DISTRICT),
        "colleague": (Role.HANDLER, "transport", DISTRICT),
        "head": (Role.HEAD, "transport", DISTRICT),
        "water_head": (Role.HEAD, "water", DISTRICT),
        "water_handler": (Role.HANDLER, "water", DISTRICT),
        "caller": (Role.CALLER, "petitions", DISTRICT),
        "own_caller": (Role.CALLER, "transport", DISTRICT),
        "visitor": (Role.VISITOR, "committee", GRID),
        "far_visitor": (Role.VISITOR, "village", OTHER_GRID),
        "writer": (Role.VISITOR, "town", TOWN),
        "auditor": (Role.AUDITOR, "discipline", DISTRICT),
        "administrator": (Role.ADMINISTRATOR, "office", DISTRICT),
        "outsider": (Role.HANDLER, "elsewhere", "320903"),
    }
    people = {
        name: make_cadre(name=name, role=role, unit=units[unit], region=region)
        for name, (role, unit, region) in cast.items()
    }
    anchor = make_opinion(by=people["writer"])
    anchor.join(by=people["coordinator"], problem=CommonProblem(key=uuid.uuid4(), title="路灯"))
    CommonProblem.objects.update(region=TOWN)
    return World(
        people, units, make_household(), make_category(code="roads-lamps"),
        Opinion.objects.get(pk=anchor.pk), CommonProblem.objects.get(),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def orders_as_jobs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    path = getattr(request.node, "callspec", None) and request.node.callspec.params.get("path")
    if path and path.name == "many as a job":
        monkeypatch.setattr(doing, "DIRECTLY", 0)


def of(
    *, ways: list[tuple[Path, Verb]] = WAYS, without: tuple[str, ...] = (),
    verbs: frozenset[Verb] | None = None, **has: bool,
) -> object:  # fmt: skip
    """Every path with every verb that it is tried with, but those left out."""
    found = [
        (path, verb)
        for path, verb in ways
        if path.name not in without
        and (verbs is None or verb in verbs)
        and all(bool(getattr(path, name)) == wanted for name, wanted in has.items())
    ]
    return pytest.mark.parametrize(
        ("path", "verb"), found, ids=[f"{path.name}-{verb.value}" for path, verb in found]
    )


def stands(case: Opinion) -> dict[str, object]:
    """All that a step could change of a case."""
    rows = {model: list(model.objects.filter(opinion=case).order_by("pk").values()) for model in ROWS}
    return rows | {"case": Opinion.objects.filter(pk=case.pk).values().get()}


def everything() -> dict[str, int]:
    """How many rows there are of all that could be written half."""
    return {model.__name__: model.objects.count() for model in (*ROWS, CommonProblem, SuccessionCase)}


def refused(world: World, path: Path, verb: Verb, case: Opinion, by: str, **changes: object) -> str:
    """Asked in vain: nothing is changed, nothing half written; what was said."""
    sent = sent_by(world, path, verb, case, **changes)
    before = stands(case), everything()
    page = send(sent, fresh(world[by])).content.decode()
    assert (stands(case), everything()) == before
    return page


# everything that calls a verb is a path


def test_whatever_calls_a_verb_is_in_the_table() -> None:
    known: dict[str, set[str]] = {}
    for path in PATHS:
        for module in path.modules:
            known.setdefault(module, set()).update(path.verbs)
    for module, verbs in paths.OTHERS.values():
        known.setdefault(module, set()).update(verbs)
    found = calls.of_verbs()
    assert set(found) == set(known)
    assert {module: verbs - known[module] for module, verbs in found.items() if verbs - known[module]} == {}
    assert len(found) >= 14


def test_every_path_is_tried_with_a_verb() -> None:
    assert {path.name for path, _verb in WAYS} == {path.name for path in PATHS}
    assert len(WAYS) >= 20 and len(COMPARED) >= 23


def test_nothing_but_the_verbs_writes_what_a_step_changes() -> None:
    assert calls.writes_to_cases() == set(calls.WRITES)


# the right way


def left_behind(case: Opinion) -> dict[str, object]:
    """The rows of a case, without what is its own: ids, number, key, digest, channel."""
    own = {
        "id", "opinion_id", "key", "digest", "channel", "said_at", "number", "search_text", "seal_id", "base_at",
    }  # fmt: skip
    rows = {
        model.__name__: [
            {name: value for name, value in row.items() if name not in own}
            for row in model.objects.filter(opinion=case).order_by("pk").values()
        ]
        for model in ROWS
    }
    fields = Opinion.objects.filter(pk=case.pk).values(*STEP_FIELDS).get()
    return rows | {"case": {name: value for name, value in fields.items() if name not in own}}


@of(ways=COMPARED)
def test_it_leaves_behind_what_the_verbs_own_page_does(world: World, path: Path, verb: Verb) -> None:
    moment = timezone.now().replace(microsecond=0)
    with time_machine.travel(moment, tick=False):
        alike = [case_for(world, path, verb) for _n in range(2)]
    with time_machine.travel(moment + timedelta(minutes=3), tick=False):
        by = fresh(world[actor_of(path, verb)])
        content = paths.content_for(world, path, verb)
        if path.alone:
            alike[0].transfer(by=None, person=fresh(world["colleague"]), reason=str(content["reason"]))
        else:
            send(paths.page(world, verb, alike[0], content), by)
        if not stepped(alike[0], verb):
            raise AssertionError("the verb's own page refused")
        send(sent_by(world, path, verb, alike[1]), by)
    assert stepped(alike[1], verb)
    assert left_behind(alike[1]) == left_behind(alike[0])


def stepped(case: Opinion, verb: Verb) -> bool:
    return Event.objects.filter(opinion=case).latest("pk").verb == verb


# wrong people


@of()
def test_neither_outsiders_nor_readers_nor_the_same_role_elsewhere_change_anything(
    world: World, path: Path, verb: Verb
) -> None:
    case = case_for(world, path, verb)
    assert case.number not in refused(world, path, verb, case, "outsider")
    refused(world, path, verb, case, "auditor")
    # Any cadre who sees it passes on that it isn't solved.
    elsewhere = "far_visitor" if verb == V.REOPEN else ELSEWHERE[actor_of(path, verb)]
    refused(world, path, verb, case, elsewhere)


@of(without=("leaving, by an administrator",))
def test_the_accused_change_nothing_and_see_nothing(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    sent = sent_by(world, path, verb, case)
    by = world[actor_of(path, verb)]
    for whom in ({"cadre": by}, {"unit": by.unit}):
        Opinion.objects.get(pk=case.pk).name_accused(by=fresh(world["chief"]), **whom)
        before = stands(case), everything()
        page = send(sent, fresh(by)).content.decode()
        assert (stands(case), everything()) == before
        assert case.number not in page and case.words not in page
        by = world[SAME_UNIT.get(actor_of(path, verb), actor_of(path, verb))]
    assert case.number not in paths.get(sent, fresh(by))


@of(verbs=frozenset({V.ASSIGN, V.REASSIGN, V.TRANSFER}))
def test_the_accused_never_get_it(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    person = Cadre.objects.get(pk=paths.content_for(world, path, verb)["person"])
    # Of a transfer the unit is the one that holds it: once it is accused, the case is gone from there.
    for whom in ({"cadre": person}, {"unit": person.unit})[: 1 if verb == V.TRANSFER else 2]:
        Opinion.objects.get(pk=case.pk).name_accused(by=fresh(world["chief"]), **whom)
        refused(world, path, verb, Opinion.objects.get(pk=case.pk), actor_of(path, verb))


# wrong state, changed meanwhile, sent twice


# A remark is possible in every state.
@of(verbs=frozenset(paths.READY) - {V.REMARK})
def test_a_withdrawn_case_stays_as_it_is(world: World, path: Path, verb: Verb) -> None:
    case = make_opinion(by=world["writer"], household=world.household)
    if path.ready:
        case = case_for(world, path, verb)
        case.resolve(by=fresh(world["head"]), account="办了", public="办好了")
    else:
        case.withdraw(by=world["coordinator"], reason="重复")
    refused(world, path, verb, Opinion.objects.get(pk=case.pk), actor_of(path, verb))


@of(unseen=False)
def test_what_changed_meanwhile_is_not_passed_over(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    sent = sent_by(world, path, verb, case)
    Opinion.objects.get(pk=case.pk).remark(by=world["chief"], text="先等等")
    before = stands(case), everything()
    send(sent, fresh(world[actor_of(path, verb)]))
    assert (stands(case), everything()) == before


@of()
def test_sent_twice_it_is_done_once_and_with_other_words_not_again(
    world: World, path: Path, verb: Verb
) -> None:
    case = case_for(world, path, verb)
    sent, by = sent_by(world, path, verb, case), world[actor_of(path, verb)]
    send(sent, fresh(by))
    assert stepped(case, verb)
    done = stands(case), everything()
    send(sent, fresh(by))
    assert (stands(case), everything()) == done
    words = next(
        name for name in sent.data if name.split("-")[-1] in ("remark", "reason", "text", "account", "same")
    )
    other = make_opinion(by=world["writer"]).number if words == "same" else "另外的话"
    done = stands(case), everything()
    page = send(paths.Sent(sent.url, sent.data | {words: other}, sent.headers), fresh(by))
    assert (stands(case), everything()) == done
    assert path.keyless or page.status_code in (409, 422) or words == "same"


# what a unit may ask for once


def asked_before(world: World, case: Opinion, verb: Verb, *, granted: bool) -> Opinion:
    """The unit asked for it, and the coordinator or its head decided."""
    case = Opinion.objects.get(pk=case.pk)
    if verb == V.OBJECT:
        case.object(by=fresh(world["handler"]), reason="不归我们管")
        decide = case.uphold if granted else case.refuse
        decide(by=fresh(world["coordinator"]), reason="说明")
    else:
        case.ask_extension(by=fresh(world["handler"]), days=10, reason="等材料")
        decide = case.approve_extension if granted else case.refuse_extension
        decide(by=fresh(world["head"]), reason="说明")
    return Opinion.objects.get(pk=case.pk)


@of(verbs=frozenset({V.OBJECT}))
def test_a_unit_whose_objection_was_refused_objects_no_second_time(
    world: World, path: Path, verb: Verb
) -> None:
    case = asked_before(world, case_for(world, path, verb), verb, granted=False)
    refused(world, path, verb, case, "handler")
    refused(world, path, verb, case, "head")
    # Neither after it went to another unit and came back; the other unit may.
    away = {"by": world["coordinator"], "unit": world.units["water"], "person": world["water_head"]}
    case.reassign(**away, reason="改派")
    send(sent_by(world, path, verb, Opinion.objects.get(pk=case.pk)), fresh(world["water_head"]))
    assert stepped(case, verb)
    Opinion.objects.get(pk=case.pk).reassign(
        by=world["coordinator"], unit=world.units["transport"], person=world["handler"], reason="还是你们"
    )
    refused(world, path, verb, Opinion.objects.get(pk=case.pk), "handler")


@of(verbs=frozenset({V.OBJECT}))
def test_nobody_objects_after_the_five_working_days(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    Assignment.objects.filter(opinion=case).update(object_until=timezone.now() - timedelta(minutes=1))
    refused(world, path, verb, case, "handler")


@of(verbs=frozenset({V.ASK_EXTENSION}))
def test_more_time_is_granted_once_and_thirty_days_at_most(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    for days in (0, 31, "9" * 30, "x"):
        refused(world, path, verb, case, "handler", days=days)
    case = asked_before(world, case, verb, granted=True)
    refused(world, path, verb, case, "handler")


@of(verbs=frozenset({V.ASK_EXTENSION}))
def test_what_is_asked_for_isnt_asked_twice_and_refused_may_be_asked_again(
    world: World, path: Path, verb: Verb
) -> None:
    case = asked_before(world, case_for(world, path, verb), verb, granted=False)
    send(sent_by(world, path, verb, case), fresh(world["handler"]))
    assert stepped(case, verb)
    refused(world, path, verb, Opinion.objects.get(pk=case.pk), "head")


@of(verbs=frozenset({V.ASK_EXTENSION}))
def test_a_reopened_case_gets_no_more_time(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    case.resolve(by=fresh(world["handler"]), account="办了", public="办好了")
    Opinion.objects.get(pk=case.pk).reopen(by=world["caller"], reason="没好")
    refused(world, path, verb, Opinion.objects.get(pk=case.pk), "handler")


# answers


ANSWERS = frozenset({V.RESOLVE, V.EXPLAIN})


@of(verbs=ANSWERS)
def test_no_answer_without_words_or_with_an_empty_place(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    for public in ("", "  ", "请于{planned for}来"):
        refused(world, path, verb, case, actor_of(path, verb), public=public)


@of(verbs=ANSWERS)
def test_no_answer_throws_a_colleagues_draft_away_unseen(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    AnswerDraft.objects.create(
        opinion=case, verb=verb, account="查过", public="同事的话", by=world["colleague"], version=1,
        changed_at=timezone.now(),
    )  # fmt: skip
    refused(world, path, verb, case, actor_of(path, verb))
    assert AnswerDraft.objects.filter(opinion=case).exists()


# call-backs of one's own work


CALLS = of(verbs=frozenset({V.CALL_BACK}))


@CALLS
def test_nobody_confirms_what_their_unit_did(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    by = world[actor_of(path, verb)]
    by.posts.create(role=Role.LEADER, unit=case.unit, region=case.unit.region, since=timezone.localdate())
    not_confirmed(world, path, verb, case, by)


@CALLS
def test_nobody_confirms_what_they_worked_on_for_somebody_else(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    by = world[actor_of(path, verb)]
    StoodIn.objects.create(opinion=case, cadre=by, absent=world["handler"], at=timezone.now())
    not_confirmed(world, path, verb, case, by)


# A visitor's desk is not lent.
@of(verbs=frozenset({V.CALL_BACK}), without=("at the door",))
def test_nobody_confirms_their_units_work_for_an_absent_caller(world: World, path: Path, verb: Verb) -> None:
    case = case_for(world, path, verb)
    by = make_cadre(name="both", role=Role.LEADER, unit=world.units["petitions"], region=TOWN)
    by.posts.create(role=Role.HANDLER, unit=case.unit, region=case.unit.region, since=LONG_AGO)
    not_confirmed(world, path, verb, case, stands_in(fresh(by), world["caller"]))


def not_confirmed(world: World, path: Path, verb: Verb, case: Opinion, by: Cadre) -> None:
    """At the door the words are kept as a remark; nothing confirms."""
    before = case.state
    send(sent_by(world, path, verb, case), fresh(by))
    now = Opinion.objects.get(pk=case.pk)
    assert now.state == before and not CallBack.objects.filter(opinion=case).exists()
    assert now.version == case.version or path.name == "at the door"


# protected words


@of(without=("at the door",))
def test_the_name_of_a_confidential_informant_is_on_no_page_of_any_path(
    world: World, path: Path, verb: Verb
) -> None:
    case = case_for(world, path, verb, kind="confidential", name="许保密", household=None)
    by = world[actor_of(path, verb)]
    sent = sent_by(world, path, verb, case)
    pages = [paths.get(sent, fresh(by)), send(sent, fresh(by)).content.decode()]
    assert stepped(case, verb)
    assert all("许保密" not in page and "051588880000" not in page for page in pages)
    if path.name not in ("page", "panel", "proposal in a row", "same matter"):
        assert all(case.words not in page for page in pages)
