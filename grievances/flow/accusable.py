"""Whom an opinion from a place can complain about: the units of the place, and the people of its committee and town."""

from collections.abc import Iterable

from villages.models import LEVEL_OF_LENGTH, Post, Unit, UnitKind

_LOCAL = (UnitKind.COMMITTEE, UnitKind.TOWN)


def accusable(codes: Iterable[str]) -> dict[str, tuple[list[Unit], list[Post]]]:
    """For each place its units, the nearest first, and the posts of those who can be named; for all in two queries."""
    above = {code: [code[:length] for length in LEVEL_OF_LENGTH if length <= len(code)] for code in codes}
    serving = Unit.objects.filter(region_id__in={part for parts in above.values() for part in parts})
    units = list(serving.order_by("-region_id", "-code"))
    local = [unit.pk for unit in units if unit.kind in _LOCAL]
    posts = Post.objects.in_force().filter(unit__in=local).select_related("cadre", "unit")
    people = list(posts.order_by("unit__path", "cadre"))
    return {
        code: (
            [unit for unit in units if unit.region_id in parts],
            [post for post in people if post.unit.region_id in parts],
        )
        for code, parts in above.items()
    }
