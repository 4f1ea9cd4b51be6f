"""The pages of the steps: right, form, verb, and what is said when something is in the way."""

import io
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grievances.forms.steps import FORMS
from grievances.models import DispatchRule, Event, Opinion
from grievances.steps.record import Accused
from grievances.workflow import TRANSITIONS, State, Verb
from tests.factories import make_cadre, make_category, make_opinion, make_unit
from tests.grievances.cases import answered, assigned, carried, in_hand
from villages.models import Cadre, Role, Unit, UnitKind


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


@pytest.fixture
def given(case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return assigned(case, by=coordinator, unit=transport, person=head)


@pytest.fixture
def taken(case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return in_hand(case, by=coordinator, unit=transport, person=head)


@pytest.fixture
def done(case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return answered(case, by=coordinator, unit=transport, person=head)


def address(opinion: Opinion, verb: str) -> str:
    return reverse(Verb(verb).address, args=[opinion.number])


def post(opinion: Opinion, verb: str, by: Cadre, /, *, htmx: bool = False, **fields: object) -> object:
    client = Client()
    client.force_login(by)
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(
        address(opinion, verb), {"version": opinion.version, "key": uuid.uuid4()} | fields, headers=headers
    )


def get(opinion: Opinion, verb: str, by: Cadre, /, **headers: str) -> object:
    client = Client()
    client.force_login(by)
    return client.get(address(opinion, verb), headers=headers)


def now(opinion: Opinion) -> Opinion:
    return Opinion.objects.get(pk=opinion.pk)


def test_every_verb_of_a_person_has_a_form_and_a_page() -> None:
    mine = {verb for verb, line in TRANSITIONS.items() if line.who}
    assert set(FORMS) == mine
    assert all(reverse(verb.address, args=["DF26-00001-1"]) for verb in mine)


@pytest.mark.parametrize("verb", list(FORMS))
def test_an_outsider_gets_404(verb: Verb, case: Opinion, outsider: Cadre) -> None:
    assert get(case, verb, outsider).status_code == 404
    assert post(case, verb, outsider).status_code == 404


@pytest.mark.parametrize("verb", list(FORMS))
def test_who_may_only_read_gets_403(verb: Verb, case: Opinion, auditor: Cadre) -> None:
    assert get(case, verb, auditor).status_code == 403
    assert post(case, verb, auditor).status_code == 403


@pytest.mark.parametrize("verb", list(FORMS))
def test_every_form_opens_or_says_why_not(verb: Verb, case: Opinion, everybody: Cadre) -> None:
    possible = case.state in TRANSITIONS[verb].sources
    allowed = {200} if possible else {409}
    assert get(case, verb, everybody).status_code in allowed | {403}


@pytest.mark.parametrize("verb", list(FORMS))
def test_an_empty_form_is_never_a_server_error(verb: Verb, case: Opinion, everybody: Cadre) -> None:
    client = Client()
    client.force_login(everybody)
    assert client.post(address(case, verb), {}).status_code in (403, 422)
    assert now(case).version == case.version


@pytest.fixture
def everybody(coordinator: Cadre, transport: Unit) -> Cadre:
    """A cadre of many posts: coordinator, leader, caller and head."""
    for role in (Role.HEAD, Role.CALLER, Role.LEADER):
        coordinator.posts.create(
            role=role, unit=transport, region=transport.region, since=timezone.localdate()
        )
    return Cadre.objects.get(pk=coordinator.pk)


def test_other_methods_are_refused(case: Opinion, coordinator: Cadre, client: Client) -> None:
    client.force_login(coordinator)
    assert client.delete(address(case, "assign")).status_code == 405


def test_assigning_gives_unit_and_person(
    case: Opinion, coordinator: Cadre, transport: Unit, handler: Cadre
) -> None:
    response = post(case, "assign", coordinator, unit=transport.pk, person=handler.pk)
    assert response.status_code == 302 and response.url == reverse("opinion", args=[case.number])
    assert (now(case).unit, now(case).person, now(case).state) == (transport, handler, "assigned")


def test_without_a_person_the_units_head_gets_it(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    post(case, "assign", coordinator, unit=transport.pk)
    assert now(case).person == head


def test_a_unit_without_a_head_asks_for_a_person(case: Opinion, coordinator: Cadre, transport: Unit) -> None:
    response = post(case, "assign", coordinator, unit=transport.pk)
    assert response.status_code == 422
    assert "person" in response.context["form"].errors


def test_the_proposal_is_filled_in_with_its_reason(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    DispatchRule.objects.create(category=case.category.parent, unit=transport, note="道路归交通局")
    form = get(case, "assign", coordinator).context["form"]
    assert (form.initial["unit"], form.initial["person"]) == (transport, head)
    assert "道路归交通局" in form.hint


def test_a_rule_that_finds_nobody_says_so(case: Opinion, coordinator: Cadre) -> None:
    page = get(case, "assign", coordinator)
    assert page.context["form"].hint in page.content.decode() and page.context["form"].hint


def test_the_town_dispatches_only_within_the_town(
    case: Opinion, town_coordinator: Cadre, transport: Unit, committee: Unit
) -> None:
    offered = set(get(case, "assign", town_coordinator).context["form"].fields["unit"].queryset)
    assert committee in offered and transport not in offered
    assert post(case, "assign", town_coordinator, unit=transport.pk).status_code == 422


def test_committees_of_other_towns_are_not_offered(case: Opinion, coordinator: Cadre) -> None:
    far = make_unit(code="far", region="320904002001", kind=UnitKind.COMMITTEE)
    assert far not in get(case, "assign", coordinator).context["form"].fields["unit"].queryset


def test_the_accused_unit_is_not_offered(
    visitor: Cadre, coordinator: Cadre, transport: Unit, petitions: Unit
) -> None:
    case = make_opinion(by=visitor, accused=[Accused(unit=transport)])
    offered = set(get(case, "assign", coordinator).context["form"].fields["unit"].queryset)
    assert petitions in offered and transport not in offered


def test_choosing_a_unit_shows_its_people_and_keeps_what_was_typed(
    case: Opinion, coordinator: Cadre, transport: Unit, handler: Cadre
) -> None:
    response = post(case, "assign", coordinator, unit=transport.pk, reason="请尽快", reload="1")
    form = response.context["form"]
    assert list(form.fields["person"].queryset) == [handler]
    assert "请尽快" in response.content.decode()
    assert now(case).state == "collected"


@pytest.mark.parametrize("unit", ["", "abc", "999999999999999999999", "-1", "1e9"])
def test_a_foreign_or_absurd_unit_is_a_wrong_field(unit: str, case: Opinion, coordinator: Cadre) -> None:
    response = post(case, "assign", coordinator, unit=unit)
    assert response.status_code == 422 and "unit" in response.context["form"].errors


def test_a_person_of_another_unit_is_a_wrong_field(
    case: Opinion, coordinator: Cadre, transport: Unit, outsider: Cadre
) -> None:
    response = post(case, "assign", coordinator, unit=transport.pk, person=outsider.pk)
    assert response.status_code == 422 and "person" in response.context["form"].errors


def test_a_text_that_is_too_long_is_a_wrong_field_and_is_kept(given: Opinion, handler: Cadre) -> None:
    response = post(given, "object", handler, reason="长" * 4001)
    assert response.status_code == 422 and "长" * 4001 in response.content.decode()


def test_a_null_character_is_refused(given: Opinion, handler: Cadre) -> None:
    assert post(given, "object", handler, reason="a\0b").status_code == 400


def test_the_second_of_two_is_told_and_keeps_what_was_typed(
    given: Opinion, handler: Cadre, head: Cadre
) -> None:
    seen = given.version
    given.remark(by=head, text="我来看看")
    response = post(given, "object", handler, version=seen, reason="不属于我局")
    page = response.content.decode()
    assert response.status_code == 409
    assert head.label in page and "不属于我局" in page
    assert f'value="{given.version}"' in page
    assert now(given).state == "assigned"


def test_a_double_click_is_one_event(given: Opinion, handler: Cadre) -> None:
    sent = carried(given, reason="不属于我局")
    first, second = (post(given, "object", handler, **sent) for _click in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert Event.objects.filter(opinion=given, verb="object").count() == 1


def test_a_key_that_was_used_for_something_else_is_refused(given: Opinion, handler: Cadre) -> None:
    sent = carried(given, text="看过")
    post(given, "remark", handler, **sent)
    response = post(
        given, "object", handler, key=sent["key"], reason="不属于我局", version=now(given).version
    )
    assert response.status_code == 409
    assert now(given).state == "assigned"


def test_the_same_form_with_another_content_is_refused_and_what_was_typed_can_be_sent_again(
    given: Opinion, handler: Cadre
) -> None:
    sent = carried(given, text="看过")
    post(given, "remark", handler, **sent)
    response = post(given, "remark", handler, **sent | {"text": "又看了一遍"})
    form = response.context["form"]
    assert response.status_code == 409 and "又看了一遍" in response.content.decode()
    assert given.events.filter(verb="remark").count() == 1
    again = post(given, "remark", handler, **{name: form.data[name] for name in ("key", "version", "text")})
    assert again.status_code == 302 and given.events.filter(verb="remark").count() == 2


def test_the_same_form_with_another_file_is_refused(given: Opinion, handler: Cadre) -> None:
    sent = carried(given)
    for name, status in (("a", 302), ("a", 302), ("b", 409)):
        picture = io.BytesIO()
        Image.new("RGB", (9, 9 if name == "a" else 8)).save(picture, "PNG")
        upload = SimpleUploadedFile("x.png", picture.getvalue(), "image/png")
        assert post(given, "attach", handler, **sent, files=[upload]).status_code == status
    assert given.attachments.count() == 1


def test_a_step_that_the_state_does_not_allow_says_so(case: Opinion, coordinator: Cadre) -> None:
    case.withdraw(by=coordinator, reason="重复")
    assert get(case, "assign", coordinator).status_code == 409
    assert get(case, "assign", coordinator, **{"HX-Request": "true"}).status_code == 409


def test_in_the_panel_a_step_gives_the_case_back_and_tells_the_list(given: Opinion, handler: Cadre) -> None:
    response = post(given, "accept", handler, htmx=True)
    assert response.status_code == 200 and "<html" not in response.content.decode()
    assert response["HX-Trigger"] == "opinion-changed"


def test_in_the_panel_a_wrong_form_stays_under_the_case(given: Opinion, handler: Cadre) -> None:
    response = post(given, "object", handler, htmx=True)
    assert response.status_code == 422 and response["HX-Retarget"] == "#step"


def test_a_case_that_left_my_sight_leads_home(case: Opinion, transport: Unit, coordinator: Cadre) -> None:
    mover = make_cadre(name="mover", role=Role.HEAD, unit=transport)
    assigned(case, by=coordinator, unit=transport, person=mover)
    sub = make_unit(code="sub", parent=transport)
    below = make_cadre(name="below", role=Role.HEAD, unit=sub)
    case.transfer(by=mover, person=below, unit=sub)
    response = post(
        case, "reassign", coordinator, unit=transport.pk, person=mover.pk, reason="收回", next="/desk/late/"
    )
    assert response.url == "/desk/late/"


@pytest.mark.parametrize("bad", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_never_leaves_the_site(bad: str, given: Opinion, handler: Cadre) -> None:
    assert post(given, "accept", handler, next=bad).url == reverse("opinion", args=[given.number])


def test_before_an_answer_is_saved_the_very_letter_is_seen(taken: Opinion, handler: Cadre) -> None:
    texts = {"account": "铺了 200 米沥青", "public": "您反映的路已经修好。"}
    first = post(taken, "resolve", handler, **texts)
    letter = first.context["letter"]
    assert taken.number in letter and "您反映的路已经修好。" in letter and "陈小明" in letter
    assert "铺了 200 米沥青" not in letter
    assert now(taken).state == "handling"
    second = post(taken, "resolve", handler, seen=first.context["form"].data["seen"], **texts)
    assert second.status_code == 302 and now(taken).state == "resolved"


def test_a_letter_that_was_changed_is_shown_again(taken: Opinion, handler: Cadre) -> None:
    first = post(taken, "resolve", handler, account="a", public="旧")
    again = post(taken, "resolve", handler, account="a", public="新", seen=first.context["form"].data["seen"])
    assert "新" in again.context["letter"] and now(taken).state == "handling"


def test_a_letter_to_a_confidential_informant_names_nobody(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    case = make_opinion(by=visitor, kind="confidential")
    in_hand(case, by=coordinator, unit=transport, person=head)
    assert "陈小明" not in post(case, "resolve", head, account="a", public="b").context["letter"]


def test_an_explanation_that_is_planned_needs_a_day(taken: Opinion, handler: Cadre) -> None:
    response = post(taken, "explain", handler, ground="planned", account="a", public="b")
    assert response.status_code == 422 and "planned_for" in response.context["form"].errors


def test_nothing_is_planned_for_a_day_that_is_over(taken: Opinion, handler: Cadre) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    plan = {"ground": "planned", "planned_for": yesterday, "account": "a", "public": "b"}
    response = post(taken, "explain", handler, **plan)
    assert response.status_code == 422 and "planned_for" in response.context["form"].errors
    assert "letter" not in response.context


def test_what_states_something_is_never_chosen_beforehand(taken: Opinion, handler: Cadre) -> None:
    for verb, names in (("tell", ("about", "means")), ("explain", ("ground",))):
        form = get(taken, verb, handler).context["form"]
        assert all(form[name].value() is None and form.fields[name].choices[0][0] == "" for name in names)
    response = post(taken, "tell", handler)
    assert {"about", "means"} <= set(response.context["form"].errors)
    assert not Event.objects.filter(opinion=taken, verb="tell").exists()


def test_a_text_of_many_lines_is_counted_as_the_browser_counts_it(taken: Opinion, handler: Cadre) -> None:
    assert post(taken, "remark", handler, text="a\r\n" * 2000 + "b").status_code == 422
    assert post(taken, "remark", handler, text="a\r\n" * 1999 + "bc").status_code == 302
    assert Event.objects.get(opinion=taken, verb="remark").text.count("\r") == 0


def test_a_text_that_is_too_long_says_the_limit_and_how_long_it_is(taken: Opinion, handler: Cadre) -> None:
    response = post(taken, "remark", handler, text="字" * 4012)
    (problem,) = response.context["form"].errors["text"]
    assert "4000" in problem and "4012" in problem


def test_an_explanation_names_the_day_in_the_letter(taken: Opinion, handler: Cadre) -> None:
    response = post(
        taken, "explain", handler, ground="planned", planned_for="2031-05-04", account="a", public="b"
    )
    assert "2031" in response.context["letter"]


def test_praise_is_noted_a_request_is_not(taken: Opinion, handler: Cadre) -> None:
    grounds = dict(get(taken, "explain", handler).context["form"].fields["ground"].choices)
    assert "noted" not in grounds


def test_a_call_back_closes(done: Opinion, caller: Cadre) -> None:
    post(
        done,
        "call-back".replace("-", "_"),
        caller,
        contacted="yes",
        solved="yes",
        satisfied="no",
        means="telephone",
    )
    assert (now(done).state, now(done).solved, now(done).satisfied) == ("closed", True, False)


def test_a_call_back_without_an_answer_says_which_is_missing(done: Opinion, caller: Cadre) -> None:
    response = post(done, "call_back", caller, contacted="yes", solved="yes", means="telephone")
    assert response.status_code == 422 and set(response.context["form"].errors) == {"satisfied"}
    assert now(done).state == "resolved"


def test_not_solved_reopens(done: Opinion, caller: Cadre) -> None:
    post(done, "call_back", caller, contacted="yes", solved="no", satisfied="no", means="telephone")
    assert (now(done).state, now(done).round) == ("handling", 2)


def test_reached_without_solved_is_a_wrong_field(done: Opinion, caller: Cadre) -> None:
    response = post(done, "call_back", caller, contacted="yes", means="telephone")
    assert response.status_code == 422 and "solved" in response.context["form"].errors


def test_a_call_of_yesterday_is_recorded_today(done: Opinion, caller: Cadre) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        said_at = f"{timezone.localtime() - timedelta(days=1):%Y-%m-%dT%H:%M}"
        post(done, "call_back", caller, contacted="no", means="telephone", said_at=said_at)
    event = done.events.last()
    assert event.verb == "call_back" and event.recorded_at - event.said_at > timedelta(hours=23)


@pytest.mark.parametrize("ago", [timedelta(days=1), timedelta(days=40000)])
def test_a_call_before_the_answer_is_a_wrong_field_and_what_was_typed_is_kept(
    done: Opinion, caller: Cadre, ago: timedelta
) -> None:
    said_at = f"{timezone.localtime() - ago:%Y-%m-%dT%H:%M}"
    response = post(
        done, "call_back", caller, contacted="no", means="telephone", said_at=said_at, remark="没人接"
    )
    assert response.status_code == 422 and "said_at" in response.context["form"].errors
    assert "没人接" in response.content.decode()


def test_a_call_of_tomorrow_is_a_wrong_field(done: Opinion, caller: Cadre) -> None:
    tomorrow = timezone.localtime() + timedelta(days=1)
    response = post(
        done, "call_back", caller, contacted="no", means="telephone", said_at=f"{tomorrow:%Y-%m-%dT%H:%M}"
    )
    assert response.status_code == 422 and "said_at" in response.context["form"].errors


def test_the_lead_unit_cannot_call_back(done: Opinion, handler: Cadre) -> None:
    assert (
        post(done, "call_back", handler, contacted="yes", solved="yes", means="telephone").status_code == 403
    )


def test_supervision_asks_for_an_answer_by_a_day(given: Opinion, leader: Cadre) -> None:
    day = timezone.localdate() + timedelta(days=3)
    post(given, "supervise", leader, text="请抓紧", due=day.isoformat())
    assert now(given).supervised


def test_supervision_with_a_past_day_is_a_wrong_field(given: Opinion, leader: Cadre) -> None:
    response = post(given, "supervise", leader, text="请抓紧", due="2020-01-01")
    assert response.status_code == 422 and "due" in response.context["form"].errors


def test_naming_the_lead_unit_as_accused_takes_the_case_away(
    given: Opinion, coordinator: Cadre, transport: Unit
) -> None:
    post(given, "name_accused", coordinator, unit=transport.pk)
    assert (now(given).state, now(given).unit) == ("collected", None)


def test_an_unknown_name_is_a_wrong_field(case: Opinion, coordinator: Cadre) -> None:
    response = post(case, "name_accused", coordinator, cadre="nobody at all")
    assert response.status_code == 422 and "cadre" in response.context["form"].errors


def test_the_category_can_be_changed(case: Opinion, coordinator: Cadre) -> None:
    water = make_category(code="water-tap", name="自来水")
    post(case, "recategorise", coordinator, category=water.pk)
    assert now(case).category == water


def test_an_anonymous_case_has_nobody_to_tell(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    case = make_opinion(by=visitor, kind="anonymous")
    assigned(case, by=coordinator, unit=transport, person=head)
    assert "told" not in get(case, "accept", head).context["form"].fields


def test_a_look_at_the_form_of_a_confidential_case_leaves_a_trace(visitor: Cadre, coordinator: Cadre) -> None:
    case = make_opinion(by=visitor, kind="confidential")
    get(case, "assign", coordinator)
    assert case.looks.filter(cadre=coordinator).count() == 1


def test_the_flow_can_be_walked_from_page_to_page(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, handler: Cadre, caller: Cadre
) -> None:
    assert case.state == State.COLLECTED
    post(case, "assign", coordinator, unit=transport.pk)
    post(now(case), "accept", handler, told="telephone")
    post(now(case), "ask_extension", handler, days=10, reason="下雨")
    post(now(case), "approve_extension", head, told="telephone")
    seen = post(now(case), "resolve", handler, account="a", public="b").context["form"].data["seen"]
    post(now(case), "resolve", handler, account="a", public="b", seen=seen)
    post(now(case), "call_back", caller, contacted="yes", solved="yes", satisfied="yes", means="telephone")
    assert now(case).state == State.CLOSED
