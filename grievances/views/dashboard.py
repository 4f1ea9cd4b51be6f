"""The leader's dashboard: what was collected, what was resolved, where it does not work."""

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from config.replica import may_be_a_second_old
from grievances.measures import charts, figures
from grievances.measures.boards import ALL, Board
from grievances.measures.rates import FEWEST, Rate
from grievances.models import Campaign
from grievances.province import gate
from grievances.province.board import ProvinceBoard
from grievances.sight.access import DISTRICT_DIGITS
from grievances.views.lists import DayForm
from villages.models import Cadre, Region, Role
from villages.policy import for_roles

LOOKS_AFTER = (Role.LEADER, Role.COORDINATOR, Role.AUDITOR, Role.CALLER, Role.HEAD)


class BoardForm(DayForm):
    """The day and the campaign of a dashboard: one that concerns the place, or all opinions whatever the source."""

    campaign = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": _("This campaign is not one of here; the current one is shown.")},
    )

    def __init__(self, data: object, *, campaigns: QuerySet[Campaign], region: Region) -> None:
        super().__init__(data)
        self.region, self.known = region, {str(campaign.pk): campaign for campaign in campaigns}
        labels = [(pk, campaign.label) for pk, campaign in self.known.items()]
        self.fields["campaign"].choices = [*labels, (ALL, _("everything, also without a campaign"))]

    def chosen(self) -> Campaign | None:
        """The campaign asked for; without one, the place's current one on that day."""
        self.is_valid()
        asked = self.cleaned_data.get("campaign")
        if asked:
            return self.known.get(asked)
        day = self.day() or timezone.localdate()
        # All that cover a place are among those that concern it, and whoever opens its dashboard sees them.
        begun = [one for one in self.known.values() if one.covers(self.region.pk) and one.starts <= day]
        return max(begun, key=lambda one: (one.starts, one.pk), default=None)


@for_roles(*LOOKS_AFTER)
@require_safe
@may_be_a_second_old()
def dashboard(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """A place's figures, today or on a past day; without a code, of the widest place of one's posts."""
    if not request.user.roles.intersection(_roles()):
        raise PermissionDenied
    if settings.PROVINCE:
        return _of_a_province(request, _region(request.user, code))
    board, form = board_of(request, code)
    context = {
        "form": form,
        "campaign": board.campaign,
        "chosen": str(board.campaign.pk) if board.campaign else ALL,
    }
    return render(request, "grievances/dashboard.html", context | _about(request, board) | _numbers(board))


def board_of(request: HttpRequest, code: str | None) -> tuple[Board, BoardForm]:
    """A district's board that the address asks for. Raises Http404 where the place is none of the cadre's."""
    region = _region(request.user, code)
    campaigns = Campaign.objects.visible_to(request.user).concerning(region.pk)
    form = BoardForm(request.GET, campaigns=campaigns, region=region)
    return Board(request.user, region, form.chosen(), form.day()), form


def _of_a_province(request: HttpRequest, region: Region) -> HttpResponse:
    """The same of what districts publish: no campaign, as each district has its own, and no units."""
    form = DayForm(request.GET)
    board = ProvinceBoard(request.user, region, None, form.day())
    context = {"form": form, "news": board.news, "opens_lists": board.opens_lists}
    return render(request, "grievances/province.html", context | _about(request, board) | _numbers(board))


def _about(request: HttpRequest, board: Board) -> dict[str, object]:
    return {
        "region": board.region,
        "up": _above(request.user, board),
        "as_of": board.as_of if figures.is_past(board.as_of) else None,
        "today": timezone.localdate(),
    }


def _numbers(board: Board) -> dict[str, object]:
    numbers, weeks = board.figures(), board.by_week()
    return {
        "numbers": numbers,
        "resolved": Rate(numbers["resolved"].value, numbers["collected"].value),
        "rates": [
            (name, numbers[part], numbers[whole], Rate(numbers[part].value, numbers[whole].value))
            for name, (part, whole) in figures.RATES.items()
            if name != "resolved"
        ],
        "grounds": board.grounds(),
        "median": board.median_days(),
        "places": charts.intervals(board.by_place()),
        "categories": board.by_category(),
        "units": board.by_unit(),
        "weeks": weeks,
        "chart": charts.week_chart(weeks),
        "adjusts": board.adjusts,
        "fewest": FEWEST,
    }


def _roles() -> tuple[str, ...]:
    return gate.LOOKS_AFTER if settings.PROVINCE else LOOKS_AFTER


def _places(cadre: Cadre) -> list[str]:
    """The places whose dashboards are the cadre's: at a province none of a district, whose people look at home."""
    places = [post.region_id for post in cadre.posts_as(*_roles())]
    return [code for code in places if len(code) < DISTRICT_DIGITS] if settings.PROVINCE else places


def may_open(cadre: Cadre, code: str) -> bool:
    """Whether the place's dashboard is one of the cadre's."""
    return any(code.startswith(place) for place in _places(cadre))


def _region(cadre: Cadre, code: str | None) -> Region:
    """The place asked for, if it lies within those of the cadre's posts."""
    if code is None:
        code = min(_places(cadre), key=len, default="")
    if not code or not may_open(cadre, code):
        raise Http404
    return _known(cadre, code) or get_object_or_404(Region, pk=code)


def _above(cadre: Cadre, board: Board) -> tuple[Region, str] | None:
    """The place that contains this one, where the cadre may look at it, and its dashboard."""
    code = board.region.parent_id
    if code is None or not may_open(cadre, code):
        return None
    parent = _known(cadre, code) or board.region.parent
    return parent, board.place_url(parent)


def _known(cadre: Cadre, code: str) -> Region | None:
    """A place of the cadre's posts is read with them."""
    return next((post.region for post in cadre.posts_in_force if post.region_id == code), None)
