"""Two people at the same moment, with real threads and real transactions."""

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from grievances.answering import drafts
from grievances.bulk import calling
from grievances.errors import ChangedMeanwhile, StepRefused
from grievances.models import AnswerDraft, Event, Opinion
from tests.factories import DISTRICT, fresh, make_cadre, make_opinion, make_unit
from tests.grievances.cases import answered
from villages.models import Cadre, Role

ROUNDS = 10


@pytest.fixture
def staff(committed_db: None) -> dict[str, Cadre]:
    transport, petitions = make_unit(code="transport"), make_unit(code="petitions")
    return {
        "head": make_cadre(name="head", role=Role.HEAD, unit=transport),
        "handler": make_cadre(name="handler", role=Role.HANDLER, unit=transport),
        "coordinator": make_cadre(name="coordinator", role=Role.COORDINATOR, unit=petitions),
        "visitor": make_cadre(name="visitor", role=Role.VISITOR, unit=petitions, region=DISTRICT),
    }


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """Run the jobs in threads that start together; what each returned or raised."""
    gate, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(n: int, job: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[n] = job()
        except Exception as error:  # the race's outcome is what is looked at
            results[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, job)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def assigned(staff: dict[str, Cadre]) -> Opinion:
    opinion = make_opinion(by=staff["visitor"])
    opinion.assign(by=staff["coordinator"], unit=make_unit(code="transport"))
    return opinion


def test_of_two_who_take_the_same_case_one_wins_and_the_other_is_told(staff: dict[str, Cadre]) -> None:
    for _ in range(ROUNDS):
        pk, version = (opinion := assigned(staff)).pk, opinion.version

        def take(name: str, pk: int = pk, version: int = version) -> object:
            return Opinion.objects.get(pk=pk).accept(by=fresh(staff[name]), version=version)

        results = at_once(lambda: take("head"), lambda: take("handler"))
        lost = [r for r in results if isinstance(r, ChangedMeanwhile | StepRefused)]
        assert len(lost) == 1 and Event.objects.filter(opinion=pk, verb="accept").count() == 1


def test_a_double_click_makes_one_entry(staff: dict[str, Cadre]) -> None:
    for _ in range(ROUNDS):
        pk, key = assigned(staff).pk, uuid.uuid4()

        def click(pk: int = pk, key: uuid.UUID = key) -> object:
            return Opinion.objects.get(pk=pk).remark(by=fresh(staff["handler"]), text="一次", key=key)

        results = at_once(click, click, click)
        assert all(isinstance(result, Event) for result in results)
        assert Event.objects.filter(opinion=pk, verb="remark").count() == 1


def _in_hand(staff: dict[str, Cadre]) -> int:
    opinion = assigned(staff)
    opinion.accept(by=staff["head"])
    return opinion.pk


def _keep(pk: int, by: Cadre, public: str) -> object:
    words = dict.fromkeys(drafts.WORDS, "") | {"verb": "resolve", "planned_for": None, "public": public}
    return drafts.keep(Opinion.objects.get(pk=pk), by=by, seen=0, words=words)


def test_of_two_who_begin_a_draft_one_is_shown_the_others_words(staff: dict[str, Cadre]) -> None:
    for _ in range(ROUNDS // 2):
        pk = _in_hand(staff)
        results = at_once(
            lambda pk=pk: _keep(pk, staff["head"], "甲"), lambda pk=pk: _keep(pk, staff["handler"], "乙")
        )
        kept = [result for result in results if isinstance(result, AnswerDraft)]
        [lost] = [result for result in results if isinstance(result, drafts.DraftChanged)]
        assert len(kept) == 1 and lost.draft.public == kept[0].public


def test_no_draft_is_left_behind_an_answer_given_in_the_same_moment(staff: dict[str, Cadre]) -> None:
    for _ in range(ROUNDS // 2):
        pk = _in_hand(staff)

        def answer(pk: int = pk) -> object:
            opinion = Opinion.objects.get(pk=pk)
            return opinion.resolve(by=fresh(staff["head"]), account="办了", public="办好了", draft=0)

        answered, kept = at_once(answer, lambda pk=pk: _keep(pk, staff["handler"], "乙"))
        left = AnswerDraft.objects.filter(opinion=pk).exists()
        # Either the draft came too late, or its words stopped the answer: nobody's words are lost.
        assert (isinstance(answered, Event), left) in {(True, False), (False, True)}
        assert isinstance(kept, AnswerDraft) == left


def test_one_call_back_list_sent_twice_at_the_same_moment_is_recorded_once(staff: dict[str, Cadre]) -> None:
    caller = make_cadre(name="caller", role=Role.CALLER, unit=make_unit(code="petitions"))
    case = answered(
        make_opinion(by=staff["visitor"]), by=staff["coordinator"], unit=make_unit(code="transport"),
        person=staff["head"],
    )  # fmt: skip
    said, key = calling.Said(case.version, True, True, True, ""), uuid.uuid4()

    def send() -> dict[str, str]:
        seen = Opinion.objects.get(pk=case.pk)
        return calling.record(seen, said, by=fresh(caller), key=key, means="telephone", said_at=None)

    assert at_once(send, send) == [{}, {}]
    other = calling.Said(case.version, False, None, None, "")
    assert calling.record(case, other, by=fresh(caller), key=uuid.uuid4(), means="telephone", said_at=None)
    assert Event.objects.filter(opinion=case, verb="call_back").count() == 1
