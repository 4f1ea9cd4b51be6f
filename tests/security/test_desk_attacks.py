"""Attacks on the desk: by the accused, by whoever left, by whoever stands in."""

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from grievances.answering import drafts, notes
from grievances.bulk import calling
from grievances.desk import presence, queues
from grievances.errors import ChangedMeanwhile, StepRefused
from grievances.flow.offers import possible
from grievances.models import CommonProblem, ModelAnswer, Opinion, SavedView, Sharing
from grievances.problems.common_problems import oversees, runs
from grievances.steps.record import Accused
from grievances.workflow import State, Verb
from tests.factories import DISTRICT, fresh, make_cadre, make_opinion
from tests.grievances.cases import answered, assigned, carried, in_hand
from tests.security.attackers import post, signed_in
from villages.models import Absence, Cadre, Post, Role, Unit

CANARY = "金丝雀八哥"
SCRIPT = '"><script>x()</script>'
PAGES = [
    "home", "desk", "opinion-list", "search", "dashboard", "workload", "slipped", "supervision-list",
    "common-problem-list", "view-list", "notice-list", "escalation-list", "absence-list",
    "campaign-list", "bulk-list", "call-backs", "model-answer-list",
    "made-file-list", "opinion-export", "audit", "audit-withdrawn", "commands",
]  # fmt: skip
_NEW_EACH_TIME = re.compile(
    r'[0-9a-f]{8}-[0-9a-f-]{27}|csrf\w*" value="\w+"|X-CSRFToken\W+\w+|\d\d:\d\d|%2B\d+'
)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def new(title: str) -> CommonProblem:
    return CommonProblem(key=uuid.uuid4(), title=title)


def joined(*cases: Opinion, by: Cadre, title: str = "一") -> CommonProblem:
    cases[0].join(by=by, problem=new(title))
    problem = CommonProblem.objects.get(memberships__opinion=cases[0], memberships__left_at=None)
    for case in cases[1:]:
        case.join(by=by, problem=problem)
    return problem


WORDS = {
    "verb": "resolve", "account": "", "public": "", "ground": "", "planned_for": None, "passed_to": "", "told": "",
}  # fmt: skip


def told_of(answer: HttpResponse) -> str:
    """What a page says, without what is new in every answer."""
    return _NEW_EACH_TIME.sub("", f"{answer.status_code} {answer.content.decode()}")


def seen_by(client: Client, *more: str) -> dict[str, str]:
    """All pages, and what is fetched into them, as they stand."""
    found = {}
    lists = [reverse("desk-queue", args=[queue.name]) for queue in queues.QUEUES]
    parts = [reverse(name) for name in ("view-list", "commands", "opinion-list")]
    addresses = [*map(reverse, PAGES), *lists, *more]
    asked = [(address, False) for address in addresses] + [(address, True) for address in (*parts, *more)]
    for address, part in asked:
        answer = client.get(address, headers={"HX-Request": "true"} if part else {})
        assert answer.status_code < 500, address
        found[f"{address} {part}"] = told_of(answer)
    return found


# what the accused may notice


