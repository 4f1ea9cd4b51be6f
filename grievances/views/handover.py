"""Before somebody leaves: their open cases, handed to a colleague; then the post can end."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from grievances.bulk.choosing import Chosen
from grievances.errors import StepRefused, in_words
from grievances.flow import deadlines
from grievances.forms.fields import LabelChoice, people_of
from grievances.models import Opinion
from grievances.people.handover import MOVABLE, held, held_by, open_work, people_for
from grievances.people.leaving import HandingOn
from grievances.views.colleagues import CasesField
from villages.models import Cadre, Role
from villages.policy import for_roles
from villages.scope import any_of

_MOST = 500


class HandoverForm(forms.Form):
    """Which cases go to whom, and why."""

    cases = CasesField(label=gettext_lazy("Cases"), most=_MOST)
    colleague = LabelChoice(Cadre.objects.none(), label=gettext_lazy("Hand them to"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, data: object, *, cases: QuerySet[Opinion], leaving: Cadre, by: Cadre) -> None:
        super().__init__(data)
        groups = [people_of(post.unit).values("pk") for post in by.posts_as(Role.HEAD)]
        colleagues = Cadre.objects.filter(any_of([Q(pk__in=group) for group in groups]))
        self.fields["colleague"].queryset = colleagues.exclude(pk=leaving.pk)
        self.movable = cases

    def clean_cases(self) -> list[tuple[Opinion, int]]:
        """Each with the version that was seen."""
        chosen: Chosen = self.cleaned_data["cases"]
        found = list(self.movable.filter(pk__in=chosen))
        if len(found) < len(chosen):
            raise ValidationError(
                _("Some of these cases are no longer here to hand on. Nothing was handed over.")
            )
        return [(case, chosen[case.pk]) for case in found]

    def ticked(self) -> set[str]:
        """The cases whose boxes are ticked: all, until somebody chooses."""
        if self.is_bound:
            return {word.partition(".")[0] for word in self.data.getlist("cases")}
        return {str(pk) for pk in self.movable.values_list("pk", flat=True)}


@for_roles(Role.HEAD, Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """A head hands over the cases in the own unit; an administrator sees only how many there are."""
    leaving = get_object_or_404(people_for(request.user), pk=pk)
    hanging = held_by(leaving, request.user)
    movable = hanging.filter(state__in=MOVABLE)
    form = HandoverForm(request.POST or None, cases=movable, leaving=leaving, by=request.user)
    if request.method == "POST":
        if not request.user.posts_as(Role.HEAD):
            raise PermissionDenied
        if form.is_valid() and _hand_over(form, leaving, request.user):
            return redirect("handover", leaving.pk)
    cases = list(hanging.for_rows()[: _MOST + 1])
    more, cases = len(cases) > _MOST, cases[:_MOST]
    deadlines.show_on(cases)
    ticked = form.ticked()
    for case in cases:
        case.movable, case.ticked = case.state in MOVABLE, str(case.pk) in ticked
    context = {
        "leaving": leaving,
        "cases": cases,
        "more": more,
        "form": form,
        "colleagues": _colleagues(request.user),
        "count": _count(leaving, request.user),
        "posts": leaving.posts.in_force().select_related("unit"),
    }
    return render(request, "grievances/handover.html", context, status=422 if form.errors else 200)


def _count(leaving: Cadre, by: Cadre) -> int:
    """What keeps a post from ending, for those who end posts; a head counts the own unit's cases.

    An administrator's number leaves accusations out: they may be the accused.
    """
    if Role.ADMINISTRATOR in by.roles:
        return open_work(leaving).filter(accusing=False).count()
    return held_by(leaving, by).count()


def _colleagues(by: Cadre) -> list[Cadre]:
    """The people of the units that somebody heads, with how many open cases each answers for."""
    numbers = held(by)
    people = list(Cadre.objects.filter(pk__in=numbers))
    for cadre in people:
        cadre.cases = numbers[cadre.pk]
    return people


def _hand_over(form: HandoverForm, leaving: Cadre, by: Cadre) -> bool:
    """All or none: the first case that can't be handed over stops it, with its number."""
    data = form.cleaned_data
    colleague, order = data["colleague"], HandingOn(leaving, by, data["reason"])
    opinion = None
    try:
        with order.told_as_one(colleague), transaction.atomic():
            for opinion, version in data["cases"]:
                opinion.transfer(by=by, person=colleague, reason=data["reason"], version=version)
                order.note(opinion, colleague)
    except (StepRefused, ValidationError) as error:
        words = {"number": opinion.number, "why": in_words(error)}
        form.add_error(None, _("%(number)s: %(why)s Nothing was handed over.") % words)
        return False
    return True
