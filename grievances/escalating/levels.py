"""Whom an escalated case reaches: those of the rule's level who may see it, else the next level's."""

from collections import defaultdict
from collections.abc import Iterator

from grievances.models import EscalationLevel, Opinion
from villages.models import LEVEL_OF_LENGTH, Absence, Cadre, Post, Role
from villages.reading import read_posts

# In this order; behind the leaders only discipline inspection is left, for what accuses everybody else.
_ORDER = (EscalationLevel.PERSON, EscalationLevel.HEAD, EscalationLevel.COORDINATOR, EscalationLevel.LEADER)
_LENGTHS = sorted(LEVEL_OF_LENGTH, reverse=True)
_BY_PLACE = {EscalationLevel.COORDINATOR: Role.COORDINATOR, EscalationLevel.LEADER: Role.LEADER}


class Staff:
    """Who heads, coordinates, leads and audits today; read once for a whole sweep."""

    def __init__(self) -> None:
        posts = Post.objects.in_force().filter(
            role__in=[Role.HEAD, Role.COORDINATOR, Role.LEADER, Role.AUDITOR], cadre__is_active=True
        )
        self._heads: dict[int, list[Cadre]] = defaultdict(list)
        self._places: dict[tuple[str, str], list[Cadre]] = defaultdict(list)
        known: dict[int, Cadre] = {}
        for post in posts.select_related("cadre").order_by("since", "pk"):
            cadre = known.setdefault(post.cadre_id, post.cadre)
            if post.role == Role.HEAD:
                self._heads[post.unit_id].append(cadre)
            else:
                self._places[post.role, post.region_id].append(cadre)
        away = Absence.objects.in_force().filter(substitute__is_active=True).select_related("substitute")
        self._keepers = {
            absence.cadre_id: known.setdefault(absence.substitute_id, absence.substitute) for absence in away
        }
        read_posts(known.values())

    def of(self, level: str, opinion: Opinion) -> Iterator[list[Cadre]]:
        """Groups of people of a level, the nearest first."""
        if level == EscalationLevel.PERSON:
            yield [opinion.person] if opinion.person and opinion.person.is_active else []
        elif level == EscalationLevel.HEAD:
            yield self._heads.get(opinion.unit_id, [])
        else:
            place = opinion.desk_id if level == EscalationLevel.COORDINATOR else opinion.region_id
            yield from self._upwards(_BY_PLACE[level], place)

    def with_substitutes(self, group: list[Cadre]) -> list[Cadre]:
        """A group, and whoever keeps the desk of one of them today."""
        return [*group, *(self._keepers[cadre.pk] for cadre in group if cadre.pk in self._keepers)]

    def inspection(self, opinion: Opinion) -> Iterator[list[Cadre]]:
        """Discipline inspection, from the place upwards."""
        yield from self._upwards(Role.AUDITOR, opinion.region_id)

    def _upwards(self, role: str, code: str) -> Iterator[list[Cadre]]:
        for length in _LENGTHS:
            if length <= len(code):
                yield self._places.get((role, code[:length]), [])


class Batch:
    """Some cases, with who may see which of them: asked once for each person, whatever the number of cases."""

    def __init__(self, opinions: list[Opinion], staff: Staff) -> None:
        self._staff = staff
        self._ids = [opinion.pk for opinion in opinions]
        self._seen: dict[int, set[int]] = {}
        self._people = {opinion.person_id: opinion.person for opinion in opinions if opinion.person}
        read_posts(self._people.values())

    def reached(self, opinion: Opinion, level: str) -> list[Cadre]:
        """The people of the level who may see the case, or of the next level that has any; nobody only where
        nobody at all may."""
        for group in self._groups(opinion, level):
            people = dict.fromkeys(self._staff.with_substitutes(group))
            seeing = [cadre for cadre in people if self._sees(cadre, opinion)]
            if seeing:
                return seeing
        return []

    def _groups(self, opinion: Opinion, level: str) -> Iterator[list[Cadre]]:
        for one in _ORDER[_ORDER.index(level) :]:
            yield from self._staff.of(one, opinion)
        yield from self._staff.inspection(opinion)

    def _sees(self, cadre: Cadre, opinion: Opinion) -> bool:
        if cadre.pk not in self._seen:
            known = self._people.get(cadre.pk, cadre)
            visible = Opinion.objects.visible_to(known).filter(pk__in=self._ids)
            self._seen[cadre.pk] = set(visible.values_list("pk", flat=True))
        return opinion.pk in self._seen[cadre.pk]
