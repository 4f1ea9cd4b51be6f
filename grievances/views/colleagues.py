"""A unit's cases by colleague, for its head: handed on by dragging a case to somebody, or by choosing."""

import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from grievances.bulk import choosing
from grievances.bulk.choosing import Chosen
from grievances.errors import StepRefused, in_words
from grievances.flow import deadlines
from grievances.flow.occasions import occasion
from grievances.forms.fields import LabelChoice, people_of
from grievances.measures.workload import heads, units_of
from grievances.models import Opinion
from grievances.people.colleagues import colleagues, movable, people
from villages.models import Cadre, Role, Unit
from villages.paging import page_of
from villages.policy import for_roles

_MOST = 100


class CasesField(forms.CharField):
    """Cases as their boxes say them, each with the version that was shown."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, most: int, **kwargs: object) -> None:
        self.most = most
        super().__init__(**kwargs)

    def clean(self, value: list[str] | None) -> Chosen:
        chosen = choosing.read(value or [])
        if len(chosen) > self.most:
            raise ValidationError(_("At most %(most)s cases at once.") % {"most": self.most})
        return chosen


class ColleagueForm(forms.Form):
    """Which cases go to whom, and why."""

    case = CasesField(label=gettext_lazy("Cases"), most=_MOST)
    key = forms.UUIDField(widget=forms.HiddenInput)
    colleague = LabelChoice(Cadre.objects.none(), label=gettext_lazy("Hand them to"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    use_required_attribute = False

    def __init__(self, *args: object, unit: Unit, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colleague"].queryset = people_of(unit).order_by("name", "pk")

    def ticked(self) -> set[str]:
        """The ids of the cases that were chosen."""
        return {word.partition(".")[0] for word in self.data.getlist("case")} if self.is_bound else set()


@for_roles(Role.HEAD)
@require_http_methods(["GET", "POST"])
def unit_colleagues(request: HttpRequest, pk: int) -> HttpResponse:
    """The colleagues of a unit side by side, each with the cases that hang on them."""
    unit = get_object_or_404(units_of(request.user), pk=pk)
    if not heads(request.user, unit):
        raise PermissionDenied
    if request.method == "GET":
        return _show(request, unit, ColleagueForm(initial={"key": uuid.uuid4()}, unit=unit))
    form = ColleagueForm(request.POST, unit=unit)
    if not form.is_valid():
        return _show(request, unit, form, status=422)
    if not _handed_on(form, request.user, unit):
        form.data = form.data.copy()
        form.data["key"] = str(uuid.uuid4())
        return _show(request, unit, form, status=409)
    number, colleague = len(form.cleaned_data["case"]), form.cleaned_data["colleague"].label
    said = ngettext("%(n)d case was handed to %(who)s.", "%(n)d cases were handed to %(who)s.", number)
    messages.success(request, said % {"n": number, "who": colleague})
    return redirect(request.get_full_path())


def _handed_on(form: ColleagueForm, by: Cadre, unit: Unit) -> bool:
    """All or none: the first case that can't be handed on stops it, with its number."""
    data = form.cleaned_data
    chosen: Chosen = data["case"]
    cases = list(movable(by, unit).filter(pk__in=chosen).order_by("pk"))
    opinion: Opinion | None = None
    if len(cases) < len(chosen):
        # Sent twice, the cases are found where they went to; else somebody was quicker.
        form.add_error(None, _("Some of these cases are no longer here to hand on. Nothing was handed over."))
        return False
    try:
        with occasion(data["key"]), transaction.atomic():
            for opinion in cases:
                opinion.transfer(
                    by=by, person=data["colleague"], reason=data["reason"], version=chosen[opinion.pk],
                    key=uuid.uuid5(data["key"], str(opinion.pk)),
                )  # fmt: skip
    except (StepRefused, ValidationError) as error:
        words = {"number": opinion.number, "why": in_words(error)}
        form.add_error(None, _("%(number)s: %(why)s Nothing was handed over.") % words)
        return False
    return True


def _show(request: HttpRequest, unit: Unit, form: ColleagueForm, *, status: int = 200) -> HttpResponse:
    page = page_of(people(request.user, unit), request)
    found = colleagues(page.rows, by=request.user, unit=unit)
    cases = [case for one in found for case in one.cases]
    deadlines.show_on(cases)
    ticked = form.ticked()
    for case in cases:
        case.ticked = str(case.pk) in ticked
    context = {"unit": unit, "page": page, "colleagues": found, "form": form}
    return render(request, "grievances/unit_colleagues.html", context, status=status)
