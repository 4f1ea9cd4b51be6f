"""Many at once: nobody waits for anybody's counter, and the sums are right in the end."""

import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from grievances.errors import StepRefused
from grievances.models import Notice, Opinion, TallyChange, TallyMoment
from grievances.tallies.checking import check
from grievances.tallies.counting import Counting
from grievances.tallies.folding import fold, fold_all
from tests.factories import DISTRICT, fresh, make_cadre, make_category, make_opinion, make_region, make_unit
from tests.grievances.test_races import at_once
from villages.models import Cadre, Role

VILLAGES = ("320904001001001", "320904001002001", "320904002001001")


@pytest.fixture
def staff(committed_db: None) -> dict[str, Cadre]:
    transport, petitions = make_unit(code="transport"), make_unit(code="petitions")
    make_category()
    for village in VILLAGES:
        make_region(code=village)
    return {
        "head": make_cadre(name="head", role=Role.HEAD, unit=transport),
        "coordinator": make_cadre(name="coordinator", role=Role.COORDINATOR, unit=petitions),
        "visitor": make_cadre(name="visitor", role=Role.VISITOR, unit=petitions, region=DISTRICT),
        "caller": make_cadre(name="caller", role=Role.CALLER, unit=petitions),
    }


def collected(place: str = DISTRICT) -> int:
    return Counting(None, place).total()["collected"]


class Held:
    """A transaction of somebody else that has written and does not end yet."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.work, self.written, self.may_end = work, threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            with transaction.atomic():
                self.work()
                self.written.set()
                self.may_end.wait(20)
        finally:
            connection.close()

    def __enter__(self) -> None:
        self.thread.start()
        assert self.written.wait(20)

    def __exit__(self, *_error: object) -> None:
        self.may_end.set()
        self.thread.join()


def impatiently(work: Callable[[], object]) -> object:
    """Done without waiting for a lock, or not at all."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '200ms'")
        return work()


@pytest.mark.parametrize("other", VILLAGES)
def test_whoever_writes_down_waits_for_nobody_elses_counter(staff: dict[str, Cadre], other: str) -> None:
    make_opinion(by=staff["visitor"], region=VILLAGES[0])
    fold_all()
    with Held(lambda: make_opinion(by=fresh(staff["visitor"]), region=VILLAGES[0])):
        impatiently(lambda: make_opinion(by=staff["visitor"], region=other))
        assert collected() == 2
    assert collected() == 3


def test_folding_waits_for_nobody_and_nobody_for_folding(staff: dict[str, Cadre]) -> None:
    make_opinion(by=staff["visitor"])
    with Held(lambda: fold()):
        impatiently(lambda: make_opinion(by=staff["visitor"]))
        assert fold() == 0  # one at a time
        assert collected() == 2
    assert collected() == 2 and fold_all() > 0 and collected() == 2
    assert not TallyChange.objects.exists()


def test_what_is_rolled_back_is_not_counted(staff: dict[str, Cadre]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_opinion(by=staff["visitor"])
        assert collected() == 1
        raise ZeroDivisionError
    assert collected() == 0


def test_every_so_many_steps_one_folds_after_its_commit(
    staff: dict[str, Cadre], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grievances.tallies.folding.EVERY", 1)
    make_opinion(by=staff["visitor"])
    assert not TallyChange.objects.exists() and collected() == 1
    assert TallyMoment.objects.get(pk=DISTRICT).folded_at


def test_a_fold_that_fails_spoils_neither_the_step_nor_its_notices(
    staff: dict[str, Cadre], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> int:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr("grievances.tallies.folding.EVERY", 1)
    monkeypatch.setattr("grievances.tallies.folding.fold", fails)
    opinion = make_opinion(by=staff["visitor"])
    opinion.assign(by=staff["coordinator"], unit=staff["head"].unit, person=staff["head"])
    assert Notice.objects.filter(cadre=staff["head"]).count() == 1
    assert collected() == 1


JOBS = st.lists(
    st.lists(st.tuples(st.sampled_from(["record", "assign", "accept", "resolve", "call_back", "fold"]),
                       st.integers(0, 2)), min_size=2, max_size=6),
    min_size=2, max_size=4,
)  # fmt: skip


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
@given(jobs=JOBS)
def test_after_random_work_at_once_the_tallies_are_a_plain_count(
    jobs: list[list[tuple[str, int]]], staff: dict[str, Cadre]
) -> None:
    results = at_once(*(lambda job=job: work(job, staff) for job in jobs))
    assert not [result for result in results if isinstance(result, Exception)]
    assert collected() == Opinion.objects.exclude(state="withdrawn").count()
    assert check() == []


ARGUMENTS: dict[str, tuple[str, dict[str, object]]] = {
    "accept": ("head", {"told": "telephone"}),
    "resolve": ("head", {"account": "办了", "public": "办好了"}),
    "call_back": ("caller", {"contacted": True, "solved": True, "satisfied": True}),
}


def work(job: list[tuple[str, int]], staff: dict[str, Cadre]) -> None:
    for what, n in job:
        if what == "fold":
            fold()
        elif what == "record":
            make_opinion(by=fresh(staff["visitor"]), region=VILLAGES[n])
        else:
            step(what, n, staff)


def step(verb: str, n: int, staff: dict[str, Cadre]) -> None:
    opinion = Opinion.objects.order_by("pk")[n : n + 1].first()
    if opinion is None:
        return
    who, arguments = ARGUMENTS.get(verb, ("coordinator", {"unit": make_unit(code="transport")}))
    try:
        getattr(opinion, verb)(by=fresh(staff[who]), **arguments)
    except (StepRefused, ValidationError):
        return
