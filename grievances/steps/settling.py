"""What every step ends with: deadline, version, what slips, span, event."""

from datetime import datetime
from typing import TYPE_CHECKING

from grievances import models
from grievances.tallies.signatures import signature
from grievances.workflow import ENDED, State, Verb

if TYPE_CHECKING:
    from grievances.models import Event, Opinion

    from .step import Step

# Whatever else happens to a case that was put aside brings it back to the desk.
_LEAVES_ASIDE = {Verb.PUT_ASIDE, Verb.RECKON}


def settle(
    opinion: "Opinion", done: "Step", before: State | None, stood: dict[str, object] | None = None
) -> "Event":
    """What every step ends with: deadline, version, span, event. ``stood`` is how the opinion stood before; a new
    one didn't."""
    file = opinion.file
    running = [clock for clock in file.rows(models.Clock) if clock.stopped_at is None]
    first = min(running, key=lambda clock: clock.due_at, default=None)
    opinion.due_at = first.due_at if first else None
    opinion.due_kind = first.day_kind if first else ""
    opinion.supervised = any(clock.kind == models.ClockKind.SUPERVISION for clock in running)
    if opinion.state in ENDED:
        opinion.back_twice = False
    _settle_slips(opinion, done, running)
    opinion.version += 1
    if done.verb not in _LEAVES_ASIDE:
        opinion.waits_until = None
    if opinion.recorded_by_id and opinion.recorded_by_id != (done.by and done.by.pk):
        opinion.news_at = done.at
    _lay_span(opinion, done.at, stood)
    return file.add(
        models.Event(
            opinion=opinion,
            verb=done.verb,
            from_state=before or "",
            to_state=opinion.state,
            round=opinion.round,
            actor=None if opinion.informant_kind == "anonymous" and done.verb == Verb.RECORD else done.by,
            actor_unit=done.unit_of(opinion) if done.verb != Verb.RECORD else None,
            said_at=done.said_at,
            recorded_at=done.at,
            channel=done.channel,
            text=done.text,
            details=done.details,
            imported=done.imported,
            key=done.key,
            digest=done.digest,
        )
    )


def _settle_slips(opinion: "Opinion", done: "Step", running: "list[models.Clock]") -> None:
    """What slips is known by the opinion itself; the answer says what it promises, accepting since when nobody is told."""
    in_hand = opinion.state == State.HANDLING
    opinion.untouched_since = done.at if in_hand else None
    if not (in_hand and any(clock.kind == models.ClockKind.ACCEPTANCE for clock in running)):
        opinion.untold_since = None
    if opinion.state not in (State.EXPLAINED, State.CLOSED):
        opinion.promised_for = None


def _lay_span(opinion: "Opinion", at: datetime, stood: dict[str, object] | None) -> None:
    values = standing(opinion)
    if values == stood:
        return
    if stood is not None:
        opinion.file.end_span(at)
    opinion.file.add(
        models.OpinionSpan(
            opinion=opinion,
            since=at,
            recorded_at=opinion.recorded_at,
            accused=signature(opinion.file.rows(models.Accusation)) if opinion.accusing else "",
            **values,
        )
    )


def standing(opinion: "Opinion") -> dict[str, object]:
    """What a span says of an opinion."""
    return {name: getattr(opinion, name) for name in models.SNAPSHOT_FIELDS}
