"""Model answers: kept by units and coordinators, offered by fit, filled from the case, and never past a rule."""

import uuid
from html.parser import HTMLParser

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from grievances import reference
from grievances.answering import model_answers
from grievances.answering.filling import Filling, fill, left_over, refuse_unknown
from grievances.models import Answer, Category, ModelAnswer, ModelAnswerUse, Opinion
from tests.factories import DISTRICT, TOWN, fresh, make_cadre, make_category, make_opinion, make_unit
from tests.grievances.cases import carried, in_hand
from villages.models import Cadre, Role, Unit

TEXT = "您反映的{类别}（{number}）已由{单位}办结，联系人{person responsible}。"


def make_model(**fields: object) -> ModelAnswer:
    return ModelAnswer.objects.create(**{"outcome": "resolved", "title": "已办结", "text": TEXT} | fields)


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre) -> Opinion:
    return in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)


@pytest.fixture
def desk(client: Client, handler: Cadre) -> Client:
    client.force_login(handler)
    return client


def form_of(desk: Client, case: Opinion, verb: str = "resolve", **fields: object) -> object:
    address = reverse(f"opinion-{verb}", args=[case.number])
    return desk.post(address, carried(case, draft="0") | fields)


def titles(case: Opinion, outcome: str = "resolved", ground: str = "") -> list[str]:
    grounds = ["policy", "planned", "court"]
    return [one.title for one in model_answers.fitting(case, outcome, ground=ground, grounds=grounds)]


def test_a_model_answer_fills_the_answer_at_one_click_and_saves_nothing(desk: Client, case: Opinion) -> None:
    one = make_model(unit=case.unit)
    page = desk.get(reverse("opinion-resolve", args=[case.number])).content.decode()
    assert f'name="fill" value="{one.pk}"' in page
    form = form_of(desk, case, fill=one.pk, account="补了坑").context["form"]
    filled = str(form["public"].value())
    assert case.number in filled and fresh(case.person).label in filled
    assert "{" not in filled and form["account"].value() == "补了坑"
    assert not Answer.objects.exists() and not ModelAnswerUse.objects.exists()


def test_another_one_takes_the_place_of_an_untouched_one_and_goes_below_own_words(
    desk: Client, case: Opinion
) -> None:
    first, second = (
        make_model(unit=case.unit),
        make_model(unit=case.unit, title="二", text="第二个范本的话。"),
    )
    once = form_of(desk, case, fill=first.pk).context["form"]
    untouched = form_of(desk, case, fill=second.pk, taken=first.pk, public=once["public"].value())
    assert untouched.context["form"]["public"].value() == "第二个范本的话。"
    own = form_of(desk, case, fill=second.pk, taken=first.pk, public="我自己写的。")
    assert own.context["form"]["public"].value() == "我自己写的。\n\n第二个范本的话。"


def test_the_letter_is_seen_before_an_answer_from_a_model_is_saved_and_the_use_is_counted(
    desk: Client, case: Opinion
) -> None:
    one = make_model(unit=case.unit)
    fields = {"account": "补了坑", "public": "{单位}已办结", "taken": one.pk, "key": str(uuid.uuid4())}
    seen = form_of(desk, case, **fields)
    assert case.unit.label in seen.context["letter"] and "{" not in seen.context["letter"]
    assert not Answer.objects.exists()
    saved = form_of(desk, case, **fields, seen=seen.context["form"].data["seen"])
    assert saved.status_code == 302
    assert Answer.objects.get().public == f"{case.unit.label}已办结"
    assert ModelAnswerUse.objects.get().times == 1


@pytest.mark.parametrize("verb", ["resolve", "explain"])
def test_a_place_left_open_is_refused_by_the_form_and_by_the_verb(
    desk: Client, case: Opinion, handler: Cadre, verb: str
) -> None:
    fields = {"account": "查了", "public": "计划于{ 计划日期 }前完成，请打｛unit telephone｝"}
    fields |= {"ground": "policy"} if verb == "explain" else {}
    refused = form_of(desk, case, verb, **fields)
    assert refused.status_code == 422 and "计划日期" in str(refused.context["form"].errors["public"])
    with pytest.raises(ValidationError, match="unit telephone"):
        getattr(case, verb)(by=handler, **fields)
    assert not Answer.objects.exists()