def test_nothing_that_the_accused_can_open_differs_by_an_accusation(
    mighty: Cadre, visitor: Cadre, coordinator: Cadre, handler: Cadre, town: Unit, petitions: Unit, committee: Unit,
    leader: Cadre,
) -> None:  # fmt: skip
    """Whole pages are compared: with the words also each number, order, button and empty line."""
    desk = {
        "by": coordinator,
        "unit": petitions,
        "person": make_cadre(name="p", role=Role.HEAD, unit=petitions),
    }
    ordinary = [make_opinion(by=visitor, text=f"{SCRIPT}第{n}件") for n in range(4)]
    in_hand(ordinary[1], **desk)
    answered(ordinary[2], **desk)
    joined(ordinary[0], ordinary[1], by=coordinator, title=SCRIPT)
    notes.write(ordinary[1], by=coordinator, text=SCRIPT, mentioned=[mighty], key=uuid.uuid4())
    for name, query in ((SCRIPT, ""), ("open", "figure=open"), ("late", "late=on")):
        SavedView.objects.create(owner=mighty, name=name, query=query)
    ModelAnswer.objects.create(region_id=DISTRICT, outcome="resolved", title=SCRIPT, text=SCRIPT)
    client = signed_in(mighty)
    asked = [
        f"{reverse('opinion-list')}?text={CANARY}", f"{reverse('search')}?q={CANARY}",
        f"{reverse('commands')}?q={CANARY}", reverse("opinion", args=[ordinary[0].number]),
        reverse("opinion", args=[ordinary[1].number]), reverse("opinion-like", args=[ordinary[0].number]),
        reverse("opinion-same", args=[ordinary[3].number]),
        reverse("common-problem", args=[CommonProblem.objects.get().key]), reverse("dashboard-place", args=[DISTRICT]),
    ]  # fmt: skip
    before = seen_by(client, *asked)
    blaming = [make_opinion(by=visitor, accused=[Accused(unit=committee)], text=CANARY) for _n in range(5)]
    assigned(blaming[1], **desk)
    in_hand(blaming[2], **desk)
    drafts.keep(blaming[2], by=desk["person"], seen=0, words=WORDS | {"public": CANARY})
    blaming[2].supervise(by=leader, text=CANARY, due=timezone.localdate() + timedelta(days=3))
    notes.write(blaming[2], by=coordinator, text=CANARY, mentioned=[desk["person"]], key=uuid.uuid4())
    answered(blaming[3], **desk)
    problem = joined(*blaming, by=coordinator, title=CANARY)
    after = seen_by(client, *asked)
    different = [address for address in before if before[address] != after[address]]
    assert not different
    assert not [address for address, page in after.items() if "<script>x" in page]
    assert len(after) > 50 and SCRIPT not in after[f"{reverse('view-list')} False"]
    for name in ("common-problem", "common-problem-edit", "common-problem-close"):
        assert client.get(reverse(name, args=[problem.key])).status_code == 404
    # The comparison itself: an ordinary case shows.
    make_opinion(by=visitor)
    assert told_of(client.get(reverse("opinion-list"))) != after[f"{reverse('opinion-list')} False"]
    nobody = Opinion.objects.order_by("pk").last().pk + 1
    told = [
        client.post(reverse("list-changes"), {"rows": f"{pk}.1", "case": case.number}).json()
        for pk, case in ((blaming[2].pk, blaming[2]), (nobody, Opinion(number="DF26-00000-0")))
    ]
    assert [one["left"] for one in told] == [[blaming[2].pk], [nobody]] and not told[0]["here"]
    for kind in ("csv", "xlsx"):
        form = {"format": kind, "key": str(uuid.uuid4())}
        file = client.post(reverse("opinion-export"), form)
        content = b"".join(file.streaming_content) if file.streaming else file.content
        assert CANARY.encode() not in content and blaming[0].number.encode() not in content


@pytest.fixture
def left(visitor: Cadre, committee: Unit, petitions: Unit) -> tuple[Cadre, Opinion, Opinion]:
    """Left the unit between two accusations of it, coordinates now: accused by the first, sees the second."""
    past = timezone.now() - timedelta(days=20)
    cadre = make_cadre(name="left", role=Role.HEAD, unit=committee, until=past.date() + timedelta(days=5))
    post(cadre, Role.COORDINATOR, petitions, since=past.date() + timedelta(days=6))
    first, second = (
        make_opinion(by=visitor, accused=[Accused(unit=committee)], **at) for at in ({"at": past}, {})
    )
    assert set(Opinion.objects.visible_to(fresh(cadre))) == {second}
    return fresh(cadre), first, second


def test_no_step_tells_of_a_common_problem_that_is_hidden(
    left: tuple[Cadre, Opinion, Opinion], visitor: Cadre, coordinator: Cadre
) -> None:
    cadre, first, second = left
    other = make_opinion(by=visitor)
    client = signed_in(cadre)
    version = second.version

    def tried() -> list[object]:
        case = Opinion.objects.get(pk=second.pk)
        found: list[object] = [set(possible(case, cadre)) & {Verb.JOIN, Verb.LEAVE}]
        for verb, fields in (("join", {"title": "二"}), ("leave", {"reason": "二"})):
            with pytest.raises(StepRefused) as refused:
                values = {"problem": new("二")} if verb == "join" else fields
                getattr(case, verb)(by=cadre, **values)
            found.append(str(refused.value))
            page = client.post(reverse(f"opinion-{verb}", args=[case.number]), carried(case, **fields))
            found += [page.status_code, "part of" in page.content.decode()]
        for asks, same in ((other, case), (case, other)):
            with pytest.raises(StepRefused) as refused:
                asks.join_same(same, by=cadre, key=uuid.uuid4())
            found.append(str(refused.value))
        found.append(client.get(reverse("opinion-same", args=[case.number])).status_code)
        found.append(
            client.post(reverse("opinion-same", args=[case.number]), {"same": case.number}).status_code
        )
        return found

    before = tried()
    joined(first, second, by=coordinator)
    assert tried() == before and before[0] == set()
    with pytest.raises(ChangedMeanwhile) as told:
        second.contribute(by=cadre, text="三", version=version)
    assert str(Verb.JOIN.label) not in str(told.value)


# rights that are lent or outlived


