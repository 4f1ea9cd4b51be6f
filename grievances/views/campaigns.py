"""Campaigns: plan, goals with their progress, task force, meetings."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from grievances import figures
from grievances.boards import Board, Number
from grievances.coverage import with_visits
from grievances.models import Campaign, DeploymentMeeting, Goal, Measure, TaskForceMember, Visit
from grievances.rates import Rate
from grievances.views.lists import EVERYBODY
from villages.models import Cadre, Household, Region, Role
from villages.policy import for_roles
from villages.scope import within


@dataclass(frozen=True)
class Progress:
    """A goal, how far it is, and the numbers that say so."""

    goal: Goal
    rate: Rate
    part: Number | None
    whole: Number | None

    @property
    def reached(self) -> bool:
        return self.rate.share is not None and self.rate.share * 100 >= self.goal.target


@for_roles(*EVERYBODY)
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """All campaigns, the newest first."""
    found = Campaign.objects.select_related("region")
    context = {"campaigns": found, "may_edit": Role.COORDINATOR in request.user.roles}
    return render(request, "grievances/campaign_list.html", context)


@for_roles(*EVERYBODY)
@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign, with the progress of its goals for the one who looks."""
    found = get_object_or_404(Campaign.objects.select_related("region"), pk=pk)
    context = {
        "campaign": found,
        "progress": _progress(found, request.user),
        "task_force": found.task_force.select_related("cadre"),
        "meetings": found.meetings.all(),
        "may_edit": _may_edit(found.region, request.user),
    }
    return render(request, "grievances/campaign.html", context)


def _progress(found: Campaign, cadre: Cadre) -> list[Progress]:
    board = Board(cadre, found.region, found)
    numbers = board.figures()
    goals = list(found.goals.all())
    ratios = {Measure.ASSIGNED: ("assigned", "collected")} | {
        Measure(name): pair for name, pair in figures.RATES.items() if name in Measure.values
    }
    done = []
    for goal in goals:
        if goal.measure in ratios:
            part, whole = (numbers[name] for name in ratios[goal.measure])
            done.append(Progress(goal, Rate(part.value, whole.value), part, whole))
        else:
            done.append(Progress(goal, _coverage(found, goal.measure), None, None))
    return done


def _coverage(found: Campaign, measure: str) -> Rate:
    """Households visited of all; or villages in which somebody was visited, of those where people live."""
    households = Household.objects.filter(within(found.region_id, field="grid_id"))
    if measure == Measure.HOUSEHOLDS_VISITED:
        marked = with_visits(households, found)
        return Rate(marked.filter(visited=True).count(), marked.count())
    lived_in = households.values("grid__parent").distinct().count()
    visited = Visit.objects.filter(campaign=found, household__isnull=False, nobody_home=False)
    return Rate(visited.values("household__grid__parent").distinct().count(), lived_in)


def _may_edit(region: Region, cadre: Cadre) -> bool:
    return any(region.pk.startswith(post.region_id) for post in cadre.posts_as(Role.COORDINATOR))


class CampaignForm(forms.ModelForm):
    class Meta:
        model = Campaign
        fields = ("name", "name_en", "year", "starts", "ends", "plan")
        widgets = {
            "starts": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }


_GOALS = forms.inlineformset_factory(
    Campaign, Goal, fields=("measure", "target", "text"), extra=2, max_num=12
)
_MEETINGS = forms.inlineformset_factory(
    Campaign, DeploymentMeeting, fields=("held_on", "title", "minutes"), extra=1, max_num=30,
    widgets={"held_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
)  # fmt: skip


class MemberForm(forms.ModelForm):
    """A member by sign-in name: nobody picks from ten thousand."""

    cadre = forms.ModelChoiceField(
        Cadre.objects.filter(is_active=True), to_field_name="username", widget=forms.TextInput
    )

    class Meta:
        model = TaskForceMember
        fields = ("cadre", "duty")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cadre"].label = Cadre._meta.get_field("username").verbose_name
        if self.instance.pk:
            self.initial["cadre"] = self.instance.cadre.username


_MEMBERS = forms.inlineformset_factory(Campaign, TaskForceMember, form=MemberForm, extra=1, max_num=40)


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def campaign_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a campaign of one's own region."""
    region = min((post.region for post in request.user.posts_as(Role.COORDINATOR)), key=lambda r: len(r.pk))
    found = get_object_or_404(Campaign, pk=pk) if pk else Campaign(region=region)
    if not _may_edit(found.region, request.user):
        raise PermissionDenied
    data = request.POST or None
    form = CampaignForm(data, instance=found)
    parts = [made(data, instance=found, prefix=name) for name, made in _PARTS.items()]
    if request.method == "POST" and form.is_valid() and all([part.is_valid() for part in parts]):
        saved = form.save()
        for part in parts:
            part.instance = saved
            part.save()
        return redirect("campaign", saved.pk)
    context = {"form": form, "parts": parts, "campaign": found}
    return render(request, "grievances/campaign_edit.html", context, status=422 if data else 200)


_PARTS = {"goals": _GOALS, "meetings": _MEETINGS, "members": _MEMBERS}
