"""What the rows of a dashboard are about, read in one question: to word four takes longer than to answer them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connections, router

from grievances.models import Category
from villages.as_json import row_of
from villages.models import Region, Unit

_NAMES = """SELECT
    (SELECT json_agg(r ORDER BY r.code) FROM villages_region r WHERE r.parent_id = %(place)s),
    (SELECT json_agg(json_build_array(row_to_json(c),
            (SELECT json_agg(below.code) FROM grievances_category below WHERE below.parent_id = c.id))
        ORDER BY c.position, c.code) FROM grievances_category c WHERE c.parent_id IS NULL),
    (SELECT json_agg(u ORDER BY u.path) FROM villages_unit u WHERE u.id = ANY(%(units)s)),
    (SELECT json_agg(json_build_array(u.id, u.path)) FROM villages_unit u WHERE u.id = ANY(%(counted)s))
"""


@dataclass(frozen=True)
class Names:
    """The places of the next level below, the first level of categories, each with the codes of those below it, and
    units, all in official order; and the paths of more units."""

    places: list[Region]
    categories: list[tuple[Category, list[str]]]
    units: list[Unit]
    paths: dict[int, str]


def names_of(place: str, *, units: Collection[int], counted: Collection[int]) -> Names:
    """What the dashboard of a place needs that names these units, and has counted more."""
    with connections[router.db_for_read(Region)].cursor() as cursor:
        cursor.execute(_NAMES, {"place": place, "units": list(units), "counted": list(counted)})
        places, categories, named, paths = cursor.fetchone()
    return Names(
        [row_of(Region, one) for one in places or ()],
        [(row_of(Category, one), codes or []) for one, codes in categories or ()],
        [row_of(Unit, one) for one in named or ()],
        dict(paths or ()),
    )
