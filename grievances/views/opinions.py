"""One case: its page, and the slip that the informant keeps."""

from urllib.parse import urlsplit

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from grievances.answering import drafts, notes
from grievances.answering.letters import slip
from grievances.flow import deadlines
from grievances.flow.casefile import Held
from grievances.flow.offers import offer
from grievances.flow.reading import numbered
from grievances.flow.relations import assisting_units
from grievances.flow.stories import events_of, story, told, untold, waits_for
from grievances.models import (
    Answer,
    AnswerDraft,
    AssistingUnit,
    Attachment,
    CommonProblem,
    Event,
    Extension,
    InformantKind,
    Look,
    Note,
    Objection,
    Opinion,
    ProblemMembership,
    StoodIn,
)
from grievances.papers.offered import papers_of
from grievances.people import absences
from grievances.sight import looks
from grievances.sight.access import surely_sees
from grievances.views.ways import way_of
from grievances.workflow import ENDED, Verb
from villages.models import Cadre, Role

# Of these most cases have none.
_SELDOM = (
    Answer, AnswerDraft, AssistingUnit, Attachment, Extension, Look, Note, Objection, ProblemMembership, StoodIn
)  # fmt: skip
# What the page shows of the rows that a case points to.
_SHOWN = ("region__parent", "category", "unit", "person", "campaign")
_SEES_LOOKS = {Role.AUDITOR, Role.COORDINATOR, Role.LEADER}


def visible_opinion(request: HttpRequest, number: str) -> Opinion:
    """The opinion with this number, with what a page shows of it, if the cadre may see it; else 404."""
    found = Opinion.objects.visible_to(request.user).select_related(*_SHOWN)
    opinion = get_object_or_404(found.annotate(held=Held(*_SELDOM)), number=number)
    for model, has_any in zip(_SELDOM, opinion.held, strict=True):
        if not has_any:
            opinion.file.keep(model, [])
    return opinion


def opened(request: HttpRequest, number: str) -> Opinion:
    """The visible opinion; the look leaves a trace where the case is protected."""
    found = visible_opinion(request, number)
    looks.note_look(found, request.user)
    return found


def to_step_on(request: HttpRequest, number: str) -> Opinion:
    """The same for a form that was sent: with all that most forms ask of a case, and no more, as the verb reads it
    again under its lock. Where posts that are read already show it, the rows of rights aren't asked again."""
    found = numbered(Opinion, number)
    if found is None or not surely_sees(request.user, found):
        visible = Opinion.objects.visible_to(request.user).select_related("unit", "category")
        found = get_object_or_404(visible, number=number)
    looks.note_look(found, request.user)
    return found


def case_context(request: HttpRequest, opinion: Opinion) -> dict[str, object]:
    """All that the page or the side panel shows."""
    deadlines.show_on([opinion])
    memberships = _memberships(opinion, request.user)
    events = _told_of(events_of(opinion), memberships)
    away = absences.of([opinion.person]) if opinion.person and opinion.state not in ENDED else []
    context = {
        "opinion": opinion,
        "heading": "h1" if _on_its_page(request, opinion) else "h2",
        "offer": offer(opinion, request.user),
        "informant": looks.shown(opinion, request.user),
        "story": story(events, veiled=looks.veiled(opinion, request.user), known=_named_by(opinion)),
        "imported": any(event.imported for event in events),
        "told": told(events),
        "untold": [] if _nobody_to_tell(opinion) else untold(events),
        "waits_for": waits_for(opinion, events),
        "draft": drafts.shown(opinion, request.user),
        "notes": notes.of(opinion, request.user),
        "may_note": notes.may_write(opinion, request.user),
        "running": deadlines.running(opinion),
        "away": absences.in_words(away[0]) if away else "",
        "answers": _any(opinion, opinion.answers.select_related("unit", "by").order_by("-id")),
        "assisting": assisting_units(opinion),
        "common_problem": next((row.problem for row in memberships if row.left_at is None), None),
        "accused": list(opinion.accusations.select_related("unit", "cadre")) if opinion.accusing else [],
        "attachments": _any(opinion, opinion.attachments.all()),
        "papers": papers_of(opinion),
    }
    if request.user.roles & _SEES_LOOKS:
        # The look that is just being taken counts too.
        seldom = opinion.looks.select_related("cadre")
        context["looks"] = list(seldom) if opinion.is_protected else _any(opinion, seldom)
    return context


def _any(opinion: Opinion, rows: QuerySet) -> list[Model]:
    """The rows of the case, unless it is known that there are none."""
    return [] if opinion.file.lacks(rows.model) else list(rows)


def _named_by(opinion: Opinion) -> list[Model]:
    """What its story mostly names, read with it."""
    return [row for row in (opinion.unit, opinion.person, opinion.region, opinion.category) if row]


def _memberships(opinion: Opinion, cadre: Cadre) -> list[ProblemMembership]:
    """When it was part of which common problem, as far as the cadre may know; what steps are offered is read off
    the same rows."""
    rows = _any(opinion, opinion.problem_memberships.select_related("problem").order_by("pk"))
    opinion.file.keep(ProblemMembership, rows)
    asked = [row.problem_id for row in rows if row.problem.accused]
    if not asked:
        # Whoever sees an opinion that accuses nobody, sees its problem.
        return rows
    seen = set(CommonProblem.objects.visible_to(cadre).filter(pk__in=asked).values_list("pk", flat=True))
    return [row for row in rows if row.problem_id in seen or not row.problem.accused]


def _told_of(events: list[Event], memberships: list[ProblemMembership]) -> list[Event]:
    """The events without those of problems that are hidden from the reader."""
    known = {row.problem_id for row in memberships}
    return [
        event
        for event in events
        if event.verb not in (Verb.JOIN, Verb.LEAVE)
        or event.details.get("problem", event.details.get("left")) in known
    ]


def _nobody_to_tell(opinion: Opinion) -> bool:
    return opinion.state in ENDED or opinion.informant_kind == InformantKind.ANONYMOUS


def _on_its_page(request: HttpRequest, opinion: Opinion) -> bool:
    """Whether the case is the page's own subject, and not beside the desk's list."""
    address = request.htmx.current_url if request.htmx else request.path
    try:
        path = urlsplit(address or "").path
    except ValueError:
        return False
    return path.startswith(reverse("opinion", args=[opinion.number]))


@require_safe
@vary_on_headers("HX-Request")
def opinion(request: HttpRequest, number: str) -> HttpResponse:
    """The case as a page, or as the desk's side panel."""
    found = opened(request, number)
    way = way_of(request, found)
    context = case_context(request, found) | {"way": way}
    if request.htmx:
        return render(request, "grievances/_case.html", context)
    # All opinions where the list is not known from which the case was opened.
    context["list"] = way.address if way else reverse("opinion-list")
    return render(request, "grievances/opinion.html", context)


@require_safe
def opinion_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The slip that the informant keeps."""
    found = opened(request, number)
    context = {"opinion": found, "slip": slip(found), "may_open": True}
    return render(request, "grievances/opinion_receipt.html", context)
