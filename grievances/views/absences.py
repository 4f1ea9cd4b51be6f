"""Who is away and who stands in: one's own absence, and those of a head's units."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grievances.forms.absence import AbsenceForm
from grievances.people.absences import people_headed
from grievances.people.standing_in import tell_begun, tell_ended
from villages.models import Absence, Cadre, Role
from villages.rights import note_addition, note_change

_MOST = 200


@require_safe
def absence_list(request: HttpRequest) -> HttpResponse:
    """One's own absences, those in which one stands in, and those of the units that one heads."""
    coming = Absence.objects.coming().select_related("cadre", "substitute")
    people = people_headed(request.user).exclude(pk=request.user.pk)
    context = {
        "mine": coming.filter(cadre=request.user),
        "kept": coming.filter(substitute=request.user),
        "theirs": coming.filter(cadre__in=people.order_by().values("pk"))[:_MOST],
        "people": people[:_MOST],
    }
    return render(request, "grievances/absence_list.html", context)


@require_http_methods(["GET", "POST"])
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody is away, and who stands in; the coming absences beside it."""
    cadre = get_object_or_404(_people(request.user), pk=pk)
    form = AbsenceForm(request.POST or None, cadre=cadre)
    if request.method == "POST" and form.is_valid():
        made = _set(form, cadre, request.user)
        if made:
            note_addition(made, by=request.user, since=made.since, until=made.until)
            tell_begun([made] if made.is_in_force else [])
            messages.success(request, _("Noted."))
            return redirect("absence-list") if cadre == request.user else redirect("absence", cadre.pk)
    context = {
        "cadre": cadre, "form": form,
        "coming": cadre.absences.coming().select_related("substitute"), "has_desk": bool(cadre.desk_posts),
    }  # fmt: skip
    return render(request, "grievances/absence.html", context, status=422 if form.errors else 200)


def _set(form: AbsenceForm, cadre: Cadre, by: Cadre) -> Absence | None:
    try:
        return Absence.set(by=by, cadre=cadre, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return None


@require_http_methods(["GET", "POST"])
def absence_end(request: HttpRequest, pk: int) -> HttpResponse:
    """They are back, or it was called off."""
    found = get_object_or_404(Absence.objects.coming().select_related("cadre", "substitute"), pk=pk)
    get_object_or_404(_people(request.user), pk=found.cadre_id)
    if request.method == "POST":
        note_change(found, by=request.user, until=timezone.localdate() - timedelta(days=1))
        begun, pk = found.is_in_force, found.pk
        found.end()
        if begun:
            found.pk = pk
            tell_ended([found])
        messages.success(request, _("The absence has ended."))
        return redirect("absence-list")
    return render(request, "grievances/absence_end.html", {"absence": found})


def _people(by: Cadre) -> QuerySet[Cadre]:
    """Whose absences somebody notes: the own, those of the people of the units that they head, all for an
    administrator."""
    if Role.ADMINISTRATOR in by.roles:
        return Cadre.objects.filter(is_active=True)
    return Cadre.objects.filter(Q(pk=by.pk) | Q(pk__in=people_headed(by).order_by().values("pk")))