def test_a_day_given_in_the_form_is_filled_in_at_the_last_moment(desk: Client, case: Opinion) -> None:
    fields = {
        "account": "查了",
        "public": "计划于{计划日期}前完成",
        "ground": "planned",
        "planned_for": "2099-05-01",
    }
    assert "2099" in form_of(desk, case, "explain", **fields).context["letter"]
    missing = form_of(desk, case, "explain", **fields | {"planned_for": ""})
    assert set(missing.context["form"].errors) == {"planned_for", "public"}


def test_a_model_of_a_ground_sets_the_ground_only_if_the_case_allows_it(desk: Client, case: Opinion) -> None:
    court = make_model(unit=case.unit, outcome="explained", ground="court", text="请依法诉讼。")
    thanks = make_model(unit=case.unit, outcome="explained", ground="noted", text="感谢您的建议。")
    assert form_of(desk, case, "explain", fill=court.pk).context["form"]["ground"].value() == "court"
    refused = form_of(desk, case, "explain", fill=thanks.pk).context["form"]
    assert not refused["public"].value() and not refused["ground"].value()


def test_those_that_fit_come_first(case: Opinion, transport: Unit) -> None:
    parent = case.category.parent
    above = make_unit(code="bureau")
    transport.move(parent=above)
    case.unit.refresh_from_db()
    make_model(title="全部", unit=transport)
    make_model(title="大类", unit=transport, category=parent)
    make_model(title="上级", unit=above, category=case.category)
    make_model(title="区里", region_id=DISTRICT, category=case.category)
    often = make_model(title="常用", unit=transport, category=case.category)
    make_model(title="少用", unit=transport, category=case.category)
    make_model(title="别的", unit=transport, category=make_category(code="water-x", parent=None))
    make_model(title="停用", unit=transport, retired=True)
    make_model(title="解释", unit=transport, outcome="explained")
    model_answers.note_use(often, case)
    assert titles(case) == ["常用", "少用", "上级", "区里", "大类", "全部"]


def test_the_chosen_ground_comes_first(case: Opinion, transport: Unit) -> None:
    for ground in ("policy", "court", ""):
        make_model(title=ground or "any", unit=transport, outcome="explained", ground=ground)
    assert titles(case, "explained", "court") == ["court", "any", "policy"]
    assert titles(case, "explained", "policy")[0] == "policy"


def test_nobody_elses_model_answers_are_offered_nor_filled_in(
    desk: Client, case: Opinion, outsider: Cadre, town: Unit
) -> None:
    foreign = [make_model(unit=outsider.unit), make_model(region_id=TOWN), make_model(unit=town)]
    assert titles(case) == []
    for one in foreign:
        assert not form_of(desk, case, fill=one.pk).context["form"]["public"].value()
        assert desk.get(reverse("model-answer", args=[one.pk])).status_code == 404


@pytest.mark.parametrize("pk", ["x", "-1", "9" * 40, "１", "0"])
def test_a_guessed_model_answer_fills_nothing(desk: Client, case: Opinion, pk: str) -> None:
    page = form_of(desk, case, fill=pk)
    assert page.status_code == 200 and not page.context["form"]["public"].value()


def written(**fields: object) -> dict[str, object]:
    return {"title": "修好了", "outcome": "resolved", "text": TEXT} | fields


