"""How long a list is, from tallies, where its filters ask for nothing that tallies don't tell apart."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from grievances.models import Category, Dimension
from grievances.sight.access import PLACE_ROLES
from grievances.tallies.columns import FIGURE_COLUMNS, of_state
from grievances.tallies.counting import Counting
from grievances.tallies.periods import week
from grievances.workflow import State
from villages.models import CODE_LENGTH, Cadre, Level, Unit

if TYPE_CHECKING:
    from grievances.filters import OpinionFilter

_ANYTHING = tuple(of_state(state) for state in State)
# What only orders the rows.
_ORDERING = {"order"}
_WEEK = timedelta(days=6)


@dataclass(frozen=True)
class _Wish:
    """What a list is asked for in the words of tallies."""

    columns: tuple[str, ...]
    dimension: str = Dimension.ALL
    keys: tuple[str, ...] | None = None


def total_of(found: "OpinionFilter", cadre: Cadre) -> int | None:
    """The exact number of rows that a list of opinions has for a cadre; None where only counting them tells."""
    if not found.form.is_valid():
        return None
    asked = {
        name: value
        for name, value in found.form.cleaned_data.items()
        if value not in (None, "", False) and name not in _ORDERING
    }
    place, campaign, day = asked.pop("region", None), asked.pop("campaign", None), asked.pop("as_of", None)
    less = bool(asked.pop("unaccusing", False))
    wish = _wish(asked)
    place = _place(place, cadre, whole=not found.chosen("figure"))
    if wish is None or place is None:
        return None
    told = Counting(cadre, place, campaign, day, less).by(wish.dimension, keys=wish.keys, names=wish.columns)
    return sum(counts[name] for counts in told.values() for name in wish.columns)


def _place(asked: str | None, cadre: Cadre, *, whole: bool) -> str | None:
    """The code that is asked for, or the one place that all of the cadre's posts lie in; None where there is
    none such, or, with ``whole``, where the cadre sees only some of it."""
    mine = [post.region_id for post in cadre.posts_as(*PLACE_ROLES)]
    if asked is not None:
        is_place = asked.isascii() and asked.isdigit() and len(asked) in CODE_LENGTH.values()
        covered = len(asked) <= CODE_LENGTH[Level.VILLAGE] and any(map(asked.startswith, mine))
        return asked if is_place and (covered or not whole) else None
    widest = min(mine, key=len, default=None)
    only = len(mine) == len(cadre.posts_in_force) and all(code.startswith(widest) for code in mine)
    return widest if only else None


def _wish(asked: dict[str, object]) -> _Wish | None:
    columns = _columns(asked)
    if columns is None:
        return None
    if not asked:
        return _Wish(columns)
    if len(asked) == 1:
        name, value = next(iter(asked.items()))
        return _told_apart(name, value, columns)
    return _in_a_week(asked, columns)


def _columns(asked: dict[str, object]) -> tuple[str, ...] | None:
    """The columns of the figure or state that is asked for, which are taken off; None for more than one."""
    kinds = [name for name in ("figure", "state", "late") if name in asked]
    if len(kinds) > 1:
        return None
    if "late" in asked:
        asked.pop("late")
        return FIGURE_COLUMNS["late"]
    if "state" in asked:
        return (of_state(asked.pop("state")),)
    figure = asked.pop("figure", None)
    if figure == "explained" and "ground" in asked:
        return (asked.pop("ground"),)
    return FIGURE_COLUMNS[figure] if figure else _ANYTHING


def _told_apart(name: str, value: object, columns: tuple[str, ...]) -> _Wish | None:
    if name == "category":
        below = Category.objects.filter(parent=value).values_list("code", flat=True)
        return _Wish(columns, Dimension.CATEGORY, (value.code, *below))
    if name == "unit":
        units = Unit.objects.under(value).values_list("pk", flat=True)
        return _Wish(columns, Dimension.UNIT, tuple(map(str, units)))
    return _Wish(columns, Dimension.SOURCE, (value,)) if name == "source" else None


def _in_a_week(asked: dict[str, object], columns: tuple[str, ...]) -> _Wish | None:
    """A whole week of records or answers, as the weekly chart asks for."""
    for what, dimension, column in (
        ("recorded", Dimension.RECORDED, "collected"),
        ("answered", Dimension.ANSWERED, "resolved"),
    ):
        first, last = asked.get(f"{what}_from"), asked.get(f"{what}_to")
        if len(asked) == 2 and columns == (column,) and _is_week(first, last):
            return _Wish(columns, dimension, (week(first),))
    return None


def _is_week(first: date | None, last: date | None) -> bool:
    return first is not None and last is not None and first.weekday() == 0 and last - first == _WEEK
