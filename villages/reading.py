"""Many cadres at once, with their posts: whoever asks what each of them may see asks here first."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import connection
from django.utils import timezone

from villages.as_json import row_of
from villages.models import Absence, Cadre, Post, Region, Role, Unit

# A cadre with all posts, and the absences of a day with who stands in; and whether they stand in for anybody then.
# Each part is a question within it: joined, PostgreSQL would plan longer.
_PEOPLE = """
    SELECT row_to_json(c),
        (SELECT json_agg(json_build_array(row_to_json(p),
            (SELECT row_to_json(u) FROM villages_unit u WHERE u.id = p.unit_id),
            (SELECT row_to_json(r) FROM villages_region r WHERE r.code = p.region_id)) ORDER BY p.since, p.id)
            FROM villages_post p WHERE p.cadre_id = c.id),
        (SELECT json_agg(json_build_array(row_to_json(a),
            (SELECT row_to_json(s) FROM villages_cadre s WHERE s.id = a.substitute_id)) ORDER BY a.since, a.id)
            FROM villages_absence a
            WHERE a.cadre_id = c.id AND a.since <= %(today)s AND a.until >= %(today)s),
        EXISTS (SELECT FROM villages_absence a
            WHERE a.substitute_id = c.id AND a.since <= %(today)s AND a.until >= %(today)s)
    FROM villages_cadre c
"""
_BY_KEY = "WHERE c.id = ANY(%(keys)s)"
_HEADS = """
    WHERE c.is_active AND c.id IN (SELECT p.cadre_id FROM villages_post p WHERE p.unit_id = ANY(%(units)s)
        AND p.role = %(head)s AND p.since <= %(today)s AND (p.until IS NULL OR p.until >= %(today)s))
"""


def people(keys: Collection[int]) -> list[Cadre]:
    """Cadres with their posts, and today's absences with who stands in (``away_now``), in one question."""
    return _read(_BY_KEY, keys=list(keys)) if keys else []


def heads(units: Collection[int]) -> dict[int, list[Cadre]]:
    """For each unit those who head it today and may sign in, who has done so longest first; read as ``people``."""
    found = _read(_HEADS, units=list(units), head=Role.HEAD.value) if units else []
    posts = [(post, cadre) for cadre in found for post in cadre.posts_ever if post.role == Role.HEAD]
    heading: dict[int, list[Cadre]] = {unit: [] for unit in units}
    for post, cadre in sorted(posts, key=lambda one: (one[0].since, one[0].pk)):
        if post.unit_id in heading and post.is_in_force():
            heading[post.unit_id].append(cadre)
    return heading


def _read(which: str, **asked: object) -> list[Cadre]:
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE + which, asked | {"today": timezone.localdate()})
        return [_person(*row) for row in cursor.fetchall()]


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
