"""Scope by prefix: a region contains every region whose code starts with its own.

A prefix is asked for as a range (``code >= p AND code < p + ':'``), which any B-tree index under the
"C" collation answers; ``:`` and ``0`` are the characters that follow ``9`` and ``/`` there.
"""

from django.db.models import Q


def within(code: str, *, field: str = "region_id") -> Q:
    """Rows whose region ``field`` is the region ``code`` or lies inside it."""
    return Q(**{f"{field}__gte": code, f"{field}__lt": code + ":"})


def under(path: str, *, field: str = "path") -> Q:
    """Rows whose unit path ``field`` is ``path`` ("/a/b/") or a sub-unit of it."""
    first, beyond = bounds(path)
    return Q(**{f"{field}__gte": first, f"{field}__lt": beyond})


def bounds(path: str) -> tuple[str, str]:
    """From which path on, and before which, the unit "/a/b/" and its sub-units lie."""
    return path, path.removesuffix("/") + "0"


def paths_above(path: str) -> list[str]:
    """ "/a/b/" → "/a/", "/a/b/"."""
    codes = path.strip("/").split("/")
    return ["/" + "/".join(codes[: n + 1]) + "/" for n in range(len(codes))]


def any_of(conditions: list[Q]) -> Q:
    """One condition that holds when any of ``conditions`` holds; with none, it never holds."""
    joined = Q(pk__in=[])
    for condition in conditions:
        joined |= condition
    return joined
