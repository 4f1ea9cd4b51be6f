"""Whose cases are whose in a unit, for its head to hand them on: how many hang on each, and the first of them.

Nothing here says how well or how fast anybody works.
"""

from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from grievances.forms.fields import people_of
from grievances.models import Opinion
from grievances.people.handover import held
from grievances.workflow import TRANSITIONS, Verb
from villages.models import Cadre, Unit

# The rest is at a desk or waits for its call-back; it comes back to the unit only by that.
MOVABLE = TRANSITIONS[Verb.TRANSFER].sources
FIRST = 8


@dataclass
class Colleague:
    """A person, with how many cases hang on them, and the first of those that can be handed on."""

    cadre: Cadre
    number: int
    may_get: bool
    cases: list[Opinion] = field(default_factory=list)


def movable(by: Cadre, unit: Unit) -> QuerySet[Opinion]:
    """The cases of the unit, with its sub-units, that can be handed on."""
    units = list(Unit.objects.under(unit).values_list("pk", flat=True))
    return Opinion.objects.visible_to(by).filter(unit__in=units, state__in=MOVABLE)


def people(by: Cadre, unit: Unit) -> QuerySet[Cadre]:
    """Whoever works in the unit or holds a case of it."""
    works = Q(pk__in=people_of(unit).values("pk"))
    return Cadre.objects.filter(works | Q(pk__in=movable(by, unit).order_by().values("person"))).order_by(
        "name", "pk"
    )


def colleagues(cadres: list[Cadre], *, by: Cadre, unit: Unit) -> list[Colleague]:
    """These people, with a fixed number of queries."""
    numbers = held(by)
    able = set(people_of(unit).filter(pk__in=[cadre.pk for cadre in cadres]).values_list("pk", flat=True))
    found = {cadre.pk: Colleague(cadre, numbers.get(cadre.pk, 0), cadre.pk in able) for cadre in cadres}
    nth = Window(RowNumber(), partition_by=F("person"), order_by=[F("due_at").asc(), F("pk").asc()])
    first = movable(by, unit).filter(person__in=list(found)).order_by().annotate(nth=nth)
    cases = list(first.filter(nth__lte=FIRST).values_list("pk", flat=True))
    for case in Opinion.objects.filter(pk__in=cases).for_rows().order_by("due_at", "pk"):
        found[case.person_id].cases.append(case)
    return list(found.values())
