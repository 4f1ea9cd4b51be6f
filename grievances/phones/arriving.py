"""Packets that arrive: a visit, or an anonymous opinion, each written down exactly once.

What was acknowledged is stored once, as a visit or as one that needs a decision, however often, from how many tabs
and after how many lost answers it comes; what was not acknowledged is still on the phone.
"""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction

from grievances.errors import RequestReused, StepRefused, in_words
from grievances.models import Decided, Event, UndecidedVisit, Visit, Why
from grievances.phones import anonymous, both, limits, photos, tray
from grievances.phones.answers import Answer, malformed, refused
from grievances.phones.filling import Problem
from grievances.phones.judging import Judged, judge
from grievances.phones.packets import (
    ANONYMOUS,
    Content,
    Malformed,
    Packet,
    checked_anonymous,
    checked_visit,
    digest_of,
)
from grievances.phones.writing import one_after_another, write_down
from grievances.visits.looking_back import Became
from grievances.visits.visiting import key_within
from villages.models import Cadre


def arrive(packet: Packet, *, by: Cadre) -> Answer:
    """Write down what a packet holds, for its author who is signed in. Raises NotAPacket."""
    if not limits.may_open(by):
        return limits.too_fast()
    content = packet.open()
    try:
        checked = (checked_anonymous if packet.kind == ANONYMOUS else checked_visit)(content)
    except Malformed as error:
        return malformed(error.field)
    if checked["cadre"] != by.pk:
        return Answer(403, "somebody_elses")
    if packet.kind == ANONYMOUS:
        return anonymous.arrive(packet, checked, by=by)
    return _visit(packet, checked, digest_of(content), by)


@transaction.atomic
def _visit(packet: Packet, content: Content, digest: str, by: Cadre) -> Answer:
    one_after_another(by)
    known = known_answer(packet.id, content, digest=digest, author=by)
    if known:
        return known
    judged = judge(packet.id, content, author=by, clock_of=packet.clock)
    if judged.problems:
        return refused(judged.problems)
    if not judged.reasons:
        written = _written(packet.id, content, judged, digest=digest, by=by)
        if isinstance(written, Answer):
            return written
        judged.reasons.append(written)
    return tray.put(packet.id, content, judged, digest=digest, author=by)


def _written(key: uuid.UUID, content: Content, judged: Judged, *, digest: str, by: Cadre) -> Answer | Why:
    """The answer; or why it needs a decision, which only the step itself could tell."""
    try:
        visit = write_down(key, content, judged, digest=digest, author=by)
    except RequestReused:
        # Somebody else's visit has this id.
        return Answer(409, "other_content")
    except StepRefused:
        return Why.MATTER
    except ValidationError as error:
        words = in_words(error)
        return refused([Problem("", both.said(lambda: words))])
    return _arrived(visit, content, by=by, status=201)


def known_answer(key: uuid.UUID, content: Content, *, digest: str, author: Cadre) -> Answer | None:
    """What is answered to a visit that is stored already; None for a new one."""
    visit = Visit.objects.filter(key=key).first()
    if visit is not None:
        same = (visit.recorded_by_id, visit.digest) == (author.pk, digest)
        return _arrived(visit, content, by=author, status=200) if same else Answer(409, "other_content")
    waiting = UndecidedVisit.objects.filter(key=key).first()
    if waiting is None:
        return None
    if (waiting.author_id, waiting.digest) != (author.pk, digest):
        return Answer(409, "other_content")
    if waiting.state == Decided.DISCARDED:
        return Answer(202, "discarded", {"reason": tray.reason_of(waiting), "tray": str(key)})
    return tray.answer(waiting, content)


def _arrived(visit: Visit, content: Content, *, by: Cadre, status: int) -> Answer:
    names = {key_within(visit.key, said["id"]): str(said["id"]) for said in content["opinions"]}
    given = Event.objects.filter(key__in=names).values_list("key", "opinion__number")
    looks = [
        {"number": number, "became": both.said(lambda word=word: Became(word).label)}
        for number, word in visit.became.items()
    ]
    there = Visit.objects.visible_to(by).on_the_day_of(visit)
    body = {
        "opinions": [{"id": names[key], "number": number} for key, number in given],
        "looks": looks,
        "photos": photos.standing(content),
        "perhaps_same": there.exclude(recorded_by=visit.recorded_by_id).exists(),
    }
    return Answer(status, "arrived", body)
