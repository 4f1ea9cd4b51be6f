"""Writing down an opinion at the desk: who may, where, what is asked, and what comes of it."""

import io
import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grievances.models import Attachment, Category, Event, Informant, Opinion, Question
from grievances.views.writing import _ORDER
from tests.factories import GRID, TOWN, VILLAGE, make_cadre, make_category, make_region, make_unit
from villages.models import Cadre, Role, Unit

NEW = "/opinions/new/"
pytestmark = pytest.mark.usefixtures("category")


@pytest.fixture
def category(db: None) -> Category:
    """What there is to write about, and a place."""
    make_region(code=GRID, name="第一网格")
    return make_category()


def typed(**fields: object) -> dict[str, object]:
    """What somebody at the desk fills in after a telephone call."""
    return {
        "key": str(uuid.uuid4()),
        "place_of": VILLAGE,
        "source": "phone",
        "said_at": f"{timezone.localtime() - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "text": "自来水断断续续",
        "category": Category.objects.get(code="roads-potholes").pk,
        "informant": "named",
        "name": "陈小明",
        "telephone": "13912345678",
        "kind": "complaint",
        "urgency": "normal",
        "people": "1",
    } | fields


def send(by: Cadre, **fields: object) -> object:
    client = Client()
    client.force_login(by)
    return client.post(NEW, typed(**fields))


def form_of(by: Cadre) -> object:
    client = Client()
    client.force_login(by)
    return client.get(NEW).context


def only() -> Opinion:
    return Opinion.objects.get()


def photograph() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "JPEG")
    return SimpleUploadedFile("photo.jpg", out.getvalue())


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(NEW).status_code == 302


@pytest.mark.parametrize("who", ["coordinator", "handler", "head", "caller", "visitor"])
def test_those_who_meet_people_may_write(who: str, request: pytest.FixtureRequest) -> None:
    assert "where" in form_of(request.getfixturevalue(who))


@pytest.mark.parametrize("who", ["leader", "auditor", "administrator"])
def test_others_get_403(who: str, client: Client, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, typed()).status_code == 403


def test_an_opinion_is_written_down_and_a_receipt_follows(coordinator: Cadre) -> None:
    response = send(coordinator)
    opinion = only()
    assert response.url == reverse("opinion-receipt", args=[opinion.number])
    assert (opinion.text, opinion.source, opinion.region_id, opinion.kind) == (
        "自来水断断续续", "phone", VILLAGE, "complaint",
    )  # fmt: skip
    assert (opinion.state, opinion.campaign, opinion.recorded_by) == ("collected", None, coordinator)
    assert Informant.objects.get().telephone == "13912345678"


