"""The administrator's page of people."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.factories import LONG_AGO, make_cadre
from villages.models import Cadre, Post, Role, Unit


@pytest.fixture
def signed_in(client: Client, administrator: Cadre) -> Client:
    client.force_login(administrator)
    return client


def names(client: Client, **query: object) -> list[str]:
    return [cadre.username for cadre in client.get("/people/", query).context["page"].rows]


def test_people_are_listed_with_their_posts_in_force(signed_in: Client, handler: Cadre) -> None:
    page = signed_in.get("/people/", headers={"accept-language": "en"}).content.decode()
    assert "handler · Unit transport" in page
    assert names(signed_in) == ["administrator", "handler"]


@pytest.mark.parametrize("query", [{"words": "hand"}, {"words": "干部handler"}, {"role": "handler"}])
def test_people_are_found_by_name_and_role(signed_in: Client, handler: Cadre, query: dict[str, str]) -> None:
    assert names(signed_in, **query) == ["handler"]


def test_a_unit_finds_the_people_of_its_sub_units_too(
    signed_in: Client, town: Unit, secretary: Cadre, handler: Cadre
) -> None:
    assert names(signed_in, unit=town.pk) == ["secretary"]


def test_posts_that_have_ended_find_nobody(signed_in: Client, transport: Unit) -> None:
    make_cadre(name="gone", role=Role.HANDLER, unit=transport, until=LONG_AGO)
    assert names(signed_in, role="handler") == names(signed_in, unit=transport.pk) == []


def test_posts_that_end_soon_are_found(signed_in: Client, handler: Cadre, head: Cadre) -> None:
    Post.objects.filter(cadre=head).update(until=timezone.localdate() + timedelta(days=9))
    assert names(signed_in, ending="soon") == ["head"]


@pytest.mark.parametrize("query", [{"role": "king"}, {"unit": "x"}, {"after": "-1"}, {"before": "9" * 99}])
def test_a_wrong_filter_is_no_server_error(signed_in: Client, query: dict[str, str]) -> None:
    assert signed_in.get("/people/", query).status_code == 200


def test_more_people_take_no_more_queries(
    signed_in: Client, transport: Unit, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        make_cadre(name=f"c{number:02}", role=Role.HANDLER, unit=transport)
    with django_assert_max_num_queries(10):
        assert len(names(signed_in)) == 50


@pytest.mark.parametrize("person", ["visitor", "handler", "coordinator", "leader", "auditor", "outsider"])
def test_only_administrators_see_it(client: Client, request: pytest.FixtureRequest, person: str) -> None:
    client.force_login(request.getfixturevalue(person))
    assert client.get("/people/").status_code == 403


def test_the_page_is_only_read(signed_in: Client) -> None:
    assert signed_in.post("/people/").status_code == 405
