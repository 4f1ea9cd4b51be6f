"""The history of a case as a story, in words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.flow.calendar import last_day
from grievances.flow.clocks import running
from grievances.models import CallBackMeans, Category, Channel, Event, Opinion
from grievances.workflow import Ground, TellMeans, Verb
from villages.models import Cadre, Region, Unit
from villages.templatetags.looks import comma, day, moment

_SAME_MOMENT = timedelta(minutes=10)
_NAMED: dict[str, type[Model]] = {
    "unit": Unit, "person": Cadre, "region": Region, "category": Category, "absent": Cadre, "fell_to": Cadre,
    "switched_on_by": Cadre,
}  # fmt: skip
# What is done on the visit itself: its minute and its cadre would lead to the door.
_ON_THE_VISIT = {Verb.RECORD, Verb.SOLVE_ON_THE_SPOT, Verb.EXPLAIN_ON_THE_SPOT}
# Their texts stand on the page already, as the answers.
_TEXT_ELSEWHERE = {Verb.RESOLVE, Verb.EXPLAIN, Verb.SOLVE_ON_THE_SPOT, Verb.EXPLAIN_ON_THE_SPOT}


@dataclass(frozen=True)
class Line:
    """One event: when it was said, who did what, the words that go with it, and what stands beside it."""

    when: datetime
    day_only: bool
    what: str
    text: str
    aside: str


@dataclass(frozen=True)
class Telling:
    """That the informant was told something: what, how, when."""

    about: str
    means: str
    when: datetime


def events_of(opinion: Opinion) -> list[Event]:
    """The case's events with their actors, newest first, in one query."""
    return list(opinion.events.select_related("actor", "actor_unit").order_by("-id"))


def story(events: list[Event], *, veiled: bool) -> list[Line]:
    """The events in words; names are read in one query for each sort of thing, whatever their number.

    ``veiled`` (``grievances.sight.looks.veiled``): of what was done on the visit only the day is told.
    """
    names = {kind: _labels(kind, model, events) for kind, model in _NAMED.items()}
    return [_line(event, names, day_only=veiled and event.verb in _ON_THE_VISIT) for event in events]


def _line(event: Event, names: dict[str, dict[object, str]], *, day_only: bool) -> Line:
    return Line(
        when=event.said_at,
        day_only=day_only,
        what=_sentence(event, names, who="" if day_only else _for_whom(event, names)),
        text="" if event.verb in _TEXT_ELSEWHERE else event.text,
        aside=" · ".join(
            _fell_to(event, names) + (_how(event) if day_only else _how(event) + _circumstances(event))
        ),
    )


def told(events: list[Event]) -> list[Telling]:
    """What the informant has been told, oldest first."""
    return [
        Telling(
            _ABOUT.get(event.details.get("about") or event.verb, ""),
            _TOLD[event.details["told"]],
            event.said_at,
        )
        for event in reversed(events)
        if event.details.get("told") in _TOLD
    ]


def waits_for(opinion: Opinion, events: list[Event]) -> str:
    """What a case that is put aside waits for; "" for any other."""
    if not opinion.is_put_aside:
        return ""
    return next((event.text for event in events if event.verb == Verb.PUT_ASIDE), "")


def asked(opinion: Opinion) -> list[str]:
    """What leaders and coordinators ask at the moment, each with whom and until when."""
    clocks = {clock.started_at: clock for clock in running(opinion, "supervision")}
    events = opinion.events.filter(verb__in=[Verb.SUPERVISE, Verb.INSTRUCT], recorded_at__in=clocks)
    return [
        _("%(who)s, until %(day)s: %(text)s")
        % {
            "who": _actor(event),
            "day": day(last_day(clocks[event.recorded_at].due_at)),
            "text": event.text,
        }
        for event in events.select_related("actor", "actor_unit").order_by("id")
    ]


def untold(events: list[Event]) -> list[str]:
    """What the informant must still be told: the newest acceptance, extension and answer without a telling."""
    waiting, settled = [], set()
    for event in events:
        about = _MUST_BE_TOLD.get(event.verb)
        if about and about not in settled and not event.details.get("told"):
            waiting.append(_ABOUT[about])
        # An answer that was taken back needs no telling any more.
        settled |= {about, event.details.get("about")} | (
            {"answered"} if event.verb in _TAKES_BACK else set()
        )
    return waiting[::-1]


