"""One year's big visit."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from villages.models import LEVEL_OF_LENGTH, Cadre, Named, Region
from villages.scope import any_of, within
from villages.written import Written, rows_of


def _around(code: str) -> list[str]:
    """The region ``code``, and all that contain it."""
    return [code[:length] for length in LEVEL_OF_LENGTH]


def _covers(code: str) -> Q:
    return Q(region_id__in=_around(code))


_HAS_DUTIES = """EXISTS (SELECT FROM grievances_taskforcemember member
    WHERE member.campaign_id = {0} AND member.cadre_id = %s)"""


_OF_A_VISIT = """SELECT {columns} FROM grievances_campaign
    WHERE starts <= %(day)s AND ends >= %(day)s AND region_id = ANY(%(places)s) ORDER BY starts DESC LIMIT 1"""


class CampaignQuerySet(models.QuerySet):
    def covering(self, code: str) -> Self:
        """Campaigns whose region contains the region ``code`` or is it."""
        return self.filter(_covers(code))

    def concerning(self, code: str) -> Self:
        """Campaigns of the region ``code``, of what contains it, and of what it contains."""
        return self.filter(_covers(code) | within(code))

    def visible_to(self, cadre: Cadre) -> Self:
        """Campaigns that concern the region of one of the cadre's posts, or have the cadre in their task force."""
        places = [_covers(post.region_id) | within(post.region_id) for post in cadre.posts_in_force]
        return self.filter(any_of(places) | Q(Written(_HAS_DUTIES, [cadre.pk], "pk")))

    def current(self, *, on: date) -> "Campaign | None":
        """The one that began last: running, or else the one that ended most recently."""
        return self.filter(starts__lte=on).order_by("-starts", "-id").first()


class Campaign(Named):
    """A big visit: plan, goals, task force, meetings, and exactly the opinions of its visits."""

    year = models.PositiveSmallIntegerField(_("year"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="campaigns", verbose_name=_("region"))
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"))
    plan = models.TextField(_("plan"), blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-starts"]
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.CheckConstraint(
                name="campaign_ends_after_it_starts",
                condition=Q(ends__gte=F("starts")),
                violation_error_message=_("The campaign ends before it starts."),
            )
        ]

    def covers(self, code: str) -> bool:
        """Whether its region contains the region ``code`` or is it."""
        return code.startswith(self.region_id)

    @classmethod
    def of_visit(cls, code: str, *, on: date) -> Self | None:
        """The campaign to which a visit of this day to the region ``code`` belongs: of several, the latest."""
        asked = {"day": on, "places": _around(code)}
        return next((found for (found,) in rows_of(_OF_A_VISIT, asked, cls)), None)


class Measure(models.TextChoices):
    """What a goal is measured by; each is worked out from the rows, never typed in."""

    HOUSEHOLDS_VISITED = "households_visited", _("households visited, of all")
    VILLAGES_VISITED = "villages_visited", _("villages visited, of all")
    ASSIGNED = "assigned", _("opinions with unit and person, of collected")
    RESOLVED = "resolved", _("opinions resolved, of collected")
    CONTACTED = "contacted", _("informants contacted, of attempted")
    SATISFIED = "satisfied", _("informants satisfied, of contacted")


class Goal(models.Model):
    """A measurable target of a campaign, in percent."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="goals")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    measure = models.CharField(_("measured by"), max_length=20, choices=Measure.choices)
    target = models.PositiveSmallIntegerField(_("target in percent"))
    text = models.CharField(_("in words"), max_length=200, blank=True)

    class Meta:
        ordering = ["campaign", "position", "id"]
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        constraints = [
            models.CheckConstraint(
                name="goal_target_is_a_percentage",
                condition=Q(target__gte=1, target__lte=100),
                violation_error_message=_("The target is a percentage: between 1 and 100."),
            ),
            models.CheckConstraint(name="goal_measure_known", condition=Q(measure__in=Measure.values)),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.target} %"


class TaskForceMember(models.Model):
    """A cadre's duty in the campaign's task force."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="task_force")
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="+", verbose_name=_("cadre"))
    duty = models.CharField(_("duty"), max_length=60)

    class Meta:
        ordering = ["campaign", "id"]
        verbose_name = _("task force member")
        verbose_name_plural = _("task force members")
        constraints = [models.UniqueConstraint(fields=["campaign", "cadre"], name="task_force_member_once")]

    def __str__(self) -> str:
        return f"{self.cadre} · {self.duty}"


class DeploymentMeeting(models.Model):
    """A meeting that set the campaign in motion, with its minutes."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="meetings")
    held_on = models.DateField(_("date"))
    title = models.CharField(_("title"), max_length=120)
    minutes = models.TextField(_("minutes"), blank=True)

    class Meta:
        ordering = ["campaign", "held_on"]
        verbose_name = _("deployment meeting")
        verbose_name_plural = _("deployment meetings")

    def __str__(self) -> str:
        return f"{self.held_on} {self.title}"
