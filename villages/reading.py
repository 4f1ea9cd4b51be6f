"""Cadres with their posts: whoever asks, and many at once, of whom somebody asks what each may see."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import connection
from django.utils import timezone

from villages.as_json import row_of
from villages.models import Absence, Cadre, Post, Region, Role, Unit

# All posts of a cadre, each with unit and region; to plan these as joins would take longer than to find them.
_POSTS = """(SELECT json_agg(json_build_array(row_to_json(p),
        (SELECT row_to_json(u) FROM villages_unit u WHERE u.id = p.unit_id),
        (SELECT row_to_json(r) FROM villages_region r WHERE r.code = p.region_id)) ORDER BY p.since, p.id)
    FROM villages_post p WHERE p.cadre_id = c.id)"""
# What else is asked of whoever signed in, on nearly every page: a name, and SQL for a value (``c`` is the cadre).
asked_too: dict[str, str] = {}
# The absences of a day with who stands in; and whether the cadre stands in for anybody then.
_AWAY = """(SELECT json_agg(json_build_array(row_to_json(a),
        (SELECT row_to_json(s) FROM villages_cadre s WHERE s.id = a.substitute_id)) ORDER BY a.since, a.id)
    FROM villages_absence a WHERE a.cadre_id = c.id AND a.since <= %(today)s AND a.until >= %(today)s)"""
_STANDS_IN = """EXISTS (SELECT FROM villages_absence a
    WHERE a.substitute_id = c.id AND a.since <= %(today)s AND a.until >= %(today)s)"""
# Whoever asks, and those for whom they stand in on a day.
_ASKING = """c.id = ANY(ARRAY(SELECT %(cadre)s UNION ALL SELECT a.cadre_id FROM villages_absence a
    WHERE a.substitute_id = %(cadre)s AND a.since <= %(today)s AND a.until >= %(today)s))"""
_BY_KEY = "c.id = ANY(%(keys)s)"
_HEADS = """c.is_active AND c.id IN (SELECT p.cadre_id FROM villages_post p WHERE p.unit_id = ANY(%(units)s)
    AND p.role = %(head)s AND p.since <= %(today)s AND (p.until IS NULL OR p.until >= %(today)s))"""


def signed_in(key: int) -> Cadre | None:
    """Whoever asks, with their posts, those of the people for whom they stand in, and what is ``asked_too``, in one
    question."""
    rows = _rows(_ASKING, *asked_too.values(), cadre=key)
    own = next((row for row in rows if row[0]["id"] == key), None)
    if own is None:
        return None
    cadre = row_of(Cadre, own[0])
    cadre.__dict__["_posts_read"] = _posts(cadre, rows)
    cadre.known = dict(zip(asked_too, own[2:], strict=True))
    return cadre


def posts_of(cadre: Cadre) -> list[Post]:
    """The posts of a cadre who was read without, and of those for whom they stand in today, in one question."""
    return _posts(cadre, _rows(_ASKING, cadre=cadre.pk))


def people(keys: Collection[int]) -> list[Cadre]:
    """Cadres with their posts, and today's absences with who stands in (``away_now``), in one question."""
    return _people(_BY_KEY, keys=list(keys)) if keys else []


def heads(units: Collection[int]) -> dict[int, list[Cadre]]:
    """For each unit those who head it today and may sign in, who has done so longest first; read as ``people``."""
    found = _people(_HEADS, units=list(units), head=Role.HEAD.value) if units else []
    posts = [(post, cadre) for cadre in found for post in cadre.posts_ever if post.role == Role.HEAD]
    heading: dict[int, list[Cadre]] = {unit: [] for unit in units}
    for post, cadre in sorted(posts, key=lambda one: (one[0].since, one[0].pk)):
        if post.unit_id in heading and post.is_in_force():
            heading[post.unit_id].append(cadre)
    return heading


def _rows(which: str, *too: str, **asked: object) -> list[tuple]:
    """Of each of these cadres the row, the posts, and what is asked too."""
    wanted = ", ".join(("row_to_json(c)", _POSTS, *too))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {wanted} FROM villages_cadre c WHERE {which}",  # noqa: S608 – only what is written here
            asked | {"today": timezone.localdate()},
        )
        return cursor.fetchall()


def _posts(asking: Cadre, rows: list[tuple]) -> list[Post]:
    posts = []
    for values, found, *_too in sorted(rows, key=lambda row: row[0]["username"]):
        cadre = asking if values["id"] == asking.pk else row_of(Cadre, values)
        posts += [_post(cadre, *one) for one in found or ()]
    return posts


def _people(which: str, **asked: object) -> list[Cadre]:
    return [_person(*row) for row in _rows(which, _AWAY, _STANDS_IN, **asked)]


def _person(values: dict, posts: list | None, away: list | None, stands_in: bool) -> Cadre:
    cadre = row_of(Cadre, values)
    known: dict[str, list] = {"away_now": [_absence(*one) for one in away or ()]}
    # What is lent to them is read with their posts, by whoever asks.
    if not stands_in:
        known["_posts_read"] = [_post(cadre, *one) for one in posts or ()]
    cadre.__dict__.update(known)
    return cadre


def _post(cadre: Cadre, values: dict, unit: dict, region: dict) -> Post:
    post = row_of(Post, values)
    post.cadre, post.unit, post.region = cadre, row_of(Unit, unit), row_of(Region, region)
    return post


def _absence(values: dict, substitute: dict) -> Absence:
    absence = row_of(Absence, values)
    absence.substitute = row_of(Cadre, substitute)
    return absence


def read_posts(cadres: Iterable[Cadre]) -> None:
    """Read, in three queries whatever their number, what each cadre would read alone: the own posts, and those of
    the people for whom they stand in today."""
    known = {cadre.pk: cadre for cadre in cadres if "_posts_read" not in cadre.__dict__}
    if not known:
        return
    read: dict[int, list[Post]] = defaultdict(list)
    for post in Post.objects.filter(cadre__in=known).select_related("unit", "region"):
        post.cadre = known[post.cadre_id]
        read[post.cadre_id].append(post)
    keepers = dict(Absence.objects.in_force().filter(substitute__in=known).values_list("cadre", "substitute"))
    if keepers:
        for post in Post.objects.filter(cadre__in=keepers).select_related("unit", "region", "cadre"):
            read[keepers[post.cadre_id]].append(post)
    for pk, cadre in known.items():
        cadre.__dict__["_posts_read"] = read[pk]