def test_a_lent_desk_shows_no_problem_that_accuses_whoever_lent_it(
    visitor: Cadre, coordinator: Cadre, petitions: Unit
) -> None:
    boss = make_cadre(name="boss", role=Role.COORDINATOR, unit=petitions)
    friend = make_cadre(name="friend", role=Role.HANDLER, unit=petitions)
    blaming = [make_opinion(by=visitor, accused=[Accused(cadre=boss)]) for _n in range(2)]
    problem, harmless = joined(*blaming, by=coordinator), joined(make_opinion(by=visitor), by=coordinator)
    today = timezone.localdate()
    Absence.set(by=boss, cadre=boss, substitute=friend, since=today, until=today)
    friend = fresh(friend)
    assert set(CommonProblem.objects.visible_to(friend)) == {harmless}
    assert oversees(harmless, friend) and not oversees(problem, friend) and not runs(problem, friend)
    client = signed_in(friend)
    assert client.get(reverse("common-problem", args=[problem.key])).status_code == 404
    # With a post of their own they see it, and still do nothing with the lent one.
    post(friend, Role.LEADER, petitions)
    friend = fresh(friend)
    assert set(CommonProblem.objects.visible_to(friend)) == {problem, harmless}
    assert not oversees(problem, friend)


def test_a_head_lends_no_desk_of_a_unit_that_they_do_not_head(
    secretary: Cadre, committee: Unit, town: Unit, administrator: Cadre
) -> None:
    both = make_cadre(name="both", role=Role.HANDLER, unit=committee)
    accomplice = make_cadre(name="accomplice", role=Role.HANDLER, unit=committee)
    today = timezone.localdate()
    days = {"since": today, "until": today}
    client = signed_in(secretary)
    form = days | {"substitute": accomplice.pk, "note": ""}
    post(both, Role.COORDINATOR, town, region=town.region_id)
    both = fresh(both)
    page = client.post(reverse("absence", args=[both.pk]), form)
    assert page.status_code == 422 and "desks in other units" in page.content.decode()
    assert not fresh(accomplice).lenders
    for by in (administrator, both):
        Absence.set(by=fresh(by), cadre=both, substitute=accomplice, **days).end()
    with pytest.raises(ValidationError):
        Absence.set(by=fresh(accomplice), cadre=both, substitute=accomplice, **days)


def test_a_head_learns_of_no_accusation_by_a_post_that_does_not_end(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre
) -> None:
    blaming = make_opinion(by=visitor, accused=[Accused(cadre=head)])
    assigned(blaming, by=coordinator, unit=transport, person=handler)
    client = signed_in(head)
    address = reverse("leaving", args=[handler.pk])
    page = client.get(address)
    assert page.context["why"] == "" and page.context["count"] == 0
    form = {"reason": "调离", "posts": [handler.posts.get().pk], "last_day": timezone.localdate()}
    told = client.post(address, form, follow=True).content.decode()
    assert "did not end" not in told and "kept apart" not in told
    blaming.refresh_from_db()
    assert (blaming.state, blaming.person) == (State.COLLECTED, None)
    assert handler.posts.get().until == timezone.localdate()


def test_a_call_list_of_somebody_else_tells_of_no_accusation(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, caller: Cadre, petitions: Unit
) -> None:
    other = make_cadre(name="other", role=Role.CALLER, unit=petitions)
    desk = {"by": coordinator, "unit": transport, "person": handler}
    blaming = answered(make_opinion(by=visitor, accused=[Accused(cadre=other)]), **desk)
    plain = [answered(make_opinion(by=visitor), **desk) for _n in range(2)]
    listed = calling.keep_list([plain[0], blaming, plain[1]], by=caller)
    mine = calling.left_of(listed, fresh(caller))
    theirs = calling.left_of(listed, fresh(other))
    assert (list(mine.rows.values()), mine.over) == ([1, 2, 3], 0)
    assert (list(theirs.rows.values()), theirs.over) == ([1, 2], 0)


def test_shared_views_and_presence_end_with_the_post(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre
) -> None:
    case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    view = SavedView.objects.create(
        owner=head, name="共享", queue="in-hand", sharing=Sharing.UNIT, unit=transport
    )
    client = signed_in(handler)
    doors = [
        reverse("opinion", args=[case.number]), reverse("opinion-notes", args=[case.number]),
        reverse("view-open", args=[view.pk]),
    ]  # fmt: skip
    assert all(client.get(door).status_code in (200, 302) for door in doors)
    presence.meet(fresh(head), case, now=timezone.now())
    asked = {"rows": f"{case.pk}.{case.version}", "case": case.number}
    assert client.post(reverse("list-changes"), asked).json()["here"]
    Post.objects.filter(cadre=handler).update(until=timezone.localdate() - timedelta(days=1))
    post(handler, Role.HANDLER, make_cadre(name="x", role=Role.HEAD, unit=coordinator.unit).unit)
    assert all(client.get(door).status_code == 404 for door in doors)
    told = client.post(reverse("list-changes"), asked).json()
    assert told == {"changed": [], "left": [case.pk], "here": ""}
    assert client.post(reverse("answer-draft", args=[case.number]), {"verb": "resolve"}).status_code == 404