def test_a_unit_writes_changes_and_retires_its_own(
    desk: Client, transport: Unit, handler: Cadre, head: Cadre
) -> None:
    new = reverse("model-answer-new")
    assert desk.post(new, written(keeper=f"unit-{transport.pk}")).url == reverse("model-answer-list")
    one = ModelAnswer.objects.get()
    assert (one.unit, one.region, one.changed_by) == (transport, None, handler)
    client = Client()
    client.force_login(head)
    address = reverse("model-answer", args=[one.pk])
    client.post(address, written(title="修好并验收", version=1, retired="on"))
    one.refresh_from_db()
    assert (one.title, one.retired, one.version, one.unit) == ("修好并验收", True, 2, transport)
    for asked, there in (("", False), ("?retired=1", True)):
        listed = client.get(reverse("model-answer-list") + asked)
        assert (one in listed.context["page"].rows) == there


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": "您好{姓名}，已办结。"}, "text"),
        ({"text": "您好{informant}，已办结。"}, "text"),
        ({"text": "已由{单位办结，谢谢。"}, "text"),
        ({"text": "字"}, "text"),
        ({"text": "长" * 2001}, "text"),
        ({"title": ""}, "title"),
        ({"outcome": "closed"}, "outcome"),
        ({"ground": "policy"}, "__all__"),
        ({"keeper": "unit-0"}, "keeper"),
        ({"keeper": f"region-{DISTRICT}"}, "keeper"),
        ({"category": "0"}, "category"),
    ],
)
def test_what_is_wrong_is_named_and_not_saved(
    desk: Client, transport: Unit, wrong: dict[str, str], field: str
) -> None:
    page = desk.post(reverse("model-answer-new"), written(keeper=f"unit-{transport.pk}") | wrong)
    assert page.status_code == 422 and field in page.context["form"].errors
    if "{姓名}" in wrong.get("text", ""):
        assert "{姓名}" in str(page.context["form"].errors["text"])
    assert not ModelAnswer.objects.exists()


def test_coordinators_keep_them_for_all_units_below_which_only_read_them(
    client: Client, coordinator: Cadre, town_coordinator: Cadre, secretary: Cadre, handler: Cadre, town: Unit
) -> None:
    client.force_login(town_coordinator)
    client.post(reverse("model-answer-new"), written(keeper=f"region-{TOWN}"))
    one = ModelAnswer.objects.get()
    address = reverse("model-answer", args=[one.pk])
    statuses = {}
    for cadre in (secretary, handler, coordinator):
        client.force_login(cadre)
        statuses[cadre.username] = (
            client.get(address).status_code, client.post(address, written(version=1)).status_code,
        )  # fmt: skip
    assert statuses == {"secretary": (200, 403), "handler": (404, 404), "coordinator": (200, 302)}
    assert one in ModelAnswer.objects.for_unit(secretary.unit)


def test_a_sub_unit_reads_those_above_and_the_unit_keeps_those_below(
    client: Client, transport: Unit, head: Cadre
) -> None:
    team = make_unit(code="road-team", parent=transport)
    member = make_cadre(name="member", role=Role.HANDLER, unit=team)
    above, below = make_model(unit=transport), make_model(unit=team)
    assert set(ModelAnswer.objects.readable_by(member)) == {above, below}
    assert set(ModelAnswer.objects.kept_by(member)) == {below}
    assert set(ModelAnswer.objects.kept_by(head)) == {above, below}


def test_who_saves_second_sees_both_texts(desk: Client, case: Opinion) -> None:
    one = make_model(unit=case.unit, version=3)
    page = desk.post(reverse("model-answer", args=[one.pk]), written(text="我的新文字。", version=2))
    assert page.status_code == 409 and page.context["theirs"] == TEXT
    assert "我的新文字。" in page.content.decode()
    again = desk.post(
        reverse("model-answer", args=[one.pk]), written(text="我的新文字。", version=page.context["form"].data["version"])
    )  # fmt: skip
    assert again.status_code == 302
    one.refresh_from_db()
    assert (one.text, one.version) == ("我的新文字。", 4)


def test_the_form_of_an_answer_takes_as_many_queries_with_many_model_answers(
    desk: Client, case: Opinion, django_assert_max_num_queries: object
) -> None:
    for n in range(30):
        make_model(unit=case.unit, title=f"范本{n}")
    address = reverse("opinion-resolve", args=[case.number])
    desk.get(address)
    with django_assert_max_num_queries(12):
        desk.get(address)


