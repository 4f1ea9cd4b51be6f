"""What one search box finds for one cadre, besides opinions by their words: numbers, places, units, cadres,
households, and – by the whole name or telephone number only – what an informant said."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Length

from grievances import numbers
from grievances.models import Accusation, AssistingUnit, Informant, InformantKind, Opinion
from grievances.sight import looks
from villages.models import Cadre, Household, Level, Post, Region, Role, Unit
from villages.scope import any_of, within
from villages.search import begins_or_has, holds_all, words_of

# Rows of a section; and of how many of the newest cases of one name the visible informants are taken.
MOST = 10
_MOST_OF_A_NAME = 300
_DISTRICT_DIGITS = 6
_VISITING = (Role.VISITOR, Role.COORDINATOR)
# Leaders and auditors never see who spoke; so they find nobody either.
_SEES_INFORMANTS = {Role.VISITOR, Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.CALLER}


@dataclass(frozen=True)
class Section:
    """The first rows of one kind, and whether there are more."""

    rows: list
    has_more: bool = False


def _first(found: QuerySet) -> Section:
    rows = list(found[: MOST + 1])
    return Section(rows[:MOST], len(rows) > MOST)


class Finder:
    """Looks for a query as somebody with the cadre's posts may."""

    def __init__(self, query: str, cadre: Cadre) -> None:
        self.query, self.cadre = query, cadre
        self.words = words_of(query)

    @property
    def is_wide(self) -> bool:
        """Whether more than opinions is looked through: single characters would fit too much of it."""
        return any(len(word) > 1 for word in self.words)

    def number(self) -> str | None:
        """The number of the case that is meant, if the query is a whole number and the cadre may see it."""
        asked = numbers.whole(self.query)
        visible = Opinion.objects.visible_to(self.cadre).filter(number__in=asked)
        return visible.values_list("number", flat=True).first() if asked else None

    @cached_property
    def _districts(self) -> set[str]:
        """The districts of the cadre's posts: places and people elsewhere are no work of theirs."""
        return {post.region_id[:_DISTRICT_DIGITS] for post in self.cadre.posts_in_force}

    def _fitting(self, found: QuerySet, field: str) -> QuerySet:
        near = any_of([within(code, field=field) for code in sorted(self._districts)])
        return found.filter(near, holds_all("search_text", self.words, by=begins_or_has))

    def places(self) -> Section:
        """Districts, towns and villages, the widest first."""
        open_ones = Region.objects.open().exclude(level=Level.GRID).select_related("parent")
        return _first(self._fitting(open_ones, "code").order_by(Length("code"), "code"))

    def units(self) -> Section:
        return _first(self._fitting(Unit.objects.select_related("region"), "region_id"))

    def cadres(self) -> Section:
        """Who works in these districts; names of cadres are no secret among them."""
        here = any_of([within(code) for code in sorted(self._districts)])
        posts = Post.objects.in_force().select_related("unit")
        found = Cadre.objects.filter(
            holds_all("search_text", self.words, by=begins_or_has),
            is_active=True,
            pk__in=Post.objects.in_force().filter(here).values("cadre"),
        )
        return _first(found.order_by("name", "pk").prefetch_related(Prefetch("posts", posts, "posts_now")))

    def households(self) -> Section:
        """Households of the places that the cadre visits or coordinates."""
        if not self.cadre.posts_as(*_VISITING):
            return Section([])
        mine = Household.objects.visible_to(self.cadre).filter(gone_on=None).select_related("grid__parent")
        return _first(mine.search(self.query).order_by("grid", "number_order", "number"))

    def said_by(self) -> Section:
        """Opinions of the named informant who bears just this name or telephone number, as far as their page
        would show the cadre who spoke."""
        if not self.cadre.roles & _SEES_INFORMANTS:
            return Section([])
        newest = (
            Opinion.objects.visible_to(self.cadre)
            .filter(
                informant_kind=InformantKind.NAMED,
                pk__in=Informant.objects.known_by(self.query).values("opinion"),
            )
            .for_rows()
            .select_related("unit")
            .prefetch_related("informants")
            .order_by("-recorded_at", "-pk")[:_MOST_OF_A_NAME]
        )
        rows = list(newest)
        _read_files(rows)
        shown = [row for row in rows if looks.shown(row, self.cadre).people]
        return Section(shown[:MOST], len(shown) > MOST)


def _read_files(opinions: list[Opinion]) -> None:
    """Give each opinion the rows by which ``relations`` tells who somebody is to it, in two queries."""
    for model in (AssistingUnit, Accusation):
        kept: dict[int, list] = {opinion.pk: [] for opinion in opinions}
        for row in model.objects.filter(opinion__in=list(kept)).order_by("pk").select_related("unit"):
            kept[row.opinion_id].append(row)
        for opinion in opinions:
            opinion.file.keep(model, kept[opinion.pk])