_MUST_BE_TOLD = {
    Verb.ACCEPT: "accepted", Verb.APPROVE_EXTENSION: "extended", Verb.RESOLVE: "answered", Verb.EXPLAIN: "answered",
}  # fmt: skip
_TAKES_BACK = {Verb.REWORK, Verb.REOPEN, Verb.CALL_BACK}
_TOLD = dict(TellMeans.choices)
_ABOUT = {
    "accepted": gettext_lazy("it was accepted"),
    "extended": gettext_lazy("more time is needed"),
    "answered": gettext_lazy("the answer"),
    Verb.ACCEPT: gettext_lazy("it was accepted"),
    Verb.APPROVE_EXTENSION: gettext_lazy("more time is needed"),
    Verb.RESOLVE: gettext_lazy("the answer"),
    Verb.EXPLAIN: gettext_lazy("the answer"),
}


def _labels(kind: str, model: type[Model], events: list[Event]) -> dict[object, str]:
    wanted = {event.details[kind] for event in events if event.details.get(kind)}
    return {row.pk: row.label for row in model.objects.filter(pk__in=wanted)} if wanted else {}


_SENTENCES = {
    Verb.RECORD: gettext_lazy("{who} wrote it down."),
    Verb.ASSIGN: gettext_lazy("{who} assigned it to {unit}, {person}."),
    Verb.REFER: gettext_lazy("{who} referred it to the coordinators of {region}."),
    Verb.SOLVE_ON_THE_SPOT: gettext_lazy("{who} solved it on the spot."),
    Verb.EXPLAIN_ON_THE_SPOT: gettext_lazy("{who} explained it on the spot."),
    Verb.WITHDRAW: gettext_lazy("{who} withdrew it."),
    Verb.ACCEPT: gettext_lazy("{who} took and accepted it."),
    Verb.OBJECT: gettext_lazy("{who} handed it back."),
    Verb.UPHOLD: gettext_lazy("{who} agreed to the hand-back."),
    Verb.REFUSE: gettext_lazy("{who} refused the hand-back."),
    Verb.TRANSFER: gettext_lazy("{who} handed it to {unit}, {person}."),
    Verb.REASSIGN: gettext_lazy("{who} changed the lead unit to {unit}, {person}."),
    Verb.ASK_EXTENSION: gettext_lazy("{who} asked for {days} more days."),
    Verb.APPROVE_EXTENSION: gettext_lazy("{who} approved {days} more days."),
    Verb.REFUSE_EXTENSION: gettext_lazy("{who} refused more time."),
    Verb.PUT_ASIDE: gettext_lazy("{who} put it aside, waiting for:"),
    Verb.TAKE_UP: gettext_lazy("{who} took it up again."),
    Verb.RESOLVE: gettext_lazy("{who} reported it resolved."),
    Verb.EXPLAIN: gettext_lazy("{who} explained why it can't be solved."),
    Verb.REWORK: gettext_lazy("{who} sent it back to work."),
    Verb.CALL_BACK: gettext_lazy("{who} called back."),
    Verb.SPOT_CHECK: gettext_lazy("{who} checked on the spot."),
    Verb.REOPEN: gettext_lazy("{who} reopened it."),
    Verb.SUPERVISE: gettext_lazy("{who} put it under supervision."),
    Verb.INSTRUCT: gettext_lazy("{who} gave an instruction."),
    Verb.ANSWER_SUPERVISION: gettext_lazy("{who} answered the supervision."),
    Verb.REQUEST_REVIEW: gettext_lazy("{who} passed on a request for review."),
    Verb.ANSWER_REVIEW: gettext_lazy("{who} answered the review."),
    Verb.TELL: gettext_lazy("{who} told the informant."),
    Verb.ASSIST: gettext_lazy("{who} added {unit} to help."),
    Verb.JOIN: gettext_lazy("{who} joined it to a common problem."),
    Verb.LEAVE: gettext_lazy("{who} took it out of the common problem."),
    Verb.CONTRIBUTE: gettext_lazy("{who} reported to the lead unit."),
    Verb.REMARK: gettext_lazy("{who} remarked:"),
    Verb.CORRECT: gettext_lazy("{who} corrected the text:"),
    Verb.RECATEGORISE: gettext_lazy("{who} changed the category to “{category}”."),
    Verb.ATTACH: gettext_lazy("{who} added files."),
    Verb.NAME_ACCUSED: gettext_lazy("{who} noted whom it complains about."),
    Verb.RELEASE: gettext_lazy("{who} looked at it and released it to the levels below."),
    Verb.TAKE_AWAY: gettext_lazy("It went back to dispatch, because it complains about the unit or person."),
    Verb.LEAVE_WITH_UNIT: gettext_lazy("{who} left it with the unit."),
    Verb.ASSIGN_BY_RULE: gettext_lazy(
        "By the rule “{rule}”, switched on by {switched_on_by}, it was assigned to {unit}, {person}."
    ),
    Verb.RECKON: gettext_lazy("The deadlines were recomputed after a change of the working calendar."),
}


