"""Who drives the pages: cadres of the database, signed in without their passwords."""

import time

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import QuerySet

from grievances.models import Opinion
from grievances.workflow import State
from villages.models import Cadre, Household, Post, Role

_BACKEND = "django.contrib.auth.backends.ModelBackend"
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


def open_to(coordinator: Cadre, most: int) -> list[int]:
    """Open plain cases that a coordinator sees, the oldest first: the newest are taken by other steps."""
    found = Opinion.objects.visible_to(coordinator).filter(state=State.HANDLING, **_PLAIN)
    return list(found.order_by("recorded_at", "pk").values_list("pk", flat=True)[:most])


def boxes(cases: list[int]) -> list[str]:
    """The cases as the boxes of a list say them now: id and version."""
    rows = Opinion.objects.filter(pk__in=cases).order_by("pk").values_list("pk", "version")
    return [f"{pk}.{version}" for pk, version in rows]


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
