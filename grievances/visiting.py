"""Logging a visit: the visit, what was said, and what was asked about last time – all or nothing."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.forms.opinion import OpinionForm
from grievances.models import Campaign, InformantKind, Opinion, Source, Visit, VisitKind
from grievances.relations import relations
from grievances.workflow import ANSWERED, Outcome, Relation, State
from villages.models import Cadre, Household, Level, Region, Role
from villages.scope import any_of, within


def earlier(household: Household, cadre: Cadre) -> list[Opinion]:
    """What this household said before, under its name, as far as the cadre may see it; newest first."""
    said = Opinion.objects.visible_to(cadre).filter(
        informants__household=household, informant_kind=InformantKind.NAMED
    )
    return list(said.exclude(state=State.WITHDRAWN).for_rows().order_by("-said_at")[:10])


@transaction.atomic
def log_visit(
    *,
    by: Cadre,
    key: uuid.UUID,
    said_at: datetime,
    place: Region,
    household: Household | None = None,
    kind: str = VisitKind.HOUSEHOLD,
    cadres: list[Cadre] = (),
    nobody_home: bool = False,
    remarks: str = "",
    opinions: list[OpinionForm] = (),
    looked_back: list[tuple[Opinion, str, str]] = (),
) -> tuple[Visit, list[Opinion]]:
    """One visit with its opinions; the same key again is the same visit."""
    known = Visit.objects.filter(key=key, recorded_by=by).first()
    if known:
        return known, []
    day = timezone.localdate(said_at)
    campaign = Campaign.objects.running(on=day).covering(place.pk).first()
    anonymous = [form for form in opinions if form.cleaned_data["informant"] == InformantKind.ANONYMOUS]
    visit = Visit.objects.create(
        key=key, campaign=campaign, kind=kind, household=household, region=place, said_at=said_at,
        recorded_at=timezone.now(), recorded_by=by, nobody_home=nobody_home, remarks=remarks,
        anonymous_opinions=len(anonymous),
    )  # fmt: skip
    visit.cadres.set([by, *cadres])
    made = [
        form.record(
            said_at=said_at, household=household, visit=visit, campaign=campaign, source=Source.BIG_VISIT
        )
        for form in opinions
    ]
    for opinion, word, remark in looked_back:
        look_back(opinion, by=by, word=word, remark=remark, said_at=said_at)
    return visit, made


def look_back(opinion: Opinion, *, by: Cadre, word: str, remark: str, said_at: datetime) -> None:
    """What the household says about last time's matter, by the rules of the flow.

    Whoever is not of the lead unit does the call-back at the door. Whoever is passes on the words:
    "not done" reopens, the informant's right; "done" is a remark, never a confirmation.
    """
    words = remark or _("At the door: %s.") % _WORDS[word]
    confirms = Relation.VISITOR in relations(opinion, by)
    if (
        opinion.state in ANSWERED
        and confirms
        and not (word == "not_done" and opinion.outcome == Outcome.EXPLAINED)
    ):
        opinion.call_back(
            by=by, contacted=True, solved=None if opinion.outcome == Outcome.EXPLAINED else word != "not_done",
            satisfied=word == "done", remark=words, means="door", said_at=said_at,
        )  # fmt: skip
    elif word == "not_done" and opinion.state in {*ANSWERED, State.CLOSED}:
        opinion.reopen(by=by, reason=words, said_at=said_at)
    else:
        opinion.remark(by=by, text=words, said_at=said_at)


_WORDS = {
    "done": gettext_lazy("done"),
    "not_done": gettext_lazy("not done"),
    "unhappy": gettext_lazy("done, but not satisfied"),
}


def places_of(cadre: Cadre) -> QuerySet[Region]:
    """Villages and grids where the cadre visits."""
    scope = any_of([within(post.region_id, field="code") for post in cadre.posts_as(Role.VISITOR)])
    return Region.objects.open().filter(scope, level__in=[Level.VILLAGE, Level.GRID])
