"""Looks at what is protected leave a trace; and who the informant is, as far as somebody may see it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from django.utils import timezone

from grievances.flow.relations import relations
from grievances.models import Informant, InformantKind, Look, LookKind, Opinion
from grievances.workflow import Relation
from villages.models import Role
from villages.written import rows_of

if TYPE_CHECKING:
    from villages.models import Cadre, Household

_ONE_LOOK = timedelta(minutes=10)
_SEES_NAMED = {Relation.VISITOR, Relation.LEAD, Relation.COORDINATOR, Relation.CALLER, Relation.HEARD}
_REVEALS = {Relation.COORDINATOR, Relation.CALLER}
_SHOWN_DIGITS = 4
_INFORMANTS = "SELECT {columns} FROM grievances_informant WHERE opinion_id = %(opinion)s ORDER BY position"


def note_look(opinion: Opinion, cadre: "Cadre", *, kind: str = LookKind.CASE) -> None:
    """Leave a trace of a look at a confidential case or an accusation, once in ten minutes."""
    if not opinion.is_protected:
        return
    now = timezone.now()
    recent = Look.objects.filter(opinion=opinion, cadre=cadre, kind=kind, at__gt=now - _ONE_LOOK)
    if not recent.exists():
        Look.objects.create(opinion=opinion, cadre=cadre, kind=kind, at=now)


def note_telephone(household: "Household", cadre: "Cadre") -> None:
    """Leave a trace that somebody had a household's whole number shown."""
    Look.objects.create(household=household, cadre=cadre, kind=LookKind.PHONE, at=timezone.now())


def note_export(cadre: "Cadre", *, rows: int, reason: str = "") -> None:
    """Leave a trace that somebody took so many rows along, as a file or on paper; with the reason, where the
    rows name those who spoke."""
    Look.objects.create(cadre=cadre, kind=LookKind.EXPORT, at=timezone.now(), rows=rows, reason=reason)


def veiled(opinion: Opinion, cadre: "Cadre") -> bool:
    """Whether the case hides from this cadre who wrote it down and at which minute.

    With the visits of the village, that would tell who spoke, without the reveal that leaves a trace: so
    of a confidential opinion only its recorder sees it, of an anonymous one nobody.
    """
    confidential = opinion.informant_kind == InformantKind.CONFIDENTIAL
    return opinion.informant_kind == InformantKind.ANONYMOUS or (
        confidential and opinion.recorded_by_id != cadre.pk
    )


def reveal(opinion: Opinion, cadre: "Cadre", *, reason: str) -> list[Informant]:
    """Show who spoke, and leave a trace with the reason."""
    Look.objects.create(opinion=opinion, cadre=cadre, kind=LookKind.REVEAL, at=timezone.now(), reason=reason)
    return list(opinion.informants.all())


def note_reveals(opinions: list[Opinion], cadre: "Cadre", *, reason: str) -> None:
    """Leave the trace of a reveal on each of the cases whose people a list names whole."""
    now = timezone.now()
    Look.objects.bulk_create(
        Look(opinion=opinion, cadre=cadre, kind=LookKind.REVEAL, at=now, reason=reason)
        for opinion in opinions
    )


@dataclass(frozen=True)
class Person:
    """An informant as the page may show them: the name whole, of the telephone the last digits."""

    name: str
    telephone: str


@dataclass(frozen=True)
class Shown:
    """What somebody sees of the informants, and whether the rest is open to them by a recorded look."""

    people: list[Person]
    may_reveal: bool
    needs_reason: bool


def shown(opinion: Opinion, cadre: "Cadre") -> Shown:
    """Masking fails closed: whoever is nothing to the opinion sees no name."""
    who = relations(opinion, cadre, among=_SEES_NAMED | _REVEALS)
    if opinion.informant_kind == InformantKind.NAMED and (who & _SEES_NAMED or _visits_there(opinion, cadre)):
        people = [Person(row.name, masked(row.telephone)) for row in _informants(opinion)]
        return Shown(people, bool(people), False)
    confidential = opinion.informant_kind == InformantKind.CONFIDENTIAL
    # A confidence isn't lent: whoever stands in reveals only what they might reveal anyway.
    if confidential and cadre.lenders:
        who = relations(opinion, cadre.alone, among=_REVEALS)
    return Shown([], confidential and bool(who & _REVEALS), True)


def _informants(opinion: Opinion) -> list[Informant]:
    if "informants" in getattr(opinion, "_prefetched_objects_cache", {}):
        return list(opinion.informants.all())
    return [row for (row,) in rows_of(_INFORMANTS, {"opinion": opinion.pk}, Informant)]


def named_on_paper(opinion: Opinion, cadre: "Cadre") -> list[Person]:
    """Whom a letter that this cadre writes may name: nobody who accuses, as more people see a paper than its writer."""
    return [] if opinion.is_protected else shown(opinion, cadre).people


def named_in_lists(opinions: list[Opinion], cadre: "Cadre") -> dict[int, list[Informant]]:
    """Who spoke, by the opinion's id, where the cadre sees the name without giving a reason; of protected
    opinions never, as lists don't tell even their words."""
    plain = [one for one in opinions if one.informant_kind == InformantKind.NAMED and not one.is_protected]
    prefetch_related_objects(plain, "informants")
    return {one.pk: list(one.informants.all()) for one in plain if shown(one, cadre).people}


def _visits_there(opinion: Opinion, cadre: "Cadre") -> bool:
    """A visitor of the place knows who lives there, also one of the lead unit, who may not call back."""
    return any(opinion.region_id.startswith(post.region_id) for post in cadre.posts_as(Role.VISITOR))


def masked(telephone: str) -> str:
    """13912345678 → *******5678; a number too short to hide is hidden whole."""
    hidden = len(telephone) - _SHOWN_DIGITS
    return "*" * len(telephone) if hidden < _SHOWN_DIGITS else "*" * hidden + telephone[hidden:]
