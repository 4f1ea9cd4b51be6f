"""Before somebody leaves: their open cases, handed to a colleague; then the post ends."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from grievances import deadlines
from grievances.errors import StepRefused
from grievances.forms.fields import LabelChoice, people_of
from grievances.handover import open_work
from grievances.models import Opinion
from villages.models import Cadre, Role
from villages.policy import for_roles
from villages.scope import any_of, under


class HandoverForm(forms.Form):
    colleague = LabelChoice(Cadre.objects.none(), label=gettext_lazy("Hand all of them to"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, *args: object, leaving: Cadre, by: Cadre, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        posts = by.posts_as(Role.HEAD)
        people = [people_of(post.unit).values("pk") for post in posts]
        colleagues = any_of([Q(pk__in=group) for group in people])
        self.fields["colleague"].queryset = Cadre.objects.filter(colleagues).exclude(pk=leaving.pk)


@for_roles(Role.HEAD, Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """A head hands the cases over; an administrator sees only how many there are."""
    leaving = get_object_or_404(Cadre, pk=pk)
    headed = request.user.posts_as(Role.HEAD)
    mine = open_work(leaving).filter(any_of([under(post.unit.path, field="unit__path") for post in headed]))
    cases = list(mine.filter(pk__in=Opinion.objects.visible_to(request.user).values("pk")).for_rows()[:500])
    form = HandoverForm(request.POST or None, leaving=leaving, by=request.user)
    if request.method == "POST":
        if not headed:
            raise PermissionDenied
        if form.is_valid() and _hand_over(cases, form, request.user):
            return redirect("handover", leaving.pk)
    deadlines.show_on(cases)
    context = {
        "leaving": leaving, "cases": cases, "form": form, "heads": bool(headed),
        "count": open_work(leaving).count(), "posts": leaving.posts.in_force().select_related("unit"),
        "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "grievances/handover.html", context, status=422 if form.errors else 200)


def _hand_over(cases: list[Opinion], form: HandoverForm, by: Cadre) -> bool:
    """All or none: the first case that can't be handed over stops it, with its number."""
    data = form.cleaned_data
    opinion = None
    try:
        with transaction.atomic():
            for opinion in cases:
                opinion.transfer(by=by, person=data["colleague"], reason=data["reason"])
    except (StepRefused, ValidationError) as error:
        why = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        form.add_error(
            None, _("%(number)s: %(why)s Nothing was handed over.") % {"number": opinion.number, "why": why}
        )
        return False
    return True
