"""What steps read and write in one trip is what Django would read and write row by row."""

import uuid
from datetime import date, timedelta
from itertools import product

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from grievances.answering import drafts
from grievances.errors import ChangedMeanwhile, RequestReused, StepRefused
from grievances.flow import reading
from grievances.flow.writing import AS_THEY_ARE, Statements
from grievances.models import (
    STEP_FIELDS,
    Answer,
    AnswerDraft,
    Assignment,
    CalendarDay,
    CallBack,
    Clock,
    Event,
    Extension,
    Informant,
    Objection,
    Opinion,
    OpinionSpan,
    ProblemMembership,
    StoodIn,
    Visit,
)
from grievances.sight import access
from grievances.steps.record import Accused
from tests.factories import (
    DISTRICT,
    TOWN,
    fresh,
    make_cadre,
    make_opinion,
)
from tests.grievances.cases import assigned
from villages import reading as people
from villages.models import Absence, Cadre, Role, Unit

KINDS = (
    AnswerDraft, Assignment, CallBack, Clock, Extension, Objection, ProblemMembership, StoodIn,
)  # fmt: skip
ODD = "“甲”\\n'乙'\n\t%s {0} 𠮷 \u2028;-- DROP"


def columns(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor, text=ODD)


@pytest.fixture
def lived(case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre) -> Opinion:
    """A case that has been handed back, extended, answered, called back, and has a draft again."""
    assigned(case, by=coordinator, unit=transport, person=head).object(by=head, reason=ODD)
    case.refuse(by=coordinator, reason="不予退回")
    case.accept(by=head, told="telephone")
    case.ask_extension(by=head, days=9, reason=ODD)
    case.approve_extension(by=head)
    case.resolve(by=head, account="铺了沥青", public=ODD)
    case.call_back(by=caller, contacted=True, solved=False, satisfied=False, remark=ODD)
    words = dict.fromkeys(drafts.WORDS, "") | {"verb": "explain", "planned_for": date(2027, 2, 28)}
    drafts.keep(case, by=head, seen=0, words=words | {"public": ODD})
    return case


# read


def test_the_rows_of_a_case_are_read_together_as_one_by_one(lived: Opinion) -> None:
    read = reading.locked(lived, KINDS)
    for kind in KINDS:
        there = [columns(row) for row in kind.objects.filter(opinion=lived).order_by("pk")]
        assert [columns(row) for row in read.file.rows(kind)] == there
    assert all(read.file.rows(kind) for kind in set(KINDS) - {ProblemMembership, StoodIn})


def test_the_case_is_read_with_its_unit_and_category_and_locked(
    lived: Opinion, django_assert_num_queries: object
) -> None:
    read = reading.locked(lived)
    known = Opinion.objects.select_related("unit", "category").get(pk=lived.pk)
    with django_assert_num_queries(0):
        assert columns(read) == columns(known)
        assert columns(read.unit) == columns(known.unit)
        assert columns(read.category) == columns(known.category)


def test_a_case_without_a_unit_and_a_case_that_is_none(case: Opinion) -> None:
    assert reading.locked(case).unit is None
    with pytest.raises(Opinion.DoesNotExist):
        reading.locked(Opinion(pk=0))


def test_a_case_is_read_by_its_number_with_its_unit_and_category(
    lived: Opinion, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):
        read = reading.numbered(Opinion, lived.number)
        assert (read.unit.pk, read.category.pk) == (lived.unit_id, lived.category_id)
    assert columns(read) == columns(Opinion.objects.get(pk=lived.pk))
    assert reading.numbered(Opinion, "DF26-00000-0") is None


def test_the_working_calendar_comes_with_the_case(case: Opinion, django_assert_num_queries: object) -> None:
    CalendarDay.objects.bulk_create(
        [CalendarDay(day=date(2027, 1, 1), working=False), CalendarDay(day=date(2027, 1, 3), working=True)]
    )
    read = reading.locked(case, calendar=True)
    with django_assert_num_queries(0):
        calendar = read.file.calendar
        assert not calendar.is_working(date(2027, 1, 1)) and calendar.is_working(date(2027, 1, 3))


