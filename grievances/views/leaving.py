"""Somebody leaves: who takes over their cases, and which posts end; and what the successor says to it."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from grievances.flow import deadlines
from grievances.flow.calendar import last_day
from grievances.forms.fields import people_of
from grievances.forms.leaving import LeavingForm, SuccessionForm
from grievances.models import Opinion, Succession
from grievances.people.absences import named, with_absences
from grievances.people.handover import held, people_for, why_post_stays
from grievances.people.leaving import (
    MOST,
    WAYS,
    HandingOn,
    Result,
    end_posts,
    endable,
    groups_of,
    of_unit,
    seen_by,
    settle,
    theirs,
    units_of,
)
from villages.models import Cadre, Role, Unit
from villages.policy import for_roles
from villages.templatetags.looks import number


@dataclass
class _Part:
    """What goes to one successor: the cases, how many, and who could take them."""

    key: str
    label: str
    cases: list[Opinion] | QuerySet[Opinion]
    count: int
    people: list[Cadre]


@for_roles(Role.HEAD, Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def leaving(request: HttpRequest, pk: int) -> HttpResponse:
    """A head sees the cases of the own units; an administrator, who sees none, how many there are in which unit."""
    person = get_object_or_404(people_for(request.user), pk=pk)
    heads = bool(request.user.posts_as(Role.HEAD))
    way = request.GET.get("way") if request.GET.get("way") in WAYS else "all"
    parts, more = _parts_of_head(request.user, person, way) if heads else (_parts_of_units(person), False)
    posts = endable(person, request.user)
    form = LeavingForm(request.POST or None, groups=[_choice(part, heads) for part in parts], posts=posts)
    if request.method == "POST" and form.is_valid():
        _do(request, person, form, parts, alone=not heads)
        return redirect("leaving", person.pk)
    context = {
        "leaving": person, "form": form, "parts": list(zip(parts, form.to_fields(), strict=True)),
        "more": more, "ways": WAYS.items() if heads else [], "way": way, "posts": posts,
        "count": sum(part.count for part in parts), "sees_cases": heads,
        "why": next(filter(None, (why_post_stays(post, by=request.user) for post in posts)), ""),
    }  # fmt: skip
    return render(request, "grievances/leaving.html", context, status=422 if form.errors else 200)


def _parts_of_head(by: Cadre, person: Cadre, way: str) -> tuple[list[_Part], bool]:
    cases = list(seen_by(by, person)[: MOST + 1])
    more, cases = len(cases) > MOST, cases[:MOST]
    deadlines.show_on(cases)
    units = list(Unit.objects.filter(pk__in={case.unit_id for case in cases}))
    numbers = held(by)
    people = {unit.pk: _successors(person, unit, numbers) for unit in units}
    return [
        _Part(group.key, group.label, group.cases, len(group.cases), _common(people, group.units))
        for group in groups_of(cases, way)
    ], more


def _common(people: dict[int, list[Cadre]], units: set[int]) -> list[Cadre]:
    """Whoever can take cases of all these units."""
    first, *others = (people[unit] for unit in units)
    return [one for one in first if all(one in other for other in others)]


def _parts_of_units(person: Cadre) -> list[_Part]:
    return [
        _Part(f"u{unit.pk}", unit.label, of_unit(person, unit), n, _successors(person, unit, {}))
        for unit, n in units_of(person)
    ]


def _successors(person: Cadre, unit: Unit, numbers: dict[int, int]) -> list[Cadre]:
    people = list(with_absences(people_of(unit).exclude(pk=person.pk)).order_by("name", "pk"))
    for one in people:
        one.cases = numbers.get(one.pk, 0)
    return people


def _choice(part: _Part, heads: bool) -> tuple[str, str, list[tuple[str, str]]]:
    """For a head with how many open cases each answers for in the own units."""
    label = f"{part.label} · {number(part.count)}" if part.count > 1 or not heads else part.label
    return part.key, label, [(str(one.pk), _name(one, heads)) for one in part.people]


def _name(one: Cadre, heads: bool) -> str:
    if not heads:
        return named(one)
    cases = ngettext("%d open case", "%d open cases", one.cases) % one.cases
    return f"{named(one)} · {cases}"


def _do(request: HttpRequest, person: Cadre, form: LeavingForm, parts: list[_Part], *, alone: bool) -> None:
    order = HandingOn(person, request.user, form.cleaned_data["reason"])
    people = {one.pk: one for part in parts for one in part.people}
    successors = form.successors(people)
    for part in parts:
        order.hand_on(part.cases[:MOST], successors[part.key], alone=alone)
    _tell(request, order.result, hidden=alone)
    kept = end_posts(form.chosen_posts(), on=form.cleaned_data.get("last_day"), by=request.user)
    ended = len(form.chosen_posts()) - len(kept)
    if ended:
        done = ngettext("%d post ends.", "%d posts end.", ended) % ended
        messages.success(request, done)
    for post in kept:
        words = {
            "role": post.get_role_display(),
            "unit": post.unit.label,
            "why": why_post_stays(post, by=request.user),
        }
        messages.error(request, _("%(role)s, %(unit)s: the post did not end. %(why)s") % words)


def _tell(request: HttpRequest, result: Result, *, hidden: bool) -> None:
    if result.done:
        done = ngettext("%d case was handed on.", "%d cases were handed on.", result.done) % result.done
        messages.success(request, done)
    for case, why in result.refused[:20]:
        words = {"number": _("A case") if hidden else case.number, "why": why}
        messages.error(request, _("%(number)s was not handed on: %(why)s") % words)


@require_http_methods(["GET", "POST"])
def succession(request: HttpRequest, pk: int) -> HttpResponse:
    """What was handed to the cadre: accepted, or handed back to the head of the unit."""
    found = get_object_or_404(Succession.objects.select_related("leaving"), pk=pk, successor=request.user)
    cases = theirs(found)
    form = SuccessionForm(request.POST or None, cases=cases)
    if request.method == "POST" and form.is_valid() and _settled(request, found, form):
        return redirect("home")
    rows, ticked = list(cases), request.POST.getlist("cases")
    deadlines.show_on(rows)
    for case in rows:
        case.ticked = str(case.pk) in ticked
    context = {"succession": found, "cases": rows, "form": form, "last_day": last_day(found.until)}
    context["waiting"] = found.is_waiting()
    return render(request, "grievances/succession.html", context, status=422 if form.errors else 200)


def _settled(request: HttpRequest, found: Succession, form: SuccessionForm) -> bool:
    try:
        result = settle(found, handed_back=form.handed_back(), reason=form.cleaned_data["reason"])
    except ValidationError as error:
        form.add_error(None, error)
        return False
    if result.done:
        back = ngettext("%d case was handed back.", "%d cases were handed back.", result.done) % result.done
        messages.success(request, back)
    for case, why in result.refused:
        words = {"number": case.number, "why": why}
        messages.error(request, _("%(number)s stays with you: %(why)s") % words)
    if not form.hands_back:
        messages.success(request, _("Accepted."))
    return True
