"""Drafts of answers: kept while written, given to a colleague, lost by nobody, gone with the answer."""

import uuid
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from grievances.answering import drafts
from grievances.models import Answer, AnswerDraft, Event, Note, Notice, Opinion
from tests.factories import fresh, make_cadre, make_opinion, make_unit
from tests.grievances.cases import carried, in_hand
from villages.models import Cadre, Role, Unit

QUIET = {"Accept": "application/json"}


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre) -> Opinion:
    return in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)


def post(case: Opinion, by: Cadre, /, headers: dict[str, str] | None = None, **fields: object) -> object:
    client = Client()
    client.force_login(by)
    asked = {"verb": "resolve", "draft": "0", "do": "keep", "key": str(uuid.uuid4())} | fields
    return client.post(reverse("answer-draft", args=[case.number]), asked, headers=headers)


def form_of(case: Opinion, by: Cadre, verb: str = "resolve") -> object:
    client = Client()
    client.force_login(by)
    return client.get(reverse(f"opinion-{verb}", args=[case.number])).context["form"]


def test_a_draft_is_kept_and_the_next_of_the_unit_goes_on_with_it(
    case: Opinion, handler: Cadre, head: Cadre
) -> None:
    events = Event.objects.count()
    kept = post(case, handler, account="看了现场", public="正在修")
    assert kept.status_code == 302 and kept.url == reverse("opinion-resolve", args=[case.number])
    form = form_of(case, head)
    assert (form["account"].value(), form["public"].value(), form["draft"].value()) == (
        "看了现场",
        "正在修",
        1,
    )
    assert Event.objects.count() == events and Opinion.objects.get(pk=case.pk).version == case.version


def test_a_kept_draft_stays_on_the_way_along_its_list_and_keeps_what_stands_beside_it(
    case: Opinion, handler: Cadre, head: Cadre
) -> None:
    way = {"list": reverse("desk-queue", args=["in-hand"]), "place": "x"}
    kept = post(case, handler, public="正在修", **way)
    assert kept.url == f"{reverse('opinion-resolve', args=[case.number])}?{urlencode(way)}"
    beside = {"colleague": head.pk, "remark": "请看看", "after": "next", "draft": 1}
    panel = post(case, handler, {"HX-Request": "true"}, public="正在修路", **way, **beside).content.decode()
    assert f'name="list" value="{way["list"]}"' in panel and "正在修路" in panel
    assert f'<option value="{head.pk}" selected' in panel and 'value="请看看"' in panel
    assert '<option value="next" selected' in panel


def test_the_script_keeps_it_quietly(case: Opinion, handler: Cadre) -> None:
    first = post(case, handler, QUIET, public="一").json()
    again = post(case, handler, QUIET, public="一").json()
    second = post(case, handler, QUIET, public="一二", draft=first["version"]).json()
    assert (first["version"], again["version"], second["version"]) == (1, 1, 2)


def test_of_two_writers_the_second_sees_both_texts_and_loses_nothing(
    case: Opinion, handler: Cadre, head: Cadre
) -> None:
    post(case, handler, public="第一稿")
    refused = post(case, head, public="负责人自己的稿")
    page = refused.content.decode()
    assert refused.status_code == 409 and "第一稿" in page and "负责人自己的稿" in page
    assert AnswerDraft.objects.get().public == "第一稿"
    assert post(case, head, QUIET, public="负责人自己的稿").status_code == 409
    seen = refused.context["form"]["draft"].value()
    assert post(case, head, public="两人的稿合在一起", draft=seen).status_code == 302
    assert AnswerDraft.objects.get().public == "两人的稿合在一起"


def answer(case: Opinion, by: Cadre, **fields: object) -> object:
    client = Client()
    client.force_login(by)
    address = reverse("opinion-resolve", args=[case.number])
    typed = carried(case, account="办了", public="办好了") | fields
    letter = client.post(address, typed)
    return client.post(address, typed | {"seen": letter.context["form"].data["seen"]})


def test_an_answer_over_words_that_its_writer_never_saw_is_refused_once(
    case: Opinion, handler: Cadre, head: Cadre
) -> None:
    post(case, handler, public="经办人的稿")
    refused = answer(case, head, draft="0")
    page = refused.content.decode()
    assert refused.status_code == 409 and "经办人的稿" in page and "办好了" in page
    assert not Answer.objects.exists()
    assert answer(case, head, draft=refused.context["form"].data["draft"]).status_code == 302
    assert not AnswerDraft.objects.exists()


def test_what_the_writer_kept_himself_in_the_same_moment_is_in_nobodys_way(
    case: Opinion, handler: Cadre
) -> None:
    post(case, handler, QUIET, public="办好")
    assert answer(case, handler, draft="0").status_code == 302


