"""Looks at what is protected, as the sample's people must have taken them before their steps."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from grievances.models import Event, InformantKind, Look, LookKind, Opinion
from grievances.sample import phrases
from grievances.workflow import Verb


def looks(dice: Random, opinions: list[Opinion]) -> list[Look]:
    """Who dispatched looked at a protected case first; who called back had a confidential name revealed."""
    return [look for opinion in opinions for look in _looks_at(dice, opinion)]


def _looks_at(dice: Random, opinion: Opinion) -> Iterator[Look]:
    confidential = opinion.informant_kind == InformantKind.CONFIDENTIAL
    for event in opinion.file.rows(Event):
        at = max(event.recorded_at - timedelta(minutes=dice.randrange(2, 9)), opinion.recorded_at)
        if event.verb == Verb.ASSIGN and (confidential or opinion.accusing):
            yield Look(opinion=opinion, cadre=event.actor, kind=LookKind.CASE, at=at)
        if event.verb == Verb.CALL_BACK and confidential:
            reason = phrases.general(dice, "reveal_reasons")
            yield Look(opinion=opinion, cadre=event.actor, kind=LookKind.REVEAL, at=at, reason=reason)