def test_people_are_read_with_the_posts_and_absences_that_they_would_read_alone(
    head: Cadre, handler: Cadre, visitor: Cadre
) -> None:
    today = timezone.localdate()
    Absence.objects.create(cadre=head, substitute=handler, since=today, until=today, set_by=head)
    read = {one.pk: one for one in people.people([head.pk, handler.pk, visitor.pk])}
    assert [one.substitute for one in read[head.pk].away_now] == [handler] and not read[visitor.pk].away_now
    for cadre in (head, handler, visitor):
        alone, together = fresh(cadre), read[cadre.pk]
        assert columns(together) == columns(alone)
        assert [columns(post) for post in together.posts_ever] == [columns(post) for post in alone.posts_ever]
        assert together.lenders == alone.lenders and together.roles == alone.roles
        assert [post.unit for post in together.own_posts] == [post.unit for post in alone.own_posts]
    assert read[handler.pk].lenders == [head]


def test_a_unit_is_headed_by_whoever_does_so_today_longest_first(transport: Unit, head: Cadre) -> None:
    today = timezone.localdate()
    longer = make_cadre(name="longer", role=Role.HEAD, unit=transport, since=date(2019, 1, 1))
    make_cadre(name="over", role=Role.HEAD, unit=transport, until=today - timedelta(days=1))
    make_cadre(name="coming", role=Role.HEAD, unit=transport, since=today + timedelta(days=1))
    gone = make_cadre(name="gone", role=Role.HEAD, unit=transport)
    Cadre.objects.filter(pk=gone.pk).update(is_active=False)
    assert people.heads([transport.pk, 0]) == {transport.pk: [longer, head], 0: []}
    assert people.heads([]) == {} and people.people([]) == []


# written


def test_a_row_that_is_written_together_is_the_row_that_django_writes(case: Opinion, visitor: Cadre) -> None:
    now = timezone.now()
    values = {
        "opinion": case, "verb": "remark", "to_state": "collected", "round": 1, "actor": visitor, "said_at": now,
        "recorded_at": now, "text": ODD, "details": {"a": [1, None, "乙"], "b": {"c": True}},
    }  # fmt: skip
    together, alone = Event(**values), Event.objects.create(**values)
    statements = Statements()
    statements.insert(together)
    statements.execute()
    assert not together._state.adding
    stored = columns(Event.objects.get(pk=together.pk))
    assert stored == columns(Event.objects.get(pk=alone.pk)) | {"id": together.pk}


def test_values_go_to_the_database_as_django_would_send_them(lived: Opinion) -> None:
    compared = 0
    for kind in (Answer, Assignment, Clock, Event, Informant, Opinion, OpinionSpan, Visit):
        for row, field in product(kind.objects.all(), kind._meta.concrete_fields):
            if type(field) in AS_THEY_ARE:
                sent = field.get_db_prep_save(field.pre_save(row, False), connection)
                assert sent == getattr(row, field.attname) and type(sent) is type(getattr(row, field.attname))
                compared += 1
    assert compared > 200
    ours = [model for app in ("grievances", "villages") for model in apps.get_app_config(app).get_models()]
    fields = [field for model in ours for field in model._meta.concrete_fields]
    assert not any(getattr(field, name, False) for field in fields for name in ("auto_now", "auto_now_add"))


def test_of_a_case_only_what_changed_is_written(case: Opinion, django_assert_num_queries: object) -> None:
    before = {name: getattr(case, name) for name in STEP_FIELDS}
    statements = Statements()
    statements.update_where_changed(case, before)
    with django_assert_num_queries(0):
        statements.execute()
    case.corrected_text = "灯不亮"
    statements.update_where_changed(case, before)
    with django_assert_num_queries(1) as asked:
        statements.execute()
    # The words that are searched follow the text.
    assert '"search_text"' in asked[0]["sql"] and '"state"' not in asked[0]["sql"]
    assert columns(Opinion.objects.get(pk=case.pk)) == columns(case)