@pytest.mark.parametrize("ending", ["resolve", "reassign"])
def test_no_draft_outlives_the_case_in_hand(
    case: Opinion, handler: Cadre, coordinator: Cadre, committee: Unit, secretary: Cadre, ending: str
) -> None:
    post(case, handler, public="稿")
    if ending == "resolve":
        case.resolve(by=handler, account="办了", public="办好了")
    else:
        case.reassign(by=coordinator, unit=committee, person=secretary, reason="改派")
    assert not AnswerDraft.objects.exists()
    late = post(case, handler, QUIET, public="稿")
    assert late.status_code == (409 if ending == "resolve" else 404) and not AnswerDraft.objects.exists()


def test_a_colleague_is_asked_to_look_through_it_and_opens_it_filled_in(
    case: Opinion, handler: Cadre, head: Cadre
) -> None:
    asked = post(case, handler, public="请看看", do="hand-over", colleague=head.pk, remark="语气对吗？")
    assert asked.status_code == 302
    draft, note = AnswerDraft.objects.get(), Note.objects.get()
    assert (draft.checker, note.kind, note.text, note.told) == (head, "check", "语气对吗？", [head.name])
    client = Client()
    client.force_login(head)
    told = client.get(reverse("notice-list")).context["page"].rows
    assert [(notice.kind, notice.opinion) for notice in told] == [("check", case)]
    page = client.get(reverse("opinion", args=[case.number]))
    assert (
        page.context["draft"] == draft
        and reverse("opinion-resolve", args=[case.number]) in page.content.decode()
    )
    assert form_of(case, head)["public"].value() == "请看看"


def test_only_a_colleague_of_the_lead_unit_is_asked(
    case: Opinion, handler: Cadre, coordinator: Cadre, outsider: Cadre
) -> None:
    for nobody in (coordinator.pk, outsider.pk, handler.pk, "x", ""):
        refused = post(case, handler, public="稿", do="hand-over", colleague=nobody)
        assert refused.status_code == 422 and "稿" in refused.content.decode()
    assert (
        not AnswerDraft.objects.exists() and not Notice.objects.filter(kind__in=["mention", "check"]).exists()
    )


def test_a_draft_is_thrown_away_only_as_it_was_seen(case: Opinion, handler: Cadre, head: Cadre) -> None:
    post(case, handler, public="稿")
    assert post(case, head, do="discard").status_code == 409
    assert post(case, head, do="discard", draft="1").status_code == 302
    assert not AnswerDraft.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"verb": "assign"}, {"public": "长" * 4001}, {"ground": "x"}, {"planned_for": "x"}, {"draft": "-1"}],
)
def test_what_does_not_fit_is_named_and_not_kept(
    case: Opinion, handler: Cadre, wrong: dict[str, str]
) -> None:
    assert post(case, handler, QUIET, **wrong).status_code == 422
    shown = post(case, handler, **wrong)
    assert shown.status_code == 422 and shown.context["problems"]
    assert not AnswerDraft.objects.exists()


def test_only_the_lead_unit_sees_or_writes_it(
    case: Opinion, handler: Cadre, visitor: Cadre, coordinator: Cadre, caller: Cadre, leader: Cadre,
    auditor: Cadre, outsider: Cadre, administrator: Cadre, head: Cadre,
) -> None:  # fmt: skip
    post(case, handler, public="只给主办单位看的稿")
    statuses = {}
    for cadre in (visitor, coordinator, caller, leader, auditor, outsider, administrator):
        statuses[cadre.username] = post(case, cadre, QUIET, public="x").status_code
        client = Client()
        client.force_login(cadre)
        page = client.get(reverse("opinion", args=[case.number]))
        assert (
            "只给主办单位看的稿" not in page.content.decode() and "answer-draft" not in page.content.decode()
        )
        assert not (page.context and page.context.get("draft"))
    assert statuses == dict.fromkeys(["outsider", "administrator"], 404) | dict.fromkeys(
        ["visitor", "coordinator", "caller", "leader", "auditor"], 403
    )
    helper = make_cadre(name="helper", role=Role.HANDLER, unit=make_unit(code="helping"))
    case.assist(by=head, unit=helper.unit)
    assert post(case, fresh(helper), QUIET, public="x").status_code == 403


def test_a_draft_of_the_other_kind_fills_this_form_too(case: Opinion, handler: Cadre) -> None:
    post(case, handler, verb="explain", public="不能办", ground="policy")
    form = form_of(case, handler, "explain")
    assert (form["public"].value(), form["ground"].value()) == ("不能办", "policy")
    assert form_of(case, handler, "resolve")["public"].value() == "不能办"
    assert drafts.shown(Opinion.objects.get(pk=case.pk), handler).address == "opinion-explain"
