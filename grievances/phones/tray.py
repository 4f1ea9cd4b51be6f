"""Visits that need a decision: put aside when they arrive, decided by their author or a coordinator of the place."""

import json
import uuid

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.errors import StepRefused
from grievances.forms.opinion import UNKNOWN
from grievances.messaging import kinds
from grievances.messaging.telling import tell
from grievances.models import Decided, Phone, UndecidedVisit, Visit, Why
from grievances.phones import both, photos
from grievances.phones.answers import Answer, refused
from grievances.phones.filling import Problem
from grievances.phones.judging import Judged, judge, without_matters
from grievances.phones.packets import Content, checked_visit
from grievances.phones.writing import one_after_another, write_down
from grievances.tallies.signatures import UNRELEASED
from villages.models import Cadre, Household

# Of one author: anybody signed in can send what needs a decision.
MOST_WAITING = 300
# What somebody who decides knows, and lets stand: the rest must be put right.
_WAIVED = {Why.CAMPAIGN, Why.FILE, Why.ACCUSED, Why.COLLEAGUE, Why.QUESTION, Why.MATTER}


class DecidedMeanwhile(Exception):
    """Somebody else was quicker; says who."""

    def __init__(self, row: UndecidedVisit) -> None:
        words = {"who": row.decided_by.label, "what": row.get_state_display()}
        super().__init__(_("Decided meanwhile by %(who)s: %(what)s.") % words)


def put(
    key: uuid.UUID, content: Content, judged: Judged, *, digest: str, author: Cadre,
    brought_by: Cadre | None = None,
) -> Answer:  # fmt: skip
    """Keep a visit until it is decided, encrypted."""
    if UndecidedVisit.objects.waiting().filter(author=author).count() >= MOST_WAITING:
        return refused([Problem("", both.said(_too_many))])
    row = UndecidedVisit.objects.create(
        key=key, author=author, brought_by=brought_by, region=judged.place,
        received_on=timezone.localdate(), said_at=judged.said_at, phone_said_at=judged.phone_said_at,
        content=json.dumps(content, default=str, ensure_ascii=False), digest=digest,
        reasons=list(judged.reasons), opinions=len(content["opinions"]), accused=accused_by(content),
    )  # fmt: skip
    photos.announce(key, content, author=author, opinions={})
    return answer(row, content)


def _too_many() -> str:
    return _("%s visits wait for a decision already: decide some of them first.") % MOST_WAITING


def accused_by(content: Content) -> list[str]:
    """Whom the opinions of a visit complain about, as ``grievances.tallies.signatures`` writes them."""
    return sorted({token for said in content["opinions"] if (token := token_of(said["accused"]))})


def token_of(accused: str) -> str:
    """ "unit:3" → "u3"."""
    kind, _colon, pk = accused.partition(":")
    return UNRELEASED if kind == UNKNOWN else f"{kind[:1]}{pk}"[:24]


def answer(row: UndecidedVisit, content: Content) -> Answer:
    """What the phone is told of a visit that waits."""
    more = {"reason": reason_of(row), "tray": str(row.key), "photos": photos.standing(content)}
    return Answer(202, "undecided", more)


def reason_of(row: UndecidedVisit) -> both.Both:
    return both.said(lambda: "; ".join(str(Why(reason).label) for reason in row.reasons))


def content_of(row: UndecidedVisit) -> Content:
    """What the phone sent; only as long as it waits, or was discarded."""
    return checked_visit(json.loads(row.content))


def count(cadre: Cadre) -> int:
    """How many wait for this cadre."""
    return UndecidedVisit.objects.waiting().visible_to(cadre).count()


