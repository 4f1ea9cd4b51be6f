"""Anonymous opinions from a phone: each by itself, and tied to nothing and nobody.

Nothing but the opinion's own rows is written: no visit, no author, no arrival, no time but the day's. That the same
packet is one opinion is known by a key of the opinion alone, made of the packet's random id with the server's secret.
"""

import uuid
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from grievances.errors import broken_constraint, in_words
from grievances.flow.calendar import midnight
from grievances.forms.visit_opinion import VisitOpinionForm
from grievances.models import Campaign, Channel, Event, InformantKind, Opinion, Source
from grievances.phones import both, clock
from grievances.phones.answers import Answer, refused
from grievances.phones.filling import Problem, filled_in_alone, typed_opinion
from grievances.phones.packets import Content, Packet
from grievances.visits.visiting import places_of
from villages.models import Cadre, Level, Region
from villages.scope import within
from villages.secrets import keyed_hash

_ONCE = "event_once_a_request"


def own_key(packet: uuid.UUID) -> uuid.UUID:
    """The opinion's key: whoever has a phone and the database can't put them together without the secret."""
    return uuid.UUID(keyed_hash(f"anonymous {packet}")[:32])


def arrive(packet: Packet, content: Content, *, by: Cadre, places: object = None) -> Answer:
    """Write it down, once. ``places`` are those from which it may come, the author's by default."""
    known = _known(packet, content)
    if known:
        return known
    village = Region.objects.filter(pk=content["village"], level=Level.VILLAGE, closed_on=None).first()
    mine = places_of(by) if places is None else places
    if village is None or not mine.filter(within(village.pk, field="code")).exists():
        return _wrong("village", lambda: _("This village is none of yours today."))
    day = clock.corrected_day(content["day"], clock=packet.clock, now=timezone.now())
    if impossible := _impossible(day):
        return impossible
    form, problems = filled_in_alone(lambda: _form(content, village, by))
    if problems:
        return refused(problems)
    try:
        opinion = _record(form, village, day, own_key(packet.id))
    except ValidationError as error:
        words = in_words(error)
        return _wrong("", lambda: words)
    except IntegrityError as error:
        if broken_constraint(error) != _ONCE:
            raise
        # The same packet at the same moment was quicker.
        return _known(packet, content)
    return _arrived(packet, opinion, status=201)


def _known(packet: Packet, content: Content) -> Answer | None:
    event = Event.objects.filter(key=own_key(packet.id)).select_related("opinion").first()
    if event is None:
        return None
    text = content["text"].replace("\r\n", "\n").strip()
    if event.opinion.text != text:
        return Answer(409, "other_content")
    return _arrived(packet, event.opinion, status=200)


def _impossible(day: date) -> Answer | None:
    """The bounds of the visit's form."""
    today = timezone.localdate()
    if day > today:
        return _wrong("day", lambda: _("The visit lies in the future."))
    if day < today - clock.LONGEST_AGO:
        return _wrong("day", lambda: _("More than a year ago: please look at the date again."))
    return None


def _form(content: Content, village: Region, by: Cadre) -> VisitOpinionForm:
    typed = typed_opinion(content | {"informant": InformantKind.ANONYMOUS})
    return VisitOpinionForm(
        by=by, place=village, household=None, data=MultiValueDict(typed), files=MultiValueDict()
    )


def _record(form: VisitOpinionForm, village: Region, day: date, key: uuid.UUID) -> Opinion:
    return form.record(
        said_at=midnight(day), source=Source.BIG_VISIT, channel=Channel.PHONE, own_key=key,
        campaign=Campaign.of_visit(village.pk, on=day),
    )  # fmt: skip


def _arrived(packet: Packet, opinion: Opinion, *, status: int) -> Answer:
    given = [{"id": str(packet.id), "number": opinion.number}]
    return Answer(status, "arrived", {"opinions": given, "looks": [], "photos": {}, "perhaps_same": False})


def _wrong(name: str, words: object) -> Answer:
    return refused([Problem(name, both.said(words))])
