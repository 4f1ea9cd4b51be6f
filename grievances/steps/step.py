"""One step: lock, rights, change, span, event – all or nothing."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances import models
from grievances.answering import drafts
from grievances.digests import digest_of_arguments
from grievances.errors import ChangedMeanwhile, RequestReused, StepRefused
from grievances.flow.occasions import present
from grievances.flow.reading import locked
from grievances.flow.relations import relations, stood_in_for
from grievances.flow.separation import JOINS, check_separation, was_with_the_accused
from grievances.workflow import TRANSITIONS, Relation, State, Verb
from villages.models import Cadre, Unit

from .settling import settle, standing

if TYPE_CHECKING:
    from grievances.models import Event, Opinion

# Sent after the commit, with ``event`` and its ``occasion``: whoever is told, is told what really happened.
step_done = Signal()

_LATEST_PAST_DAYS = 31
# What verbs ask of a case besides its clocks, to be read together; what else one asks for is read when it does.
_READS = {
    Verb.ASSIGN: ("Assignment", "Objection"),
    Verb.ASSIGN_BY_RULE: ("Assignment",),
    Verb.REASSIGN: ("Assignment", "Objection"),
    Verb.ACCEPT: ("Assignment",),
    Verb.OBJECT: ("Assignment", "Objection"),
    Verb.UPHOLD: ("Assignment", "Objection"),
    Verb.REFUSE: ("Assignment", "Objection"),
    Verb.TRANSFER: ("Assignment",),
    Verb.WITHDRAW: ("Assignment", "ProblemMembership"),
    Verb.APPROVE_EXTENSION: ("Extension",),
    Verb.REFUSE_EXTENSION: ("Extension",),
    Verb.RESOLVE: ("AnswerDraft", "Extension"),
    Verb.EXPLAIN: ("AnswerDraft", "Extension"),
    Verb.CALL_BACK: ("CallBack", "StoodIn"),
    Verb.SPOT_CHECK: ("CallBack", "StoodIn"),
}
_COUNTS_WORKING_DAYS = {Verb.ASSIGN, Verb.ASSIGN_BY_RULE, Verb.REASSIGN, Verb.OBJECT}


@dataclass
class Step:
    """The circumstances of a step, and what it leaves in the history."""

    verb: Verb
    by: Cadre | None
    at: datetime
    said_at: datetime
    channel: str
    key: uuid.UUID | None
    imported: bool
    relations: frozenset[Relation]
    digest: str = ""
    # For whom the actor stands in with this step; None where it is their own.
    absent: Cadre | None = None
    text: str = ""
    details: dict = field(default_factory=dict)

    def unit_of(self, opinion: "Opinion") -> Unit | None:
        """The unit that the actor speaks for: the lead unit for its people, else the first post's; for somebody
        absent, theirs."""
        if self.by is None:
            return None
        if Relation.LEAD in self.relations and opinion.unit:
            return opinion.unit
        return (self.absent or self.by).unit

    @property
    def answers(self) -> Cadre:
        """Who answers for what is taken with this step: whoever is stood in for keeps their cases."""
        return self.absent or self.by


def step(verb: Verb) -> Callable:
    """Make a method a verb of the flow.

    The method receives the locked opinion as ``self`` and the ``Step``; the public verb takes, besides its
    own keyword arguments, ``by`` and optionally ``version`` (what the person saw), ``key`` (of the request),
    ``digest`` (of what it asked for, by default that of the arguments), ``said_at``, ``channel``, and for the
    sample and imports ``at`` (a past recorded time).
    It returns the event, and raises StepRefused or ValidationError with nothing changed.
    """

    def decorate(method: Callable) -> Callable:
        @wraps(method)
        def public(
            self: "Opinion",
            *,
            by: Cadre | None,
            version: int | None = None,
            key: uuid.UUID | None = None,
            digest: str = "",
            said_at: datetime | None = None,
            channel: str = "desk",
            at: datetime | None = None,
            **arguments: object,
        ) -> "Event":
            now = at or timezone.now()
            if key and not digest:
                digest = digest_of_arguments(arguments | {"said_at": said_at})
            circumstances = {
                "verb": verb, "by": by, "at": now, "said_at": said_at or now, "channel": channel,
                "key": key, "digest": digest, "imported": at is not None,
            }  # fmt: skip
            if self.file.keeps_in_memory:
                return _apply(self, method, arguments, circumstances)
            return _locked(self, method, arguments, circumstances, version)

        public.verb = verb
        return public

    return decorate


def _locked(
    opinion: "Opinion", method: Callable, arguments: dict, circumstances: dict, version: int | None
) -> "Event":
    try:
        with transaction.atomic():
            row = _read(opinion, circumstances["verb"])
            # Whoever saw the case as it stands has not done this step yet, which would have moved it on.
            done = None if version == row.version else _done_before(row, circumstances)
            if done is None:
                if version is not None and version != row.version:
                    raise ChangedMeanwhile(_latest(row, circumstances["by"]))
                done = _do(row, method, arguments, circumstances)
    except (StepRefused, ValidationError, IntegrityError) as error:
        # Whatever stood in the way of a repeated request: it was done, or its key is another's.
        done = None if isinstance(error, ChangedMeanwhile) else _done_before(opinion, circumstances)
        if done is None:
            raise
        row = models.Opinion.objects.get(pk=opinion.pk)
    opinion.__dict__.pop("file", None)
    opinion._state.fields_cache = dict(row._state.fields_cache)
    opinion.__dict__.update({f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields})
    return done


def _read(opinion: "Opinion", verb: Verb) -> "Opinion":
    """The row under its lock, with what the verb asks of it."""
    kinds = (models.Clock, *(getattr(models, name) for name in _READS.get(verb, ())))
    return locked(opinion, kinds, calendar=verb in _COUNTS_WORKING_DAYS)


def _do(row: "Opinion", method: Callable, arguments: dict, circumstances: dict) -> "Event":
    """The step on the locked row, written down."""
    before = {name: getattr(row, name) for name in models.STEP_FIELDS}
    event = _apply(row, method, arguments, circumstances)
    row.file.write(before=before)
    if before["state"] == State.HANDLING != row.state and not row.file.lacks(models.AnswerDraft):
        drafts.drop(row)
    occasion = present()
    transaction.on_commit(lambda: step_done.send(models.Opinion, event=event, occasion=occasion))
    return event


def _latest(row: "Opinion", cadre: Cadre | None) -> "Event | None":
    """What happened last, as far as it may be told."""
    events = row.events.select_related("actor")
    if cadre and was_with_the_accused(row, cadre):
        events = events.exclude(verb__in=JOINS)
    return events.last()


def _done_before(row: "Opinion", circumstances: dict) -> "Event | None":
    """The event that this very request made before, if it did. Raises RequestReused if the key came from
    somebody else, or with another content."""
    if circumstances["key"] is None:
        return None
    earlier = models.Event.objects.filter(key=circumstances["key"]).first()
    by = circumstances["by"]
    asked = (row.pk, circumstances["verb"], by.pk if by else None, circumstances["digest"])
    if earlier and (earlier.opinion_id, earlier.verb, earlier.actor_id, earlier.digest) != asked:
        raise RequestReused(_("This form was sent before, with something else."))
    return earlier


def _apply(opinion: "Opinion", method: Callable, arguments: dict, circumstances: dict) -> "Event":
    by = circumstances["by"]
    among = TRANSITIONS[circumstances["verb"]].who
    who = relations(opinion, by, among=among) if by else frozenset()
    absent = stood_in_for(opinion, by, who=among) if by else None
    done = Step(**circumstances, relations=who, absent=absent)
    before, stood = State(opinion.state), standing(opinion)
    _check(done, before)
    check_separation(opinion, done)
    worked_on = opinion.unit_id
    method(opinion, done, **arguments)
    if absent:
        _note_absent(opinion, done, worked_on)
    if not TRANSITIONS[done.verb].leads_to(before, State(opinion.state)):
        raise AssertionError(f"{done.verb} led from {before} to {opinion.state}: not in the flow table")
    return settle(opinion, done, before, stood)


def _note_absent(opinion: "Opinion", done: Step, unit_id: int | None) -> None:
    """Whose step it was; and of work in the lead unit that the actor never confirms it."""
    done.details = done.details | {"absent": done.absent.pk}
    worked = unit_id is not None and Relation.LEAD in done.relations
    if worked and not opinion.file.one(models.StoodIn, cadre_id=done.by.pk):
        opinion.file.add(models.StoodIn(opinion=opinion, cadre=done.by, absent=done.absent, at=done.at))


def _check(done: Step, state: State) -> None:
    transition = TRANSITIONS[done.verb]
    if state not in transition.sources:
        raise StepRefused(
            _("“%(verb)s” is not possible: the opinion is %(state)s.")
            % {"verb": done.verb.label, "state": state.label}
        )
    alone = not transition.who or transition.also_alone
    if (done.by is None and not alone) or (done.by and not transition.who & done.relations):
        raise StepRefused(_("“%(verb)s” is not yours to do here.") % {"verb": done.verb.label})
    if done.said_at > done.at:
        raise ValidationError({"said_at": _("The time lies in the future.")})
    if not done.imported and done.said_at < done.at - timedelta(days=_LATEST_PAST_DAYS):
        days = {"days": _LATEST_PAST_DAYS}
        raise ValidationError({"said_at": _("More than %(days)d days ago: look at the date again.") % days})