def test_those_of_the_product_are_loaded_once_and_stay_the_districts_own(
    coordinator: Cadre, head: Cadre
) -> None:
    reference.load_categories()
    added = reference.load_model_answers()
    assert added > 12 and Category.objects.filter(code="roads-lights").exists()
    ModelAnswer.objects.filter(code="all-resolved").update(text="我们自己的话。", retired=True)
    assert reference.load_model_answers() == 0
    assert ModelAnswer.objects.get(code="all-resolved").text == "我们自己的话。"
    for one in ModelAnswer.objects.exclude(code="all-resolved"):
        refuse_unknown(one.text)
        one.full_clean()
    assert ModelAnswer.objects.kept_by(coordinator).count() == added
    assert ModelAnswer.objects.kept_by(head).count() == 0


@given(st.text(alphabet="{}｛｝ab编号 number\n", max_size=60))
def test_what_was_filled_leaves_no_known_place_behind_and_nothing_else_changes(text: str) -> None:
    class Case:
        number = "DF26-1"

    known = {"number", "编号"}
    filled = fill(text, Filling(Case()))
    assert not [place for place in left_over(filled) if place.strip("{}｛｝ ") in known]
    if not left_over(text):
        assert filled == text


def test_a_text_is_filled_in_in_its_own_language_whatever_the_writers(case: Opinion) -> None:
    case.unit.name, case.unit.name_en = "区交通运输局", "Transport Bureau"
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert fill("{单位}已办结。", Filling(case)) == "区交通运输局已办结。"
            assert fill("{unit}: done.", Filling(case)) == "Transport Bureau: done."
            # By whichever name the field is called: what the letter is written in decides.
            assert (
                fill("{unit}已办结，WiFi 也修好了。", Filling(case)) == "区交通运输局已办结，WiFi 也修好了。"
            )
            assert fill("{单位} has done it.", Filling(case)) == "Transport Bureau has done it."


class Typed(HTMLParser):
    """What the fields of the form of an answer hold, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._name = self._area = ""
        self.feed(page.partition('id="step"')[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "select":
            self._name = found.get("name") or ""
        elif tag == "option" and ("selected" in found or self._name not in self.values):
            self.values[self._name] = found.get("value") or ""
        elif tag == "textarea":
            self._area = found.get("name") or ""
            self.values[self._area] = ""
        elif tag == "input" and found.get("name"):
            self.values[found["name"]] = found.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


@pytest.mark.parametrize("verb", ["resolve", "explain"])
def test_without_script_nothing_that_was_typed_is_lost_when_a_model_answer_is_filled_in(
    desk: Client, case: Opinion, head: Cadre, verb: str
) -> None:
    one = make_model(
        unit=case.unit, outcome="resolved" if verb == "resolve" else "explained", text="请知悉。"
    )
    address = reverse(f"opinion-{verb}", args=[case.number])
    queue = reverse("desk-queue", args=["in-hand"])
    asked = {"list": queue, "place": desk.get(queue).context["page"].next or "x"}
    before = Typed(desk.get(address, asked).content.decode()).values
    typed = before | {
        "account": "查了\n修了", "told": "letter", "colleague": str(head.pk), "remark": "请看“第二段”", "after": "next",
    }  # fmt: skip
    if verb == "explain":
        typed |= {"ground": "court", "planned_for": "2099-05-01", "passed_to": "<市局>"}
    after = Typed(desk.post(address, typed | {"fill": one.pk}).content.decode()).values
    assert after.pop("public").strip() == "请知悉。" and after.pop("taken") == str(one.pk)
    same = {
        name: value for name, value in typed.items() if name not in ("public", "taken", "csrfmiddlewaretoken")
    }
    assert {name: after[name].strip() for name in same} == same
    assert {"account", "told", "colleague", "remark", "after", "list", "place", "version", "key"} <= set(same)
