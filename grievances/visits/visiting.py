"""Logging a visit: the visit, what was said, and what was asked about last time – all or nothing."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.errors import RequestReused
from grievances.flow.writing import insert_once
from grievances.forms.visit_opinion import VisitOpinionForm
from grievances.models import (
    Campaign,
    Channel,
    Event,
    Informant,
    InformantKind,
    Opinion,
    ProblemMembership,
    Source,
    Visit,
    VisitKind,
)
from grievances.problems.alike import join_chosen
from grievances.visits.looking_back import Back, key_of, look_back
from grievances.workflow import State, Verb
from villages.models import Cadre, Household, Level, Region, Role
from villages.scope import any_of, within

MOST_EARLIER = 10
# A phone's clock may run a little ahead: the same form then gives a slightly different time.
_SAME_TIME = timedelta(minutes=5)


@dataclass(frozen=True)
class Logged:
    """A visit that is written down, the opinions of it, what became of joining them, and of each look back."""

    visit: Visit
    opinions: list[Opinion] = field(default_factory=list)
    looks: list[tuple[Opinion, str]] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)


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


@dataclass(frozen=True)
class FromPhone:
    """What a visit from a phone has besides: the time by the phone's clock, the digest of all that it sent, the
    phone's own id of each opinion in their order, and how many anonymous ones go apart from it."""

    said_at: datetime
    digest: str
    ids: list[uuid.UUID]
    anonymous: int


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
    opinions: list[VisitOpinionForm] = (),
    looking_back: list[Back] = (),
    channel: str = Channel.PHONE,
    phone: FromPhone | None = None,
) -> Logged:
    """Write down one visit to a household, or to a place, with all that belongs to it.

    The same key again gives the same visit, and nothing twice; with another content it raises
    RequestReused. Raises ValidationError and StepRefused, with nothing written down.
    """
    campaign = Campaign.of_visit(place.pk, on=timezone.localdate(said_at))
    visit = Visit(
        key=key, campaign=campaign, kind=kind, household=household, region=place, said_at=said_at,
        recorded_at=timezone.now(), recorded_by=by, nobody_home=nobody_home, remarks=remarks,
        anonymous_opinions=sum(_is_anonymous(form) for form in opinions),
    )  # fmt: skip
    if phone:
        visit.phone_said_at, visit.digest = phone.said_at, phone.digest
        visit.anonymous_opinions += phone.anonymous
    if not insert_once(visit, unique="key"):
        return _written_before(visit, opinions, looking_back)
    visit.cadres.add(by, *cadres)
    names = list(phone.ids if phone else range(len(opinions)))
    _lock(opinions, looking_back)
    made = [_record(form, visit, name, channel) for name, form in zip(names, opinions, strict=True)]
    joined = _join(opinions, made, visit, names)
    # In a fixed order, as each locks its opinion and two visitors may be at it at once.
    backs = sorted(looking_back, key=lambda back: back.opinion.pk)
    said = {"by": by, "said_at": said_at, "channel": channel, "visit": key}
    looks = [(back.opinion, look_back(back, **said)) for back in backs]
    if looks:
        visit.became = {opinion.number: became for opinion, became in looks}
        visit.save(update_fields=["became"])
    return Logged(visit, made, looks, joined)


def _is_anonymous(form: VisitOpinionForm) -> bool:
    return form.cleaned_data["informant"] == InformantKind.ANONYMOUS


def key_within(visit: uuid.UUID, name: object) -> uuid.UUID:
    """The key of one opinion of a visit, by its place in the form or by the id that the phone gave it."""
    return uuid.uuid5(visit, str(name))


def _record(form: VisitOpinionForm, visit: Visit, name: object, channel: str) -> Opinion:
    """One opinion of the visit. An anonymous one gets no key, as that would tie it to the visit."""
    own = None if _is_anonymous(form) else key_within(visit.key, name)
    return form.record(
        said_at=visit.said_at, household=visit.household, visit=visit, campaign=visit.campaign,
        source=Source.BIG_VISIT, key=own, channel=channel,
    )  # fmt: skip


def _same_as(form: VisitOpinionForm) -> str:
    """The number of the matter that was chosen as the same; "" for none."""
    return form.cleaned_data["same"]


def _lock(opinions: list[VisitOpinionForm], backs: list[Back]) -> None:
    """Lock what will be joined or stepped on, in a fixed order: two visits at once never wait for each other."""
    numbers = [_same_as(form) for form in opinions if _same_as(form)]
    if numbers:
        asked = Q(number__in=numbers) | Q(pk__in=[back.opinion.pk for back in backs])
        list(Opinion.objects.filter(asked).order_by("pk").select_for_update().values_list("pk"))


def _join(
    opinions: list[VisitOpinionForm], made: list[Opinion], visit: Visit, names: list[object]
) -> list[str]:
    """Join each to what was chosen as the same matter, those of one common problem after another; in words."""
    chosen = [(_same_as(form), number) for number, form in enumerate(opinions) if _same_as(form)]
    if not chosen:
        return []
    current = ProblemMembership.objects.filter(
        opinion__number__in=[same for same, _n in chosen], left_at=None
    )
    problems = dict(current.values_list("opinion__number", "problem"))
    became = [
        join_chosen(made[number], same, by=visit.recorded_by, key=key_within(visit.key, names[number]))
        for same, number in sorted(chosen, key=lambda one: problems.get(one[0], 0))
    ]
    return [words for words in became if words]


def _written_before(again: Visit, opinions: list[VisitOpinionForm], backs: list[Back]) -> Logged:
    """The visit that this very request made before. Of anonymous opinions only the number can be compared."""
    known = Visit.objects.filter(key=again.key, recorded_by=again.recorded_by, digest=again.digest).first()
    if known and known.digest:
        return Logged(known)
    said = Opinion.objects.filter(informants__visit=known) if known else Opinion.objects.none()
    texts = sorted(form.cleaned_data["text"] for form in opinions if not _is_anonymous(form))
    alike = known and _same(known, again) and sorted(said.values_list("text", flat=True)) == texts
    if not alike or not _same_words(again, backs) or not _same_matters(again, opinions):
        raise RequestReused(_("This form was already saved with another content. Open a new one."))
    return Logged(known, list(said))


def _same_words(again: Visit, backs: list[Back]) -> bool:
    """Whether every word on a matter of last time is the one that was heard then."""
    asked = {key_of(back, again.key): back.digest for back in backs}
    return dict(Event.objects.filter(key__in=asked).values_list("key", "digest")) == asked


def _same_matters(again: Visit, opinions: list[VisitOpinionForm]) -> bool:
    """Whether what was joined then is what is chosen now; what couldn't be joined then isn't compared."""
    keys = {
        uuid.uuid5(key_within(again.key, number), "join"): _same_as(form)
        for number, form in enumerate(opinions)
    }
    joined = Event.objects.filter(key__in=keys, verb=Verb.JOIN).values_list("key", "details__problem")
    members = ProblemMembership.objects.filter(problem__in=[problem for _key, problem in joined])
    known = set(members.values_list("problem", "opinion__number"))
    return all((problem, keys[key]) in known for key, problem in joined)


def _same(known: Visit, again: Visit) -> bool:
    names = ("household_id", "region_id", "kind", "nobody_home", "remarks", "anonymous_opinions")
    alike = all(getattr(known, name) == getattr(again, name) for name in names)
    return alike and abs(known.said_at - again.said_at) <= _SAME_TIME