def test_said_and_recorded_are_two_times(coordinator: Cadre) -> None:
    send(coordinator)
    assert only().recorded_at - only().said_at >= timedelta(minutes=59)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", "长" * 4001),
        ("category", ""),
        ("category", "999999"),
        ("category", "9" * 40),
        ("place_of", ""),
        ("place_of", "320903001001"),
        ("place_of", "9" * 4000),
        ("source", "big_visit"),
        ("source", "nonsense"),
        ("said_at", "yesterday"),
        ("said_at", "2999-01-01T10:00"),
        ("informant", "nonsense"),
        ("name", ""),
        ("name", "长" * 41),
        ("kind", "nonsense"),
        ("urgency", "nonsense"),
        ("people", "0"),
        ("people", "100000"),
        ("accused", "unit:999999"),
        ("accused", "nonsense"),
        ("key", "nonsense"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(field: str, value: str, coordinator: Cadre) -> None:
    response = send(coordinator, **{field: value})
    assert response.status_code == 422
    assert field in response.context["where"].errors or field in response.context["what"].errors
    assert not Opinion.objects.exists()


def test_what_was_typed_is_kept_when_something_is_wrong(coordinator: Cadre) -> None:
    page = send(coordinator, category="").content.decode()
    assert "自来水断断续续" in page and "13912345678" in page


def test_a_null_character_is_refused(coordinator: Cadre) -> None:
    assert send(coordinator, text="a\0b").status_code == 400


def test_a_place_outside_the_own_scope_is_a_wrong_field(committee: Unit) -> None:
    clerk = make_cadre(name="clerk", role=Role.HANDLER, unit=committee)
    make_region(code="320904002001")
    assert send(clerk, place_of="320904002001").status_code == 422
    assert send(clerk, place_of=GRID).status_code == 200 and only().region_id == GRID


def test_places_stand_under_their_towns(coordinator: Cadre) -> None:
    groups = dict(form_of(coordinator)["where"].fields["place_of"].choices)
    assert [code for code, _label in groups[make_region(code=TOWN).label]] == [TOWN, VILLAGE]


def test_whose_only_place_is_one_finds_it_chosen(town: Unit) -> None:
    make_region(code="320904009")
    clerk = make_cadre(name="clerk", role=Role.HANDLER, unit=make_unit(code="far-town", region="320904009"))
    assert form_of(clerk)["where"]["place_of"].value() == "320904009"


def test_a_double_click_is_one_opinion(coordinator: Cadre) -> None:
    sent = typed()
    first, second = send(coordinator, **sent), send(coordinator, **sent)
    assert Opinion.objects.count() == 1
    assert first.url == second.url


def test_a_double_click_is_one_anonymous_opinion(coordinator: Cadre) -> None:
    sent = typed(informant="anonymous", name="", telephone="")
    pages = [send(coordinator, **sent).content.decode() for _click in range(2)]
    assert Opinion.objects.count() == 1
    assert all(only().number in page for page in pages)


def test_two_anonymous_opinions_are_two(coordinator: Cadre) -> None:
    for _form in range(2):
        send(coordinator, informant="anonymous", name="")
    assert Opinion.objects.count() == 2


def test_another_cadres_key_is_refused(coordinator: Cadre, town_coordinator: Cadre) -> None:
    key = str(uuid.uuid4())
    send(coordinator, key=key)
    assert send(town_coordinator, key=key, text="别的事").status_code == 409
    assert Opinion.objects.count() == 1


@pytest.mark.parametrize("other", [{"text": "别的事"}, {"name": "王小红"}, {"people": "3"}])
def test_the_same_form_with_another_content_is_refused_and_what_was_typed_is_kept(
    coordinator: Cadre, other: dict[str, str]
) -> None:
    sent = typed()
    send(coordinator, **sent)
    response = send(coordinator, **sent | other)
    assert response.status_code == 409 and all(word in response.content.decode() for word in other.values())
    assert Opinion.objects.count() == 1


def test_the_same_form_of_an_anonymous_opinion_with_another_content_is_written_down_too(
    coordinator: Cadre,
) -> None:
    """No key is kept of it, so nothing is refused, and nothing is lost."""
    sent = typed(informant="anonymous", name="", telephone="")
    pages = [
        send(coordinator, **sent | other).content.decode()
        for other in ({}, {"people": "9"}, {"text": "另一件事"})
    ]
    numbers = list(Opinion.objects.values_list("number", flat=True))
    assert len(numbers) == 3 and all(any(number in page for number in numbers) for page in pages)
    assert not Event.objects.exclude(digest="").exists()


def test_an_anonymous_opinion_keeps_nothing_of_who_and_when(coordinator: Cadre) -> None:
    send(coordinator, informant="anonymous", place="三组陈家门口", place_of=VILLAGE)
    opinion = only()
    assert (opinion.recorded_by, opinion.place, Informant.objects.count()) == (None, "", 0)
    assert timezone.localtime(opinion.said_at).hour == 0
    assert not Event.objects.filter(actor__isnull=False).exists()


def test_the_number_of_an_anonymous_opinion_is_shown_once_and_in_no_cookie(coordinator: Cadre) -> None:
    response = send(coordinator, informant="anonymous", name="")
    assert response.status_code == 200 and only().number in response.content.decode()
    assert all(only().number not in cookie.value for cookie in response.cookies.values())


def test_who_may_not_see_the_case_gets_the_receipt_all_the_same(handler: Cadre, outsider: Cadre) -> None:
    response = send(handler)
    opinion = only()
    assert response.status_code == 200
    page = response.content.decode()
    assert opinion.number in page and opinion.text in page
    assert not Opinion.objects.visible_to(handler).exists()


def test_conduct_of_cadres_asks_whom_it_complains_about(coordinator: Cadre) -> None:
    conduct = make_category(code="conduct-manner", name="态度", demands_accused=True)
    response = send(coordinator, category=conduct.pk)
    assert response.status_code == 422 and "accused" in response.context["what"].errors
    assert send(coordinator, category=conduct.pk, accused="unknown").status_code == 302
    assert only().accusing and only().accusations.get().unit is None


def test_an_accusation_of_the_committee_is_hidden_from_it(
    coordinator: Cadre, committee: Unit, secretary: Cadre
) -> None:
    send(coordinator, accused=f"unit:{committee.pk}")
    assert Opinion.objects.visible_to(coordinator).exists()
    assert not Opinion.objects.visible_to(secretary).exists()


def test_a_category_asks_its_questions(coordinator: Cadre, category: Category) -> None:
    question = Question.objects.create(category=category, kind="text", wording="哪一段路？")
    client = Client()
    client.force_login(coordinator)
    page = client.post(NEW, typed(reload="1"))
    assert "哪一段路？" in page.content.decode() and "自来水断断续续" in page.content.decode()
    assert not Opinion.objects.exists()
    send(coordinator, **{f"question_{question.pk}": "村口"})
    assert only().particulars == [{"question": "哪一段路？", "kind": "text", "answer": "村口"}]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("date", "2026-05-01", "May"),
        ("number", "12", "many"),
        ("yes_no", "yes", "maybe"),
        ("choice", "自来水", "酒"),
    ],
)
def test_questions_are_typed(kind: str, good: str, bad: str, coordinator: Cadre, category: Category) -> None:
    question = Question.objects.create(
        category=category, kind=kind, wording="什么？", choices="自来水=tap|井水=well"
    )
    assert send(coordinator, **{f"question_{question.pk}": bad}).status_code == 422
    assert send(coordinator, **{f"question_{question.pk}": good}).status_code == 302


