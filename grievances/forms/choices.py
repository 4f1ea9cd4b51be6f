"""Which units and people a form offers: near the place, within the coordinator's reach, never the accused."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from grievances.flow.duties import may_answer, may_dispatch_to
from grievances.models import Opinion
from villages.models import CODE_LENGTH, Cadre, Level, Role, Unit
from villages.scope import any_of, within

from .fields import Choices, LabelChoice

_TOWN, _DISTRICT = CODE_LENGTH[Level.TOWN], CODE_LENGTH[Level.DISTRICT]


def units_near(place: str) -> QuerySet[Unit]:
    """The district's units, and those of the town in which the place lies: no list of 300 committees."""
    above = [place[:length] for length in CODE_LENGTH.values() if length <= min(len(place), _DISTRICT)]
    town = within(place[:_TOWN]) if len(place) >= _TOWN else Q(pk__in=[])
    return Unit.objects.filter(Q(region_id__in=above) | town).order_by("region_id", "path")


def units_for(opinion: Opinion, coordinator: Cadre) -> QuerySet[Unit]:
    """Those of them to which the coordinator may dispatch this opinion."""
    posts = coordinator.posts_as(Role.COORDINATOR)
    reach = any_of([within(post.region_id) for post in posts if opinion.region_id.startswith(post.region_id)])
    return free_of_blame(units_near(opinion.region_id).filter(reach), opinion)


def is_offered(unit: Unit, opinion: Opinion, coordinator: Cadre) -> bool:
    """Whether the unit is one of ``units_for``."""
    place = opinion.region_id
    above = place.startswith(unit.region_id) and len(unit.region_id) <= _DISTRICT
    near = above or (len(place) >= _TOWN and unit.region_id.startswith(place[:_TOWN]))
    return near and may_dispatch_to(coordinator, unit, place) and may_answer(opinion, unit)


def free_of_blame(units: QuerySet[Unit], opinion: Opinion) -> QuerySet[Unit]:
    """Without those that the opinion complains about, or from whom it is kept."""
    if not opinion.accusing:
        return units
    return units.exclude(pk__in=[unit.pk for unit in units if not may_answer(opinion, unit)])


class UnitChoice(LabelChoice):
    """Units under the names of their level: the district's, the town's, the villages' committees. ``known`` is one
    of those that are offered, which the form has read already."""

    known: Unit | None = None

    def __init__(self, **kwargs: object) -> None:
        super().__init__(Unit.objects.none(), **kwargs)
        self.iterator = _ByLevel

    def to_python(self, value: object) -> Unit | None:
        return self.known if self.known and str(self.known.pk) == value else super().to_python(value)


class _ByLevel(Choices):
    def __iter__(self) -> Iterable:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        groups: dict[str, list] = {}
        for unit in self.queryset:
            groups.setdefault(_level(unit), []).append(self.choice(unit))
        yield from groups.items()


def _level(unit: Unit) -> str:
    if len(unit.region_id) <= _DISTRICT:
        return _("District")
    return _("Town") if len(unit.region_id) == _TOWN else _("Villages of the town")
