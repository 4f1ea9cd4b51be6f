"""What somebody who decides sees of a visit that waits: when in doubt nothing."""

from dataclasses import dataclass

from grievances.models import Category, InformantKind, UndecidedVisit
from grievances.models.undecided import own_units
from grievances.phones.packets import Content
from grievances.phones.tray import content_of, token_of
from grievances.sight.access import sees_unreleased
from grievances.tallies.signatures import UNRELEASED, of_cadre
from villages.models import Cadre, Household


@dataclass(frozen=True)
class ShownOpinion:
    """One opinion of it; without ``said`` it is none of the reader's to read."""

    number: int
    category: Category | None
    said: Content | None

    @property
    def id(self) -> str:
        return str(self.said["id"]) if self.said else ""


@dataclass(frozen=True)
class Shown:
    """The visit as far as it is the reader's to see: the author sees the household, a coordinator the village."""

    content: Content | None
    opinions: list[ShownOpinion]
    household: Household | None
    remarks: str
    is_mine: bool


def shown(row: UndecidedVisit, cadre: Cadre) -> Shown:
    is_mine = row.author_id == cadre.pk
    if not row.content:
        return Shown(None, [], None, "", is_mine)
    content = content_of(row)
    hidden = _tokens(cadre)
    categories = Category.objects.select_related("parent").in_bulk(
        {said["category"] for said in content["opinions"]}
    )
    opinions = [
        ShownOpinion(n, categories.get(said["category"]), said)
        if _may_read(said, is_mine, hidden)
        else ShownOpinion(n, None, None)
        for n, said in enumerate(content["opinions"], start=1)
    ]
    # A packet can name any door: who lives there is told to those alone who visit it.
    doors = Household.objects.visible_to(cadre) if is_mine else Household.objects.none()
    household = doors.filter(pk=content["household"]).first()
    return Shown(content, opinions, household, content["remarks"] if is_mine else "", is_mine)


def _may_read(said: Content, is_mine: bool, hidden: set[str]) -> bool:
    if is_mine:
        return token_of(said["accused"]) not in hidden
    return said["informant"] == InformantKind.NAMED and not said["accused"]


def _tokens(cadre: Cadre) -> set[str]:
    """Whom an opinion complains about that this cadre may not read."""
    found = {of_cadre(cadre.pk), *own_units(cadre).values_list("token", flat=True)}
    return found if sees_unreleased(cadre) else found | {UNRELEASED}
