"""Logging a visit: the visit, what was said, and what was asked about last time – all or nothing."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.errors import RequestReused
from grievances.forms.opinion import OpinionForm
from grievances.models import (
    Campaign,
    Channel,
    Event,
    Informant,
    InformantKind,
    Opinion,
    Source,
    Visit,
    VisitKind,
)
from grievances.visits.looking_back import Back, key_of, look_back
from grievances.workflow import State
from villages.models import Cadre, Household, Level, Region, Role
from villages.scope import any_of, within

MOST_EARLIER = 10
# A phone's clock may run a little ahead: the same form then gives a slightly different time.
_SAME_TIME = timedelta(minutes=5)


@dataclass(frozen=True)
class Logged:
    """A visit that is written down, the opinions of it, and what became of each look back."""

    visit: Visit
    opinions: list[Opinion] = field(default_factory=list)
    looks: list[tuple[Opinion, str]] = field(default_factory=list)


def said_before(household: Household, cadre: Cadre) -> QuerySet[Opinion]:
    """What this household said before, under its name, as far as the cadre may see it; newest first."""
    here = Informant.objects.filter(household=household).values("opinion")
    said = Opinion.objects.visible_to(cadre).filter(pk__in=here, informant_kind=InformantKind.NAMED)
    return said.exclude(state=State.WITHDRAWN).for_rows().order_by("-said_at", "-pk")


def earlier(household: Household, cadre: Cadre) -> list[Opinion]:
    """The latest of it, which a visitor asks about at the door."""
    return list(said_before(household, cadre).prefetch_related("answers")[:MOST_EARLIER])


def places_of(cadre: Cadre) -> QuerySet[Region]:
    """Villages and grids where the cadre visits."""
    scope = any_of([within(post.region_id, field="code") for post in cadre.posts_as(Role.VISITOR)])
    return Region.objects.open().filter(scope, level__in=[Level.VILLAGE, Level.GRID])


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
    looking_back: list[Back] = (),
    channel: str = Channel.PHONE,
) -> Logged:
    """Write down one visit to a household, or to a place, with all that belongs to it.

    The same key again gives the same visit, and nothing twice; with another content it raises
    RequestReused. Raises ValidationError and StepRefused, with nothing written down.
    """
    campaign = Campaign.objects.running(on=timezone.localdate(said_at)).covering(place.pk).first()
    visit = Visit(
        key=key, campaign=campaign, kind=kind, household=household, region=place, said_at=said_at,
        recorded_at=timezone.now(), recorded_by=by, nobody_home=nobody_home, remarks=remarks,
        anonymous_opinions=sum(_is_anonymous(form) for form in opinions),
    )  # fmt: skip
    try:
        # The second of two at once waits here for the first, and then meets the unique key.
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError:
        return _written_before(visit, opinions, looking_back)
    visit.cadres.set([by, *cadres])
    made = [_record(form, visit, number, channel) for number, form in enumerate(opinions)]
    # In a fixed order, as each locks its opinion and two visitors may be at it at once.
    backs = sorted(looking_back, key=lambda back: back.opinion.pk)
    said = {"by": by, "said_at": said_at, "channel": channel, "visit": key}
    looks = [(back.opinion, look_back(back, **said)) for back in backs]
    return Logged(visit, made, looks)


def _is_anonymous(form: OpinionForm) -> bool:
    return form.cleaned_data["informant"] == InformantKind.ANONYMOUS


def _record(form: OpinionForm, visit: Visit, number: int, channel: str) -> Opinion:
    """One opinion of the visit. An anonymous one gets no key, as that would tie it to the visit."""
    own = None if _is_anonymous(form) else uuid.uuid5(visit.key, str(number))
    return form.record(
        said_at=visit.said_at, household=visit.household, visit=visit, campaign=visit.campaign,
        source=Source.BIG_VISIT, key=own, channel=channel,
    )  # fmt: skip


def _written_before(again: Visit, opinions: list[OpinionForm], backs: list[Back]) -> Logged:
    """The visit that this very request made before. Of anonymous opinions only the number can be compared."""
    known = Visit.objects.filter(key=again.key, recorded_by=again.recorded_by).first()
    said = Opinion.objects.filter(informants__visit=known) if known else Opinion.objects.none()
    texts = sorted(form.cleaned_data["text"] for form in opinions if not _is_anonymous(form))
    alike = known and _same(known, again) and sorted(said.values_list("text", flat=True)) == texts
    if not alike or not _same_words(again, backs):
        raise RequestReused(_("This form was already saved with another content. Open a new one."))
    return Logged(known, list(said))


def _same_words(again: Visit, backs: list[Back]) -> bool:
    """Whether every word on a matter of last time is the one that was heard then."""
    asked = {key_of(back, again.key): back.digest for back in backs}
    return dict(Event.objects.filter(key__in=asked).values_list("key", "digest")) == asked


def _same(known: Visit, again: Visit) -> bool:
    names = ("household_id", "region_id", "kind", "nobody_home", "remarks", "anonymous_opinions")
    alike = all(getattr(known, name) == getattr(again, name) for name in names)
    return alike and abs(known.said_at - again.said_at) <= _SAME_TIME