@transaction.atomic
def write(row: UndecidedVisit, content: Content, *, by: Cadre) -> Visit | Judged:
    """Write a visit down as it was decided, under its author's name; or what still keeps it from that.

    Raises DecidedMeanwhile, StepRefused, ValidationError.
    """
    one_after_another(row.author)
    locked = _locked(row)
    if not may_write(locked, by):
        raise StepRefused(only_its_author())
    if locked.brought_by_id and by.pk != locked.author_id:
        content = _in_nobodys_name(content)
    judged = _as_decided(locked, content, by)
    if judged.problems or judged.reasons:
        return judged
    try:
        visit = _written(locked, content, judged)
    except StepRefused:
        # A word on a matter of last time: it then stays among the remarks.
        content = _without_steps(content)
        visit = _written(locked, content, _as_decided(locked, content, by))
    _decide(locked, Decided.WRITTEN, by)
    photos.open_waiting(locked.key)
    return visit


def may_write(row: UndecidedVisit, cadre: Cadre) -> bool:
    """Whether the cadre can have it written down, if he sees it.

    Anybody can seal a visit in anybody's name. What somebody else brought as a file is therefore let in by others only
    where the identity of a phone of the author's is sealed in it, which nobody knows but that phone and the server.
    """
    if not row.brought_by_id or row.author_id == cadre.pk or not row.content:
        return True
    phone = content_of(row)["phone"]
    return phone is not None and Phone.objects.in_use().filter(key=phone, cadre=row.author_id).exists()


def only_its_author() -> str:
    return _(
        "Somebody else brought it as a file, and nothing proves that it was written on its author's phone: "
        "only its author can have it written down."
    )


def let_in(key: uuid.UUID) -> UndecidedVisit | None:
    """How a visit came that is under somebody's name and that others let in: who brought it, and who decided."""
    found = UndecidedVisit.objects.filter(key=key, state=Decided.WRITTEN).exclude(decided_by=F("author"))
    return found.select_related("brought_by", "decided_by").first()


def _without_steps(content: Content) -> Content:
    return without_matters(content, {look["number"] for look in content["looks"]})


def _in_nobodys_name(content: Content) -> Content:
    """A visit of which nobody knows whether its author sent it: no step on a case is done in that name. The words
    stay; what was solved on the spot still has to be confirmed."""
    content = _without_steps(content)
    told = [
        said | {"on_the_spot": False, "account": "", "text": f"{said['text']}\n{said['account']}".strip()}
        for said in content["opinions"]
    ]
    return content | {"opinions": told}


def _as_decided(row: UndecidedVisit, content: Content, by: Cadre) -> Judged:
    waived = set(_WAIVED)
    if Household.objects.filter(pk=content["household"]).exists():
        # It was visited, although it has moved away since.
        waived.add(Why.HOUSEHOLD)
    return judge(
        row.key, content, author=row.author, letting_in=by, waived=frozenset(waived), said_at=row.said_at
    )


def _written(row: UndecidedVisit, content: Content, judged: Judged) -> Visit:
    return write_down(row.key, content, judged, digest=row.digest, author=row.author)


@transaction.atomic
def discard(row: UndecidedVisit, *, by: Cadre, remark: str) -> None:
    """It is not written down, for a reason; what it says is kept, encrypted. Raises DecidedMeanwhile."""
    locked = _locked(row)
    locked.remark = remark
    _decide(locked, Decided.DISCARDED, by)
    photos.forget(locked.key)


def _locked(row: UndecidedVisit) -> UndecidedVisit:
    # Without who decided: whoever waited for the lock would read that as it was before.
    locked = UndecidedVisit.objects.select_for_update().get(pk=row.pk)
    if not locked.waits:
        raise DecidedMeanwhile(locked)
    return locked


def _decide(row: UndecidedVisit, state: Decided, by: Cadre) -> None:
    row.state, row.decided_by, row.decided_at = state, by, timezone.now()
    if state == Decided.WRITTEN:
        # Now it stands in the visit and its opinions.
        row.content = ""
    row.save(update_fields=["state", "decided_by", "decided_at", "content", "remark"])
    if row.author_id != by.pk:
        address = reverse("undecided", args=[row.key])
        key = f"undecided:{row.key}"
        transaction.on_commit(
            lambda: tell(kind=kinds.DECIDED, cadres=[row.author], key=key, address=address, count=1)
        )
