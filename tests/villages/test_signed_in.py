"""Whoever signed in is read in one question: as Django would read them, with what nearly every page asks."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from config.sessions import SessionStore
from grievances.lists.columns import settings_of
from grievances.messaging.notices import unseen
from grievances.models import Density, DeskSettings
from tests.factories import fresh
from villages.backends import Cadres
from villages.models import Absence, Cadre

pytestmark = pytest.mark.django_db


def read(cadre: Cadre) -> Cadre | None:
    return Cadres().get_user(cadre.pk)


def columns(row: object) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def kept(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_the_person_the_posts_and_those_they_stand_in_for_take_one_question(
    handler: Cadre, head: Cadre, django_assert_num_queries: object
) -> None:
    today = timezone.localdate()
    Absence.objects.create(cadre=head, substitute=handler, since=today, until=today, set_by=head)
    Cadre.objects.filter(pk=handler.pk).update(last_login=timezone.now(), email="a@example.org")
    with django_assert_num_queries(1):
        found = read(handler)
        posts = [(columns(post), columns(post.unit), columns(post.region)) for post in found.posts_in_force]
        lenders = found.lenders
    alone = fresh(handler)
    assert columns(found) == columns(alone) and not found._state.adding
    assert posts == [
        (columns(post), columns(post.unit), columns(post.region)) for post in alone.posts_in_force
    ]
    assert lenders == [head] == alone.lenders and [post.cadre for post in found.own_posts] == [found]


def test_nobody_is_found_who_is_not_there_or_may_not_sign_in(handler: Cadre) -> None:
    assert Cadres().get_user(0) is None
    Cadre.objects.filter(pk=handler.pk).update(is_active=False)
    assert read(handler) is None


def test_what_else_pages_ask_is_known_and_the_same_for_whoever_is_read_otherwise(
    handler: Cadre, django_assert_num_queries: object
) -> None:
    for chosen in ((), ("unit", "state")):
        if chosen:
            DeskSettings.objects.create(cadre=handler, columns=list(chosen), density=Density.COMPACT)
        found = read(handler)
        with django_assert_num_queries(0):
            assert unseen(found) == 0
            known = settings_of(found)
        assert columns(known) == columns(settings_of(fresh(handler)))
        assert known.columns == list(chosen) and known._state.adding == (not chosen)


def test_a_session_is_what_django_reads(client: Client, handler: Cadre) -> None:
    client.force_login(handler)
    assert SessionStore(kept(client)).load() == db.SessionStore(kept(client)).load()
    assert SessionStore(kept(client)).load()["_auth_user_id"] == str(handler.pk)


@pytest.mark.parametrize("code", ["over", "gone", "forged"])
def test_a_session_that_is_over_or_not_ours_is_empty_and_its_key_is_not_used_again(
    client: Client, handler: Cadre, code: str
) -> None:
    client.force_login(handler)
    key = kept(client)
    found = Session.objects.filter(pk=key)
    if code == "over":
        found.update(expire_date=timezone.now() - timedelta(seconds=1))
    elif code == "gone":
        found.delete()
    else:
        found.update(session_data=found.get().session_data[:-1] + "~")
    for store in (SessionStore(key), db.SessionStore(key)):
        assert store.load() == {}
        assert store.session_key == (key if code == "forged" else None)
    assert client.get("/help/").status_code == 200
    assert client.get("/desk/").headers["location"].startswith("/sign-in/")
