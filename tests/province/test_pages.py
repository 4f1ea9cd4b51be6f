"""The province's pages: its dashboards, in both languages; whom they open for, and what doesn't open at all."""

import re
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import TallyMoment
from grievances.tallies.counting import Counting
from tests.factories import make_cadre, make_category, make_unit
from tests.province.clusters import caught_up, until
from tests.province.conftest import NORTH, SOUTH, Ground
from tests.province.people import answered, record, step
from tests.province.test_troubles import news
from tests.security.test_matrix import PAGES, POST_ONLY, PUBLIC
from villages.models import Cadre, Post, Role

WORKING = {"home", "dashboard", "help", "password-change", "people"}
PEOPLE = {
    "leader": (Role.LEADER, "32"),
    "auditor": (Role.AUDITOR, "32"),
    "coordinator": (Role.COORDINATOR, "3209"),
    "caller": (Role.CALLER, "32"),
    "administrator": (Role.ADMINISTRATOR, "32"),
}


@pytest.fixture
def seat(province: Ground) -> Iterator[Ground]:
    """Posts at the province; opinions in the districts; the product works with the province's database."""
    for code in (NORTH, SOUTH):
        with province.districts[code].used():
            answered(code)
            record(code, Random(4))
            step(code, "accuse", 4)
        caught_up(province.province, province.districts[code], code)
    with province.province.used():
        if not Cadre.objects.exists():
            make_category()
            for name, (role, region) in PEOPLE.items():
                make_cadre(name=name, role=role, unit=make_unit(code=f"of-{region}", region=region))
        yield province


def opened(name: str, language: str = "en") -> Client:
    client = Client()
    client.force_login(Cadre.objects.get(username=name))
    client.cookies["django_language"] = language
    return client


def page(client: Client, code: str, **asked: object) -> object:
    return client.get(reverse("dashboard-place", args=[code]), asked)


def collected(answer: object) -> int:
    return answer.context["numbers"]["collected"].value


def test_from_the_province_to_a_village_each_level_is_the_sum_of_the_next(seat: Ground) -> None:
    client = opened("leader")
    top = client.get(reverse("dashboard"))
    assert top.status_code == 200 and top.context["region"].pk == "32"
    answer, seen = top, []
    while answer.context["places"]:
        rows = [row for row, _interval in answer.context["places"]]
        level = answer.context["region"].level
        if level != "district":  # accusations are known of the whole district only
            assert collected(answer) == sum(row.numbers[0].value for row in rows), level
        seen.append(level)
        below = next(
            (row for row in rows if row.url.startswith("/dashboard/") and row.numbers[0].value), None
        )
        if below is None:
            break
        answer = client.get(below.url)
    assert seen == ["province", "city", "district", "town"]


def test_the_figures_are_those_of_the_districts(seat: Ground, settings: object) -> None:
    here = {code: page(opened("leader"), code).context for code in (NORTH, SOUTH)}
    for code, context in here.items():
        assert context["median"] is not None and context["weeks"] and context["categories"]
        with seat.districts[code].used():
            settings.PROVINCE = False
            make_leader(code)
            at_home = page(opened("leader"), code, campaign="all").context
            settings.PROVINCE = True
        for name, number in at_home["numbers"].items():
            assert context["numbers"][name].value == number.value, name
        assert context["median"] == at_home["median"]
        assert [(d, c.value, r.value) for d, c, r in context["weeks"]] == [
            (d, c.value, r.value) for d, c, r in at_home["weeks"]
        ]


def make_leader(code: str) -> None:
    if not Cadre.objects.filter(username="leader").exists():
        make_cadre(name="leader", role=Role.LEADER, unit=make_unit(code="government", region=code))


def test_numbers_of_a_district_open_its_own_site_at_the_same_list(seat: Ground, settings: object) -> None:
    context = page(opened("leader"), NORTH).context
    urls = [number.url for number in context["numbers"].values()]
    urls += [number.url for row, _interval in context["places"] for number in row.numbers]
    urls += [row.url for row in context["categories"]] + [context["weeks"][0][1].url]
    assert all(url.startswith(f"https://d{NORTH}.example.org/opinions/?") for url in urls)
    with seat.districts[NORTH].used():
        settings.PROVINCE = False
        make_leader(NORTH)
        client = opened("leader")
        asked = [("numbers", n) for n in context["numbers"].values()]
        asked += [("category", row.numbers[0]) for row in context["categories"]]
        asked += [("week", number) for _monday, *both in context["weeks"] for number in both]
        asked += [("place", number) for row, _interval in context["places"] for number in row.numbers]
        for what, number in asked:
            found = client.get("/opinions/?" + urlsplit(number.url).query)
            assert found.context["exact"] == number.value, (what, number.url)