def test_after_each_step_the_open_span_says_what_the_case_says(lived: Opinion) -> None:
    span = OpinionSpan.objects.get(opinion=lived, until=None)
    case = Opinion.objects.get(pk=lived.pk)
    assert all(getattr(span, name) == getattr(case, name) for name in _snapshot_names(span))
    spans = OpinionSpan.objects.filter(opinion=lived).order_by("since", "pk")
    ends = [span.until for span in spans]
    assert ends == [*(span.since for span in spans[1:]), None]


def _snapshot_names(span: OpinionSpan) -> list[str]:
    own = {"id", "opinion_id", "since", "until", "recorded_at", "accused"}
    return [field.attname for field in span._meta.concrete_fields if field.attname not in own]


# the request's key


def test_a_key_of_another_case_is_refused_to_whoever_saw_the_case_as_it_stands(
    visitor: Cadre, case: Opinion
) -> None:
    key, other = uuid.uuid4(), make_opinion(by=visitor)
    other.remark(by=visitor, text="一次", key=key)
    version, events = case.version, Event.objects.count()
    with pytest.raises(RequestReused):
        case.remark(by=visitor, text="一次", key=key, version=version)
    stored = Opinion.objects.get(pk=case.pk)
    assert (stored.version, Event.objects.count()) == (version, events)
    assert OpinionSpan.objects.filter(opinion=case).count() == 1


def test_a_step_that_was_done_is_found_again_whatever_version_is_sent_along(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assigned(case, by=coordinator, unit=transport, person=head)
    key, seen = uuid.uuid4(), case.version
    done = case.accept(by=head, key=key, version=seen)
    for version in (seen, case.version, None):
        again = Opinion.objects.get(pk=case.pk)
        assert again.accept(by=fresh(head), key=key, version=version) == done
        assert again.version == case.version
    with pytest.raises(StepRefused):
        case.accept(by=head, key=uuid.uuid4(), version=case.version)
    with pytest.raises(ChangedMeanwhile):
        case.accept(by=head, key=uuid.uuid4(), version=seen)


# who sees it


def test_posts_alone_say_surely_only_what_the_database_says_too(
    db: None, visitor: Cadre, handler: Cadre, head: Cadre, coordinator: Cadre, town_coordinator: Cadre,
    secretary: Cadre, caller: Cadre, leader: Cadre, auditor: Cadre, administrator: Cadre, outsider: Cadre,
    transport: Unit, committee: Unit,
) -> None:  # fmt: skip
    elsewhere = make_cadre(name="elsewhere", role=Role.VISITOR, unit=committee, region=TOWN[:6] + "002")
    below = Unit.objects.create(
        code="roads", name="路政", kind="department", region_id=DISTRICT, parent=transport
    )
    worker = make_cadre(name="worker", role=Role.HANDLER, unit=below)
    today = timezone.localdate()
    keeper = make_cadre(name="keeper", role=Role.HANDLER, unit=transport)
    Absence.objects.create(cadre=head, substitute=keeper, since=today, until=today, set_by=head)
    cases = [make_opinion(by=visitor, kind=kind) for kind in ("named", "confidential", "anonymous")]
    cases += [
        make_opinion(by=elsewhere, kind="confidential"),
        make_opinion(by=visitor, region="320904002001"),
    ]
    cases += [assigned(make_opinion(by=visitor), by=coordinator, unit=unit, person=one)
              for unit, one in ((transport, head), (below, worker))]  # fmt: skip
    cases += [make_opinion(by=visitor, accused=[one])
              for one in (Accused(unit=transport), Accused(cadre=visitor), Accused())]  # fmt: skip
    everybody = [
        visitor, handler, head, coordinator, town_coordinator, secretary, caller, leader, auditor, administrator,
        outsider, elsewhere, worker, keeper,
    ]  # fmt: skip
    seen = 0
    for cadre, case in product(map(fresh, everybody), cases):
        visible = Opinion.objects.visible_to(cadre).filter(pk=case.pk).exists()
        surely = access.surely_sees(cadre, case)
        assert access.still_sees(cadre, case) == visible
        # No unit assists here, so that only accusations are not sure.
        assert surely == (visible and not case.accusing)
        seen += surely
    assert 20 < seen < len(everybody) * len(cases) / 1.5