def _for_whom(event: Event, names: dict[str, dict[object, str]]) -> str:
    """Who did it, and for whom if they stood in for somebody."""
    absent = names["absent"].get(event.details.get("absent"))
    words = {"who": _actor(event), "absent": absent}
    return _("%(who)s, standing in for %(absent)s,") % words if absent else _actor(event)


_PASSED_ON = gettext_lazy("It passed on to {unit}, {person}: the post of whoever answered for it ended.")


def _sentence(event: Event, names: dict[str, dict[object, str]], *, who: str) -> str:
    passed_on = event.verb == Verb.TRANSFER and event.actor_id is None
    sentence = _PASSED_ON if passed_on else _SENTENCES[Verb(event.verb)]
    known = {kind: labels.get(event.details.get(kind), "") for kind, labels in names.items()}
    words = (
        {"who": who or _("A cadre")}
        | {name: event.details.get(name, "") for name in ("days", "rule")}
        | known
    )
    return str(sentence).format(**words)


def _actor(event: Event) -> str:
    return " ".join(part.label for part in (event.actor_unit, event.actor) if part)


def _fell_to(event: Event, names: dict[str, dict[object, str]]) -> list[str]:
    head = names["fell_to"].get(event.details.get("fell_to"))
    return [_("%(head)s answers for it now: whoever did has left") % {"head": head}] if head else []


def _how(event: Event) -> list[str]:
    """On what ground it was done, what was found and told, and why."""
    details = event.details
    parts = [
        _GROUNDS.get(details.get("ground"), ""),
        _found(details),
        _("came back %d times") % details["returns"] if details.get("returns") else "",
        _("told the informant: %s") % _TOLD[details["told"]] if details.get("told") in _TOLD else "",
        _("new deadline: %s") % day(date.fromisoformat(details["until"])) if details.get("until") else "",
        _("until %s") % day(date.fromisoformat(details["waits_until"])) if details.get("waits_until") else "",
        details.get("reason", ""),
    ]
    return [str(part) for part in parts if part]


def _circumstances(event: Event) -> list[str]:
    """Through which channel, and when it was recorded if that was later."""
    parts = [str(event.get_channel_display())] if event.channel != Channel.DESK else []
    if event.recorded_at - event.said_at > _SAME_MOMENT:
        parts.append(_("recorded %s") % moment(event.recorded_at))
    return parts


_GROUNDS = dict(Ground.choices)
_MEANS = dict(CallBackMeans.choices)


def _found(details: dict) -> str:
    """What a call-back or a check found."""
    if "contacted" not in details:
        return ""
    words = [
        str(_MEANS.get(details.get("means"), "")),
        _("reached") if details["contacted"] else _("not reached"),
        {True: _("solved"), False: _("not solved")}.get(details.get("solved"), ""),
        {True: _("satisfied"), False: _("not satisfied")}.get(details.get("satisfied"), ""),
    ]
    return comma().join(word for word in words if word)
