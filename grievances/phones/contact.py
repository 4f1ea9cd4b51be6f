"""Contact with a phone: what it must know before anything else, and whether it still may hold what it holds."""

import time
import uuid

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.models import LONGEST_LABEL, MOST_PHONES, Phone
from grievances.phones import both, keys, tray
from grievances.phones.wire import Unreadable
from grievances.visits.visiting import places_of
from villages.models import Cadre, Level, Role

MOST_GRIDS = 200  # that are offered, and taken along at once


class NotEnrolled(Exception):
    """The phone can't be enrolled; ``state`` is why, ``reason`` says it in both languages."""

    def __init__(self, state: str, reason: both.Both) -> None:
        self.state, self.reason = state, reason
        super().__init__(state)


def now() -> int:
    """Milliseconds, as a phone's clock counts them."""
    return time.time_ns() // 1_000_000


def identity(value: object) -> uuid.UUID:
    """The identity that a phone made for itself. Raises Unreadable."""
    try:
        return uuid.UUID(value) if isinstance(value, str) and len(value) == 36 else _no_identity()
    except ValueError:
        return _no_identity()


def _no_identity() -> uuid.UUID:
    raise Unreadable("phone: no UUID")


def phone_of(request: HttpRequest) -> Phone | None:
    """The phone that says who it is in the address, if it is enrolled. Raises Unreadable."""
    asked = request.GET.get("phone", "")
    known = Phone.objects.select_related("cadre")
    return known.filter(key=identity(asked)).first() if asked else None


def is_in_use_by(phone: Phone | None, cadre: Cadre) -> bool:
    """Whether the cadre works without a network on this phone."""
    return phone is not None and not phone.is_ended and phone.cadre_id == cadre.pk


def must_erase(phone: Phone | None, *, signed_in: Cadre | None = None) -> bool:
    """Whether the phone may no longer hold what was taken along: it was ended, its owner visits nobody any more
    or may not sign in, or somebody else is signed in."""
    if phone is None:
        return False
    if phone.is_ended or (signed_in and phone.cadre_id != signed_in.pk):
        return True
    return Role.VISITOR not in (signed_in or phone.cadre).roles


def told_to_a_stranger(request: HttpRequest) -> dict[str, object]:
    """What a phone hears that has no session: the time, and whether to erase. Only it knows its identity."""
    return {"now": now(), "erase": must_erase(phone_of(request))}


def told(request: HttpRequest) -> dict[str, object]:
    """What a phone hears of whom it belongs to and what there is for it."""
    cadre, phone, key = request.user, phone_of(request), keys.given_out()
    mine = is_in_use_by(phone, cadre)
    if mine:
        note_contact(phone, session=request.session.session_key)
    return {
        "now": now(),
        "csrf": get_token(request),
        "cadre": {"pk": cadre.pk, "label": cadre.label},
        "phone": {"enrolled": mine, "ended": phone is not None and phone.is_ended},
        "erase": must_erase(phone, signed_in=cadre),
        "key": key.told if key else None,
        "off": "" if key else str(keys.WHY_OFF),
        "grids": grids_of(cadre) if key else [],
        "undecided": tray.count(cadre),
    }


def note_contact(phone: Phone, *, session: str) -> None:
    """Keep the day of a phone's last contact, and the session that is open on it: another one after each sign-in."""
    today = timezone.localdate()
    if (phone.contact_on, phone.session) != (today, session):
        Phone.objects.in_use().filter(pk=phone.pk).update(contact_on=today, session=session)


def grids_of(cadre: Cadre) -> list[dict[str, object]]:
    """The grids that the cadre may take along, with how many households live in each."""
    mine = places_of(cadre).filter(level=Level.GRID).select_related("parent")
    lives = Count("households", filter=Q(households__gone_on=None))
    return [
        {
            "code": grid.pk,
            "label": both.named(grid),
            "village": both.named(grid.parent),
            "households": grid.live,
        }
        for grid in mine.annotate(live=lives)[:MOST_GRIDS]
    ]


def enrol(cadre: Cadre, *, key: uuid.UUID, label: str, session: str) -> tuple[Phone, bool]:
    """The cadre turns offline use on, on a phone; whether it was new. The same phone again is the same row.

    Raises NotEnrolled.
    """
    if keys.given_out() is None:
        raise NotEnrolled("off", both.said(lambda: keys.WHY_OFF))
    with transaction.atomic():
        # One after the other, so that nobody has more than the most.
        Cadre.objects.select_for_update().get(pk=cadre.pk)
        known = Phone.objects.filter(key=key).first()
        if known is None and cadre.phones.in_use().count() >= MOST_PHONES:
            raise NotEnrolled("too_many", both.said(_too_many))
        try:
            with transaction.atomic():
                phone = known or _enrolled(cadre, key, label, session)
        except IntegrityError:
            # Somebody else enrolled it at this very moment.
            phone = known = Phone.objects.get(key=key)
    if phone.cadre_id != cadre.pk:
        raise NotEnrolled("somebody_elses", both.said(_somebody_elses))
    if phone.is_ended:
        raise NotEnrolled("ended", both.said(_was_ended))
    note_contact(phone, session=session)
    return phone, known is None


def _enrolled(cadre: Cadre, key: uuid.UUID, label: str, session: str) -> Phone:
    return Phone.objects.create(
        key=key, cadre=cadre, label=label, session=session, enrolled_at=timezone.now(),
        contact_on=timezone.localdate(),
    )  # fmt: skip


def label_of(value: object) -> str:
    """What a phone calls itself, in one line. Raises Unreadable."""
    label = " ".join(value.split()) if isinstance(value, str) else ""
    if not label or len(label) > LONGEST_LABEL:
        raise Unreadable(f"label: 1 to {LONGEST_LABEL} characters")
    return label


def _too_many() -> str:
    return _("You use %s phones already. End one of them under “My phones” first.") % MOST_PHONES


def _somebody_elses() -> str:
    return _("Offline use of this phone belongs to somebody else.")


def _was_ended() -> str:
    return _("Offline use was ended on this phone. Turn it on anew.")
