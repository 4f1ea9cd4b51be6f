"""The protocol of sending, in random orders: what was acknowledged is stored exactly once, the rest is on the phone."""

import uuid
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from pytest_django import DjangoDbBlocker

from grievances.models import Event, Opinion, UndecidedVisit, Visit
from grievances.phones import tray
from grievances.phones.anonymous import own_key
from grievances.phones.answers import Answer
from tests.factories import GRID, VILLAGE, make_cadre, make_category, make_household, make_region, make_unit
from tests.phones.packets import Draft
from tests.phones.sending import Content, Sender, ms, said, unnamed, visit
from villages.models import Post, Role, UnitKind

ELSEWHERE = "320904001002001"


@dataclass
class Row:
    """A draft on the phone, as its database has it."""

    draft: Draft
    kind: str
    content: Content
    # What the server said that it stored: nothing yet, a visit, one that waits or was discarded, an opinion.
    acknowledged: str = ""
    numbers: list[str] = field(default_factory=list)

    @property
    def packet(self) -> Content:
        return self.draft.packet(self.content, kind=self.kind, clock=ms(timezone.now()))


class Sending(RuleBasedStateMachine):
    """One cadre's phone, the server, and a network that loses answers, doubles and delays packets."""

    rows = Bundle("rows")

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        make_region(code=GRID)
        make_region(code=ELSEWHERE)
        unit = make_unit(code="committee", region=VILLAGE, kind=UnitKind.COMMITTEE)
        self.author = make_cadre(name="visitor", role=Role.VISITOR, unit=unit, region=GRID)
        boss = make_cadre(name="boss", role=Role.COORDINATOR, unit=make_unit(code="petitions"))
        self.household, self.category = make_household(), make_category()
        self.phone, self.desk, self.signed_in = Sender(self.author), Sender(boss), True
        self.written: list[Row] = []
        self.delayed: list[Row] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(target=rows, opinions=st.integers(0, 2), broken=st.booleans())
    def write(self, opinions: int, broken: bool) -> Row:
        about = [said(self.category, text=f"话{n}") for n in range(opinions)]
        if broken and about:
            about[0]["text"] = ""
        return self._new("visit", visit(self.author, self.household, *about))

    @rule(target=rows)
    def write_anonymous(self) -> Row:
        return self._new("anonymous", unnamed(self.author, self.category, text=str(uuid.uuid4())))

    def _new(self, kind: str, content: Content) -> Row:
        row = Row(Draft(), kind, content)
        self.written.append(row)
        return row

    @rule(row=rows, lost=st.booleans())
    def send(self, row: Row, lost: bool) -> None:
        """What is acknowledged is not sent again by a phone, but a second tab may."""
        self._post(row, lost=lost)

    @rule(row=rows)
    def send_twice(self, row: Row) -> None:
        self._post(row, lost=True)
        self._post(row, lost=False)

    @rule(row=rows)
    def delay(self, row: Row) -> None:
        """A packet that the network keeps, as it was then."""
        self.delayed.append(Row(row.draft, row.kind, row.content))

    @rule()
    def deliver_late(self) -> None:
        """Out of order; whoever sent it has long given up waiting for the answer."""
        if self.delayed:
            self._post(self.delayed.pop(), lost=True)

    @rule(row=rows)
    def edit(self, row: Row) -> None:
        """What was not acknowledged can be changed: perhaps it is stored with the former words."""
        if not row.acknowledged:
            row.content = row.content | {"remarks": "改了"} if row.kind == "visit" else row.content

    @rule()
    def sign_out_or_in(self) -> None:
        self.signed_in = not self.signed_in
        self.phone = Sender(self.author)
        if not self.signed_in:
            self.phone.client.logout()

    @rule()
    def change_post(self) -> None:
        posts = Post.objects.filter(cadre=self.author)
        posts.update(region=GRID if posts.get().region_id == ELSEWHERE else ELSEWHERE)

    @rule()
    def retire_or_offer(self) -> None:
        self.category.retired = not self.category.retired
        self.category.save()

    @rule(write=st.booleans())
    def decide(self, write: bool) -> None:
        waiting = UndecidedVisit.objects.waiting().first()
        if waiting:
            data = {"write": "1"} if write else {"discard": "1", "remark": "重复"}
            assert self.desk.client.post(reverse("undecided", args=[waiting.key]), data).status_code in (
                302,
                422,
            )

    def _post(self, row: Row, *, lost: bool) -> None:
        answer = self.phone.post("phone-arrivals", row.packet)
        told = answer.json()
        assert answer.status_code in (200, 201, 202, 401, 409, 422), told
        assert (answer.status_code == 401) == (not self.signed_in)
        if lost or answer.status_code > 202:
            return
        row.acknowledged = told["state"]
        if told["state"] == "arrived":
            numbers = sorted(one["number"] for one in told["opinions"])
            assert not row.numbers or row.numbers == numbers
            row.numbers = numbers

    @invariant()
    def acknowledged_is_stored_exactly_once(self) -> None:
        for row in self.written:
            stored = self._stored(row)
            assert stored <= 1, "stored twice"
            assert stored == 1 or not row.acknowledged, "acknowledged, and gone"

    def _stored(self, row: Row) -> int:
        if row.kind == "anonymous":
            return Event.objects.filter(key=own_key(uuid.UUID(row.draft.id))).count()
        trays = UndecidedVisit.objects.filter(key=row.draft.id).exclude(state="written").count()
        found = Visit.objects.filter(key=row.draft.id).first()
        if found:
            asked = len(row.content["opinions"])
            assert Opinion.objects.filter(informants__visit=found).count() == asked
        return trays + bool(found)

    @invariant()
    def nothing_is_stored_that_nobody_wrote(self) -> None:
        wrote = {row.draft.id for row in self.written}
        kept = {str(key) for key in Visit.objects.values_list("key", flat=True)}
        assert kept | {str(key) for key in UndecidedVisit.objects.values_list("key", flat=True)} <= wrote
        assert not Opinion.objects.filter(informant_kind="anonymous").exclude(recorded_by=None).exists()


@pytest.mark.usefixtures("django_db_setup")
def test_what_is_acknowledged_is_stored_once_and_the_rest_is_on_the_phone(
    django_db_blocker: DjangoDbBlocker,
) -> None:
    with django_db_blocker.unblock():
        run_state_machine_as_test(
            Sending,
            settings=settings(
                max_examples=12,
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )


@pytest.mark.usefixtures("django_db_setup")
def test_the_test_above_notices_a_loss(
    django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        tray, "put", lambda *_args, **_more: Answer(202, "undecided", {"reason": {}, "tray": ""})
    )
    with django_db_blocker.unblock(), pytest.raises(AssertionError, match="acknowledged, and gone"):
        run_state_machine_as_test(
            Sending,
            settings=settings(
                max_examples=100,  # until it is noticed: after some twenty
                stateful_step_count=15,
                deadline=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
