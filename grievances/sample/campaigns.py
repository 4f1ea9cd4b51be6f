"""Campaigns of the sample: plan, goals, task force and meetings."""

from datetime import date, timedelta

from grievances.models import Campaign, DeploymentMeeting, Goal, TaskForceMember
from grievances.sample import phrases
from grievances.sample.people import DAFENG, People
from villages.models import Region, Role, Unit

RAN, TO_RUN = 150, 30  # days that the campaign of a year has run, and will


def make(
    staff: People,
    units: dict[str, Unit],
    which: str,
    *,
    year: int,
    starts: date,
    ends: date,
    today: date,
    region: Region | None = None,
) -> Campaign:
    """One year's big visit, told with the words of "this" or "last" year; meetings up to ``today``."""
    text, facts = phrases.campaign(which), {"year": year}
    made = Campaign.objects.create(
        name=text["name"].format(**facts), name_en=text["name_en"].format(**facts), year=year,
        region_id=region.pk if region else DAFENG, starts=starts, ends=ends, plan=text["plan"].format(**facts),
    )  # fmt: skip
    Goal.objects.bulk_create(
        Goal(
            campaign=made,
            position=n,
            measure=g["measure"],
            target=g["target"],
            text=g["text"].format(**facts),
        )
        for n, g in enumerate(text["goals"])
    )
    _task_force(made, staff, units, text["task_force"], facts)
    DeploymentMeeting.objects.bulk_create(
        DeploymentMeeting(
            campaign=made,
            held_on=starts + timedelta(days=meeting["offset_days"]),
            title=meeting["title"].format(**facts),
            minutes=meeting["minutes"].format(**facts),
        )
        for meeting in text["meetings"]
        if starts + timedelta(days=meeting["offset_days"]) <= today
    )
    return made


def _task_force(
    campaign: Campaign, staff: People, units: dict[str, Unit], duties: list[dict[str, str]], facts: dict
) -> None:
    heads = [
        staff.of(Role.HEAD, units[code])[0] for code in list(units)[:40] if staff.of(Role.HEAD, units[code])
    ]
    TaskForceMember.objects.bulk_create(
        TaskForceMember(campaign=campaign, cadre=cadre, duty=member["duty"].format(**facts)[:60])
        for cadre, member in zip(heads, duties, strict=False)
    )