def test_above_a_district_numbers_lead_to_dashboards(seat: Ground) -> None:
    context = page(opened("leader"), "32").context
    assert context["numbers"]["collected"].url == "#places"
    for row, _interval in context["places"]:
        assert {number.url for number in row.numbers} == {reverse("dashboard-place", args=[row.place])}
    assert {row.url for row in context["categories"]} == {""}
    day = timezone.localdate() - timedelta(days=1)
    [row, *_more] = [row for row, _interval in page(opened("leader"), "3209", as_of=day).context["places"]]
    assert parse_qs(urlsplit(row.url).query) == {"as_of": [day.isoformat()]}
    assert parse_qs(urlsplit(row.numbers[0].url).query)["as_of"] == [day.isoformat()]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_district_says_how_old_it_is_and_silence_is_marked(seat: Ground, language: str) -> None:
    until(lambda: news(seat, NORTH).is_well and news(seat, SOUTH).is_well, "both are well")
    client = opened("leader", language)
    well = page(client, "3209").content.decode()
    words = {"en": ("receiving", "own sign-in"), "zh-hans": ("正在接收", "单独登录")}[language]
    assert all(word in well for word in words)
    assert "no news since" not in well and "▲" not in re.sub(
        r"(?s)<section class=.panel figures.*?</section>", "", well
    )
    TallyMoment.objects.filter(pk=SOUTH).update(folded_at=timezone.now() - timedelta(minutes=9))
    silent = page(client, "3209").content.decode()
    assert ("no news since" if language == "en" else "起没有新消息") in silent
    assert ("9 minutes ago" if language == "en" else "9 分钟前") in silent
    assert ("1 of them without news" if language == "en" else "1 个没有新消息") in page(
        client, "32"
    ).content.decode()
    caught_up(seat.province, seat.districts[SOUTH], SOUTH)


def test_there_are_no_units_and_no_campaigns_and_it_says_why(seat: Ground) -> None:
    text = page(opened("leader"), NORTH).content.decode()
    assert "There are no figures by unit here" in text and 'name="campaign"' not in text
    assert "its towns add up to less" in text


def test_dashboards_open_for_those_who_look_after_the_place(seat: Ground) -> None:
    for name, codes in {"leader": {"32", "3209", "3205", NORTH}, "auditor": {"32", "3209", "3205", NORTH},
                        "coordinator": {"3209", NORTH}, "caller": set(), "administrator": set()}.items():  # fmt: skip
        client = opened(name)
        for code in ("32", "3209", "3205", NORTH):
            status = page(client, code).status_code
            assert (status == 200) == (code in codes) and status in (200, 403, 404), (name, code, status)


def test_everything_else_answers_as_without_rights(seat: Ground) -> None:
    for name in PEOPLE:
        client = opened(name)
        for address in (set(PAGES) | POST_ONLY) - PUBLIC - WORKING - {"sign-out"}:
            assert client.get(reverse(address)).status_code == 403, (name, address)
        assert client.get("/opinions/DF26-00001-0/").status_code == 403
        links = "".join(re.findall(r"<nav.*?</nav>", client.get(reverse("help")).content.decode(), re.S))
        shown = set(re.findall(r'href="([^"]+)"', links))
        assert shown <= {reverse("dashboard"), reverse("people")}
        assert client.get(reverse("home")).url in {*shown, reverse("help")}
    anonymous = Client().get(reverse("desk"))
    assert anonymous.status_code == 302 and anonymous["Location"].startswith(reverse("sign-in"))


def test_names_that_come_from_a_district_are_not_edited_at_the_province(seat: Ground) -> None:
    client = opened("administrator")
    for code, may in (("3209", True), (NORTH, False)):
        shown = client.get(reverse("admin:villages_region_change", args=[code])).content.decode()
        assert ('name="_save"' in shown) == may


def test_no_page_of_the_province_shows_how_a_district_is_reached(seat: Ground) -> None:
    for code in ("32", "3209", NORTH):
        text = page(opened("leader"), code).content.decode()
        assert str(seat.districts[NORTH].socket) not in text and "postgresql://" not in text


def test_few_questions_are_asked_however_many_districts_there_are(
    seat: Ground, django_assert_max_num_queries: object
) -> None:
    client = opened("leader")
    with django_assert_max_num_queries(19):
        page(client, "32")


def test_what_commands_count_is_what_the_page_shows(seat: Ground) -> None:
    assert Counting(None, "32").total()["collected"] == collected(page(opened("leader"), "32"))


def test_a_post_of_a_district_shows_nothing_at_the_province(seat: Ground) -> None:
    """Its people look at home, where what accuses them is taken away: the difference would tell them of it."""
    with pytest.raises(ValidationError) as refused:
        Post(
            cadre=Cadre.objects.first(),
            role=Role.LEADER,
            unit=make_unit(code="of-32", region="32"),
            region_id=NORTH,
        ).clean()
    assert "region" in refused.value.message_dict
    make_cadre(name="from-below", role=Role.LEADER, unit=make_unit(code="of-32", region="32"), region=NORTH)
    client = opened("from-below")
    assert page(client, NORTH).status_code == page(client, "32").status_code == 404
    assert client.get(reverse("dashboard")).status_code == 404