def test_questions_may_be_left_out(coordinator: Cadre, category: Category) -> None:
    Question.objects.create(category=category, kind="text", wording="哪一段路？")
    send(coordinator)
    assert only().particulars == []


def test_files_come_along(coordinator: Cadre, settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    send(coordinator, files=[photograph(), photograph()])
    assert only().attachments.count() == 2


def test_a_wrong_file_is_named(coordinator: Cadre) -> None:
    response = send(coordinator, files=[SimpleUploadedFile("tool.exe", b"MZ")])
    assert response.status_code == 422 and "tool.exe" in response.content.decode()
    assert not Opinion.objects.exists()


def test_a_file_of_an_anonymous_opinion_tells_no_order_and_no_time(
    coordinator: Cadre, settings: object, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    send(coordinator, informant="anonymous", name="", files=[photograph()])
    kept = Attachment.objects.get()
    assert kept.pk >= 1 << 40
    assert timezone.localtime(kept.added_at).hour == 0
    assert Path(kept.file.path).stat().st_mtime == kept.added_at.timestamp()


def test_what_was_solved_on_the_spot_is_answered_at_once(coordinator: Cadre, petitions: Unit) -> None:
    send(coordinator, on_the_spot="on", account="当场接通了")
    assert (only().state, only().unit, only().person) == ("resolved", petitions, coordinator)


def test_on_the_spot_needs_what_was_done(coordinator: Cadre) -> None:
    assert "account" in send(coordinator, on_the_spot="on").context["what"].errors


def test_on_the_spot_is_not_for_an_anonymous_one(coordinator: Cadre) -> None:
    response = send(coordinator, informant="anonymous", name="", on_the_spot="on", account="当场接通了")
    assert "on_the_spot" in response.context["what"].errors
    assert not Opinion.objects.exists()


def test_who_is_accused_cannot_have_solved_it(coordinator: Cadre, petitions: Unit) -> None:
    response = send(coordinator, accused=f"unit:{petitions.pk}", on_the_spot="on", account="没事了")
    assert response.status_code == 422
    assert not Opinion.objects.exists()


def test_a_confidential_informant_is_kept_apart_and_the_place_is_the_village(
    visitor: Cadre,
) -> None:
    send(visitor, informant="confidential", place_of=GRID, place="三组")
    assert (only().region_id, only().place, only().informants.get().name) == (VILLAGE, "", "陈小明")


def test_somebody_whose_posts_reach_no_village_is_told(client: Client) -> None:
    writer = make_cadre(name="writer", role=Role.HANDLER, unit=make_unit(code="far", region="320905"))
    client.force_login(writer)
    response = client.get(NEW)
    assert response.status_code == 200 and "where" not in response.context


def test_what_is_wrong_stands_in_one_summary_in_the_order_of_the_page(coordinator: Cadre) -> None:
    response = send(
        coordinator, text="", category="", source="", place_of="", name="", people="0", said_at="x"
    )
    page = response.content.decode()
    assert page.count('class="errors"') == 1
    anchors = [problem.anchor for problem in response.context["problems"]]
    assert anchors == [
        "id_text", "id_category", "id_source", "id_place_of", "id_said_at", "id_name", "id_people"
    ]  # fmt: skip
    places = [page.index(f'id="{anchor}"') for anchor in anchors]
    assert places == sorted(places)


def test_every_field_of_the_page_has_its_place_in_the_summary(coordinator: Cadre) -> None:
    shown = form_of(coordinator)
    fields = [field for form in (shown["where"], shown["what"]) for field in form]
    assert {field.name for field in fields} == set(_ORDER)


def test_the_questions_of_a_category_stand_after_it_in_the_summary(coordinator: Cadre) -> None:
    about = Category.objects.get(code="roads-potholes")
    asked = Question.objects.create(category=about, kind="number", wording="几米？", wording_en="How long?")
    response = send(coordinator, text="", source="", **{f"question_{asked.pk}": "x"})
    anchors = [problem.anchor for problem in response.context["problems"]]
    assert anchors == ["id_text", f"id_question_{asked.pk}", "id_source"]


def test_a_name_that_is_demanded_is_not_called_optional(coordinator: Cadre) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(coordinator)
    page = client.get(NEW).content.decode()
    assert "optional" not in re.search(r'<label for="id_name">.*?</label>', page).group()
    assert "optional" in re.search(r'<label for="id_telephone">.*?</label>', page).group()


def test_who_writes_what_they_will_not_see_again_is_told_to_pass_the_number_on(
    visitor: Cadre, committee: Unit
) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(visitor)
    page = client.post(NEW, typed(informant="confidential", accused=f"unit:{committee.pk}")).content.decode()
    assert only().number in page and "give it to the informant" in page
