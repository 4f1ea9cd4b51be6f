"""The visit form: at a door and on the way, with and without script."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from grievances.models import Category, Informant, Opinion, Visit
from tests.factories import (
    GRID,
    VILLAGE,
    make_cadre,
    make_campaign,
    make_category,
    make_household,
    make_opinion,
    make_region,
)
from tests.grievances.visits import minutes, said, sheet
from villages.models import Cadre, Household, Role, Unit


@pytest.fixture
def household(visitor: Cadre) -> Household:
    return make_household()


@pytest.fixture
def roads(db: None) -> Category:
    return make_category()


@pytest.fixture
def phone(client: Client, visitor: Cadre) -> Client:
    client.force_login(visitor)
    return client


@pytest.fixture
def english(visitor: Cadre) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(visitor)
    return client


@pytest.fixture
def door(household: Household) -> str:
    return reverse("visit-household", args=[household.pk])


def test_the_form_opens_with_the_household_and_one_empty_block(phone: Client, door: str) -> None:
    page = phone.get(door).content.decode()
    assert "陈小明" in page and 'name="o0-text"' in page and 'name="o1-text"' not in page
    assert page.count("<h1") == 1


def test_a_name_in_a_households_file_is_no_html(phone: Client, door: str, household: Household) -> None:
    Household.objects.filter(pk=household.pk).update(head="<img src=x onerror=alert(1)>")
    page = phone.get(door).content.decode()
    assert "<img" not in page and page.count("&lt;img src=x onerror=alert(1)&gt;") >= 2


def test_what_is_rarely_changed_is_already_chosen(phone: Client, door: str) -> None:
    page = phone.get(door).content.decode()
    for name, value in (("kind", "request"), ("urgency", "normal"), ("informant", "named")):
        chosen = rf'<input type="radio" name="o0-{name}" value="{value}"[^>]* checked'
        assert re.search(chosen, page), name


def test_a_visit_without_opinions_counts(phone: Client, door: str, household: Household) -> None:
    response = phone.post(door, sheet())
    visit = Visit.objects.get()
    assert response.url == reverse("visit", args=[visit.key])
    assert (visit.household, visit.region, visit.recorded_by.username) == (
        household,
        household.grid,
        "visitor",
    )


def test_two_opinions_in_one_submission(phone: Client, door: str, roads: Category) -> None:
    campaign = make_campaign()
    phone.post(door, sheet(count=2) | said(0, roads) | said(1, roads, text="渠淤塞"))
    assert set(Opinion.objects.values_list("text", flat=True)) == {"屋后的电线杆歪了", "渠淤塞"}
    assert set(Opinion.objects.values_list("campaign", "source", "region")) == {
        (campaign.pk, "big_visit", GRID)
    }


def test_the_numbers_are_shown_afterwards(phone: Client, door: str, roads: Category) -> None:
    page = phone.post(door, sheet() | said(0, roads), follow=True).content.decode()
    assert Opinion.objects.get().number in page


def test_the_same_form_sent_twice_is_one_visit(phone: Client, door: str, roads: Category) -> None:
    form = sheet() | said(0, roads)
    first, second = phone.post(door, form), phone.post(door, form)
    assert first.url == second.url
    assert (Visit.objects.count(), Opinion.objects.count()) == (1, 1)


def test_the_same_key_with_other_words_is_refused_and_nothing_is_lost(
    phone: Client, door: str, roads: Category
) -> None:
    form = sheet() | said(0, roads)
    phone.post(door, form)
    response = phone.post(door, form | {"o0-text": "另一件事"})
    assert response.status_code == 409
    assert "另一件事" in response.content.decode()
    assert Opinion.objects.count() == 1


def test_a_visit_in_the_future_is_refused_with_what_was_typed(
    phone: Client, door: str, roads: Category
) -> None:
    response = phone.post(door, sheet(said_at=minutes(90)) | said(0, roads))
    assert response.status_code == 422
    assert "屋后的电线杆歪了" in response.content.decode()
    assert "said_at" in response.context["sheet"].visit.errors
    assert not Visit.objects.exists()


def test_yesterday_is_fine_and_two_years_ago_is_asked_about(phone: Client, door: str) -> None:
    assert phone.post(door, sheet(said_at=minutes(-24 * 60))).status_code == 302
    assert phone.post(door, sheet(said_at=minutes(-800 * 24 * 60))).status_code == 422


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"category": ""}, "category"),
        ({"category": "999999"}, "category"),
        ({"pick": "nonsense"}, "category"),
        ({"text": "", "account": "已修好"}, "text"),
        ({"on_the_spot": "on"}, "account"),
        ({"informant": "somebody"}, "informant"),
        ({"kind": "song"}, "kind"),
        ({"people": "0"}, "people"),
        ({"accused": "unit:999999"}, "accused"),
    ],
)
def test_each_wrong_field_is_named_and_the_rest_is_kept(
    phone: Client, door: str, roads: Category, typed: dict[str, str], wrong: str
) -> None:
    response = phone.post(door, sheet(remarks="下雨") | said(0, roads, **typed))
    assert response.status_code == 422
    assert wrong in response.context["sheet"].opinions[0].errors
    assert "下雨" in response.content.decode()
    assert not Visit.objects.exists()


def test_conduct_of_cadres_asks_whom(phone: Client, door: str, committee: Unit) -> None:
    conduct = make_category(code="cadres-attitude", demands_accused=True)
    response = phone.post(door, sheet() | said(0, conduct))
    assert "accused" in response.context["sheet"].opinions[0].errors
    phone.post(door, sheet() | said(0, conduct, accused=f"unit:{committee.pk}"))
    assert Opinion.objects.get().accusing


def test_an_accusation_of_the_own_committee_says_arrived_and_no_more(
    phone: Client, door: str, committee: Unit, roads: Category
) -> None:
    page = phone.post(
        door, sheet() | said(0, roads, accused=f"unit:{committee.pk}"), follow=True
    ).content.decode()
    assert Opinion.objects.get().number in page and "屋后的电线杆歪了" not in page


def test_one_more_block_without_script_keeps_what_was_typed(
    phone: Client, door: str, roads: Category
) -> None:
    response = phone.post(door, sheet(add="1", remarks="下雨") | said(0, roads, informant="confidential"))
    page = response.content.decode()
    assert response.status_code == 200 and 'name="o1-text"' in page
    assert "屋后的电线杆歪了" in page and "下雨" in page
    assert response.context["sheet"].opinions[0]["informant"].value() == "confidential"
    assert not Visit.objects.exists()


def test_never_more_than_ten_blocks(phone: Client, door: str) -> None:
    response = phone.post(door, sheet(add="1", count=10))
    assert len(response.context["sheet"].opinions) == 10


@pytest.mark.parametrize("count", ["", "-1", "9999", "x", "²"])
def test_a_broken_count_is_one_block_and_no_error_page(phone: Client, door: str, count: str) -> None:
    assert phone.post(door, sheet(count=count)).status_code in (302, 422)


def test_the_categories_used_last_are_one_tap(
    phone: Client, door: str, visitor: Cadre, roads: Category
) -> None:
    water = make_category(code="water-tap", name="自来水", name_en="Tap water")
    make_opinion(by=visitor, category=roads)
    make_opinion(by=visitor, category=water)
    block = phone.get(door).context["sheet"].opinions[0]
    assert [value for value, _label in block.fields["pick"].widget.choices] == [
        str(water.pk),
        str(roads.pk),
        "other",
    ]
    phone.post(door, sheet() | said(0, roads, category="", pick=str(water.pk)))
    assert Opinion.objects.latest("pk").category == water


def test_the_questions_of_a_category_come_by_themselves(phone: Client, door: str, roads: Category) -> None:
    asked = roads.questions.create(kind="text", wording="哪一段路？", wording_en="Which stretch?")
    page = phone.get(door, {"o3-category": roads.pk}, headers={"HX-Request": "true"}).content.decode()
    assert f'name="o3-question_{asked.pk}"' in page and "<html" not in page
    phone.post(door, sheet() | said(0, roads, **{f"question_{asked.pk}": "村口"}))
    assert Opinion.objects.get().particulars[0]["answer"] == "村口"


def test_solved_on_the_spot_has_the_visitor_as_person(phone: Client, door: str, roads: Category) -> None:
    phone.post(door, sheet() | said(0, roads, on_the_spot="on", account="当场换了灯泡"))
    opinion = Opinion.objects.get()
    assert (opinion.state, opinion.person.username) == ("resolved", "visitor")


def test_the_companions_of_last_time_are_proposed(phone: Client, door: str, committee: Unit) -> None:
    friend = make_cadre(name="friend", role=Role.VISITOR, unit=committee)
    phone.post(door, sheet(cadres=[friend.pk]))
    assert set(Visit.objects.get().cadres.values_list("username", flat=True)) == {"visitor", "friend"}
    assert phone.get(door).context["sheet"].visit.initial["cadres"] == [friend]


def test_somebody_of_another_unit_cannot_be_named_as_a_companion(
    phone: Client, door: str, head: Cadre
) -> None:
    assert phone.post(door, sheet(cadres=[head.pk])).status_code == 422


def test_a_visitor_of_another_grid_gets_404(client: Client, door: str, committee: Unit) -> None:
    make_region(code=f"{VILLAGE}002")
    client.force_login(
        make_cadre(name="neighbour", role=Role.VISITOR, unit=committee, region=f"{VILLAGE}002")
    )
    assert (client.get(door).status_code, client.post(door, sheet()).status_code) == (404, 404)


def test_a_leader_cannot_log_a_visit(client: Client, door: str, leader: Cadre) -> None:
    client.force_login(leader)
    assert client.post(door, sheet()).status_code == 403


def test_met_on_the_way_a_named_informant_needs_a_name(phone: Client, roads: Category) -> None:
    way = sheet(kind="on_the_way", place=GRID)
    response = phone.post(reverse("visit-new"), way | said(0, roads))
    assert "name" in response.context["sheet"].opinions[0].errors
    phone.post(reverse("visit-new"), way | said(0, roads, name="王五", telephone="13912345678"))
    informant = Informant.objects.get()
    assert (informant.name, informant.household) == ("王五", None)
    assert Visit.objects.get().region_id == GRID


def test_a_place_of_somebody_else_is_refused(phone: Client) -> None:
    make_region(code=f"{VILLAGE}002")
    response = phone.post(reverse("visit-new"), sheet(kind="on_the_way", place=f"{VILLAGE}002"))
    assert response.status_code == 422 and not Visit.objects.exists()


def test_markup_in_what_was_typed_stays_words(phone: Client, door: str, roads: Category) -> None:
    page = phone.post(
        door, sheet() | said(0, roads, category="", text="<script>alert(1)</script>")
    ).content.decode()
    assert "<script>alert(1)" not in page


def test_a_key_of_somebody_else_is_refused(
    phone: Client, door: str, household: Household, committee: Unit
) -> None:
    other = make_cadre(name="other", role=Role.VISITOR, unit=committee, region=GRID)
    key = uuid.uuid4()
    elsewhere = Client()
    elsewhere.force_login(other)
    assert elsewhere.post(door, sheet(key=str(key))).status_code == 302
    assert phone.post(door, sheet(key=str(key))).status_code == 409


def test_where_nobody_was_at_home_nobody_said_anything(phone: Client, door: str, roads: Category) -> None:
    response = phone.post(door, sheet(nobody_home="on") | said(0, roads))
    assert "nobody_home" in response.context["sheet"].visit.errors
    assert "屋后的电线杆歪了" in response.content.decode() and not Visit.objects.exists()
    assert phone.post(door, sheet(nobody_home="on")).status_code == 302
    assert Visit.objects.get().nobody_home


def test_nobody_at_home_has_no_word_on_last_time_either(
    phone: Client, door: str, household: Household, visitor: Cadre
) -> None:
    before = make_opinion(by=visitor, household=household)
    response = phone.post(door, sheet(nobody_home="on") | {f"back{before.pk}-word": "done"})
    assert "nobody_home" in response.context["sheet"].visit.errors and not Visit.objects.exists()


def test_on_the_way_nobody_is_asked_whether_somebody_was_at_home(phone: Client) -> None:
    page = phone.get(reverse("visit-new")).content.decode()
    assert "nobody_home" not in page
    phone.post(reverse("visit-new"), sheet(kind="on_the_way", place=GRID, nobody_home="on"))
    assert not Visit.objects.get().nobody_home


def test_a_missing_category_is_missed_at_the_taps_and_in_its_opinion(
    english: Client, door: str, visitor: Cadre, roads: Category
) -> None:
    make_opinion(by=visitor, category=roads)
    response = english.post(door, sheet(count="2") | said(0, roads) | said(1, roads, category=""))
    assert "pick" in response.context["sheet"].opinions[1].errors
    (problem,) = response.context["sheet"].problems()
    assert problem.part.endswith("2") and problem.anchor == "id_o1-pick"
    assert "Opinion 2: " in response.content.decode() and 'id="id_o1-pick"' in response.content.decode()


def test_another_category_that_was_not_chosen_is_missed_at_the_list(
    phone: Client, door: str, visitor: Cadre, roads: Category
) -> None:
    make_opinion(by=visitor, category=roads)
    response = phone.post(door, sheet() | said(0, roads, category="", pick="other"))
    assert "category" in response.context["sheet"].opinions[0].errors


def test_what_is_demanded_is_not_called_optional(english: Client, door: str) -> None:
    page = english.get(door).content.decode()
    for name in ("text", "category"):
        assert "optional" not in re.search(rf'<label for="id_o0-{name}">.*?</label>', page).group()


def test_a_saved_visit_is_said_to_be_saved(english: Client, door: str, roads: Category) -> None:
    page = english.post(door, sheet() | said(0, roads), follow=True).content.decode()
    assert "The visit is saved." in page


def test_the_number_of_a_confidential_opinion_is_to_be_given_to_the_informant(
    english: Client, door: str, roads: Category
) -> None:
    page = english.post(
        door, sheet() | said(0, roads, informant="confidential"), follow=True
    ).content.decode()
    assert Opinion.objects.get().number in page and "give it to the informant" in page
