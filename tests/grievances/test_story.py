"""The history as a story: who, what, when, and by which channel."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from grievances.flow.stories import _SENTENCES, events_of, story, told
from grievances.models import Opinion
from grievances.workflow import Verb
from tests.factories import make_category, make_opinion
from tests.grievances.cases import answered, assigned, in_hand
from villages.models import Cadre, Unit
from villages.templatetags.looks import moment


@pytest.fixture(autouse=True)
def in_english() -> object:
    with translation.override("en"):
        yield


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


def lines(opinion: Opinion, *, veiled: bool = False) -> list:
    return story(events_of(opinion), veiled=veiled)


def test_every_verb_has_a_sentence() -> None:
    assert set(_SENTENCES) == set(Verb)


def test_the_newest_comes_first_and_names_unit_and_person(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assigned(case, by=coordinator, unit=transport, person=head)
    first, last = lines(case)
    assert first.what == f"Unit petitions {coordinator.label} assigned it to Unit transport, {head.label}."
    assert last.what.endswith("wrote it down.")


def test_a_step_that_was_said_earlier_says_when_it_was_recorded(case: Opinion, caller: Cadre) -> None:
    case.remark(by=caller, text="昨天打过电话", said_at=timezone.now() - timedelta(days=1))
    assert lines(case)[0].aside == f"recorded {moment(timezone.now())}"
    assert lines(case)[0].text == "昨天打过电话"


def test_a_step_of_the_moment_does_not(case: Opinion, caller: Cadre) -> None:
    case.remark(by=caller, text="刚才打过电话", said_at=timezone.now() - timedelta(minutes=5))
    assert lines(case)[0].aside == ""


def test_the_phone_is_named_as_channel(case: Opinion, visitor: Cadre) -> None:
    case.remark(by=visitor, text="看过", channel="phone")
    assert lines(case)[0].aside == "phone"


def test_an_anonymous_beginning_names_nobody_and_only_the_day(visitor: Cadre) -> None:
    first = lines(make_opinion(by=visitor, kind="anonymous"), veiled=True)[0]
    assert first.day_only and visitor.label not in first.what


def test_of_a_veiled_visit_only_the_day_is_told(visitor: Cadre) -> None:
    """What was noted and solved at the door gives neither cadre, minute, channel nor later recording."""
    earlier = timezone.now() - timedelta(hours=3)
    case = make_opinion(by=visitor, kind="confidential", said_at=earlier, channel="phone")
    case.solve_on_the_spot(by=visitor, account="修好了", said_at=earlier, channel="phone")
    assert {(line.day_only, line.what, line.aside) for line in lines(case, veiled=True)} == {
        (True, "A cadre wrote it down.", ""),
        (True, "A cadre solved it on the spot.", ""),
    }
    assert all(visitor.label in line.what and "phone" in line.aside for line in lines(case))


def test_a_call_back_says_what_was_found(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    answered(case, by=coordinator, unit=transport, person=head)
    case.call_back(by=caller, contacted=True, solved=True, satisfied=False)
    assert lines(case)[0].aside == "by telephone, reached, solved, not satisfied"


def test_a_changed_category_is_named(case: Opinion, coordinator: Cadre) -> None:
    case.recategorise(
        by=coordinator, category=make_category(code="water-tap", name="自来水", name_en="Tap water")
    )
    assert "Tap water" in lines(case)[0].what


def test_a_referral_names_the_level(case: Opinion, town_coordinator: Cadre, coordinator: Cadre) -> None:
    level = case.desk.parent
    case.refer(by=town_coordinator, to=level, reason="超出本镇")
    assert level.label in lines(case)[0].what


def test_the_words_of_an_answer_stand_among_the_answers(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    answered(case, by=coordinator, unit=transport, person=head)
    assert lines(case)[0].text == ""


def test_braces_in_words_stay_words(case: Opinion, coordinator: Cadre) -> None:
    case.remark(by=coordinator, text="{who} %s {0}")
    assert lines(case)[0].text == "{who} %s {0}"


def test_what_the_informant_was_told_is_gathered(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    in_hand(case, by=coordinator, unit=transport, person=head)
    case.resolve(by=head, account="a", public="b")
    case.tell(by=head, about="answered", means="letter")
    assert [(str(one.about), str(one.means)) for one in told(events_of(case))] == [
        ("it was accepted", "by telephone"),
        ("the answer", "by letter"),
    ]
