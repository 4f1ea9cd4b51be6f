"""Who drives the pages: cadres of the database, signed in without their passwords."""

import time

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import QuerySet
from django.utils import timezone

from config.sessions import SessionStore
from grievances.desk.queues import QUEUES, rows
from grievances.models import Category, Opinion
from grievances.steps.record import Said
from grievances.workflow import State
from villages.models import Cadre, Household, Level, Post, Region, Role

_BACKEND = settings.AUTHENTICATION_BACKENDS[-1]
_TEXT, _NAME = "性能测量：许多件一起办理。", "测量"
_PLAIN = {"accusing": False, "informant_kind": "named"}


def cookies(cadre: Cadre) -> dict[str, str]:
    """The cookie of a session that is made here, as the sign-in page would."""
    now = int(time.time())
    session = SessionStore()
    session[SESSION_KEY] = str(cadre.pk)
    session[BACKEND_SESSION_KEY] = _BACKEND
    session[HASH_SESSION_KEY] = cadre.get_session_auth_hash()
    session["began"] = session["seen"] = now
    session.create()
    return {"session": session.session_key}


def account(username: str) -> Cadre:
    return Cadre.objects.get(username=username)


def waiting(state: State, most: int) -> QuerySet[Opinion]:
    """The latest plain cases in a state: no accusation, and an informant with a name."""
    return Opinion.objects.filter(state=state, **_PLAIN).order_by("-recorded_at", "-pk")[:most]


def held(state: State, most: int) -> list[tuple[Cadre, str]]:
    """(the responsible person, number) of cases in a state."""
    found = waiting(state, most).select_related("person")
    return [(one.person, one.number) for one in found if one.person.is_active]


def to_dispatch(most: int) -> list[tuple[Cadre, str]]:
    """(a coordinator of the very desk, number) of cases that have no unit yet."""
    posts = Post.objects.in_force().filter(role=Role.COORDINATOR, cadre__is_active=True)
    by_desk = {post.region_id: post.cadre for post in posts.select_related("cadre")}
    return [
        (by_desk[one.desk_id], one.number) for one in waiting(State.COLLECTED, most) if one.desk_id in by_desk
    ]


def written_down(coordinator: Cadre, many: int) -> list[int]:
    """As many new plain cases that wait at the coordinator's desk: no other step then misses those it takes."""
    category = Category.objects.filter(parent__isnull=False, retired=False, demands_accused=False)[0]
    grid = Region.objects.filter(
        level=Level.GRID, code__startswith=coordinator.posts_as(Role.COORDINATOR)[0].region_id
    )
    place, now = grid.order_by("code")[0], timezone.now()
    asked = {"by": coordinator, "text": _TEXT, "category": category, "region": place, "said_at": now}
    return [Opinion.record(said=Said(name=_NAME), **asked).pk for _n in range(many)]


def dispatched_by(coordinator: Cadre, most: int) -> list[Opinion]:
    """Cases that wait at a coordinator's desk, as its page shows them."""
    return list(rows(QUEUES[0], coordinator).order_by("due_at", "pk")[:most])


def boxes(cases: list[int]) -> list[str]:
    """The cases as the boxes of a list say them now: id and version."""
    found = Opinion.objects.filter(pk__in=cases).order_by("pk").values_list("pk", "version")
    return [f"{pk}.{version}" for pk, version in found]


def doors(most: int) -> list[tuple[Cadre, int]]:
    """(a visitor, household) of as many villages as it takes: nobody visits two doors of this list."""
    posts = Post.objects.in_force().filter(role=Role.VISITOR, cadre__is_active=True)
    found = []
    for post in posts.select_related("cadre").order_by("pk")[: most * 2]:
        here = {"grid__gte": post.region_id, "grid__lt": post.region_id + ":"}
        household = Household.objects.filter(**here).order_by("pk").values_list("pk", flat=True).first()
        if household and len(found) < most:
            found.append((post.cadre, household))
    return found
