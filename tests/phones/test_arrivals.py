"""A visit arrives from a phone: written down by the page's rules, exactly once, and told to its author only."""

import json
import uuid
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from psycopg2.errors import DiskFull

from grievances.models import Channel, Event, Informant, Opinion, UndecidedVisit, Visit
from grievances.phones import arriving
from tests.factories import (
    GRID,
    VILLAGE,
    make_cadre,
    make_campaign,
    make_category,
    make_household,
    make_opinion,
    make_unit,
)
from tests.grievances.cases import answered
from tests.phones.packets import Draft
from tests.phones.sending import Sender, ms, said, visit
from villages.models import Cadre, Household, Role, Unit


def test_a_visit_with_two_opinions_arrives_with_their_numbers(visitor: Cadre, household: Household) -> None:
    campaign, category = make_campaign(), make_category()
    first, second = said(category), said(category, text="路灯不亮", informant="confidential", name="王五")
    draft = Draft()
    answer = Sender(visitor).send(
        draft, visit(visitor, household, first, second, remarks="老人独居", anonymous=2)
    )
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["state"] == "arrived" and {one["id"] for one in told["opinions"]} == {
        first["id"],
        second["id"],
    }
    kept = Visit.objects.get(key=draft.id)
    assert (kept.recorded_by, kept.household, kept.campaign) == (visitor, household, campaign)
    assert (kept.anonymous_opinions, kept.remarks) == (2, "老人独居")
    numbers = {one["id"]: one["number"] for one in told["opinions"]}
    named = Opinion.objects.get(number=numbers[first["id"]])
    assert (named.text, named.region_id) == ("屋后的电线杆歪了", GRID)
    assert Informant.objects.get(opinion__number=numbers[second["id"]]).name == "王五"
    assert set(Event.objects.values_list("channel", flat=True)) == {Channel.PHONE}


def test_the_same_visit_again_gives_the_same_numbers_in_any_order_of_rights(
    visitor: Cadre, household: Household
) -> None:
    category = make_category()
    draft, content = Draft(), visit(visitor, household, said(category), said(category, text="路灯不亮"))
    phone = Sender(visitor)
    first = phone.send(draft, content)
    category.retired = True
    category.save()
    visitor.posts.update(until=timezone.localdate() - timedelta(days=1))
    again = phone.send(draft, content)
    assert (first.status_code, again.status_code) == (201, 200)
    by_id = [sorted(one.json()["opinions"], key=lambda row: row["id"]) for one in (first, again)]
    assert by_id[0] == by_id[1] and len(by_id[0]) == 2
    assert (Visit.objects.count(), Opinion.objects.count(), UndecidedVisit.objects.count()) == (1, 2, 0)


def test_five_times_at_once_is_once(committed_db: None) -> None:
    unit = make_unit(code="committee", region=VILLAGE)
    visitor = make_cadre(name="visitor", role=Role.VISITOR, unit=unit, region=GRID)
    draft, content = Draft(), visit(visitor, make_household(), said(make_category()))
    packet = draft.packet(content, clock=ms(timezone.now()))
    phones = [Sender(visitor) for _n in range(5)]

    def send(phone: Sender) -> tuple[int, str]:
        try:
            answer = phone.post("phone-arrivals", packet)
            return answer.status_code, answer.json()["opinions"][0]["number"]
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(send, phones))
    assert sorted(status for status, _number in answers) == [200, 200, 200, 200, 201]
    assert len({number for _status, number in answers}) == 1
    assert (Visit.objects.count(), Opinion.objects.count()) == (1, 1)


def test_the_same_id_with_another_content_is_a_conflict(visitor: Cadre, household: Household) -> None:
    draft, phone = Draft(), Sender(visitor)
    content = visit(visitor, household, said(make_category()))
    assert phone.send(draft, content).status_code == 201
    other = phone.send(draft, content | {"remarks": "改了"})
    assert (other.status_code, other.json()) == (409, {"state": "other_content"})
    assert Visit.objects.get().remarks == ""


def test_somebody_elses_id_is_a_conflict_and_tells_nothing(
    visitor: Cadre, committee: Unit, household: Household
) -> None:
    draft = Draft()
    assert Sender(visitor).send(draft, visit(visitor, household, said(make_category()))).status_code == 201
    colleague = make_cadre(name="colleague", role=Role.VISITOR, unit=committee, region=GRID)
    answer = Sender(colleague).send(draft, visit(colleague, household))
    assert (answer.status_code, answer.json()) == (409, {"state": "other_content"})


def test_only_the_author_sends_it(visitor: Cadre, committee: Unit, household: Household) -> None:
    colleague = make_cadre(name="colleague", role=Role.VISITOR, unit=committee, region=GRID)
    answer = Sender(colleague).send(Draft(), visit(visitor, household))
    assert (answer.status_code, answer.json()) == (403, {"state": "somebody_elses"})
    assert not Visit.objects.exists() and not UndecidedVisit.objects.exists()


@pytest.mark.parametrize("years", [-3, 3])
def test_a_clock_that_is_years_off_is_corrected_and_both_times_are_kept(
    years: int, visitor: Cadre, household: Household
) -> None:
    off = timedelta(days=365 * years)
    by_phone = timezone.now() + off - timedelta(hours=2)
    known = visit(
        visitor, household, said_at=ms(by_phone), offset=-ms(timezone.now() + off) + ms(timezone.now())
    )
    unknown = visit(visitor, household, said_at=ms(by_phone), offset=None)
    phone = Sender(visitor)
    assert phone.send(Draft(), known, clock=5).status_code == 201
    assert phone.send(Draft(), unknown, clock=ms(timezone.now() + off)).status_code == 201
    for kept in Visit.objects.all():
        assert abs(kept.said_at - (timezone.now() - timedelta(hours=2))) < timedelta(minutes=1)
        assert abs(kept.phone_said_at - by_phone) < timedelta(seconds=1)


def test_the_future_is_refused_only_after_correction_and_named(visitor: Cadre, household: Household) -> None:
    content = visit(visitor, household, said_at=ms(timezone.now() + timedelta(hours=3)))
    answer = Sender(visitor).send(Draft(), content)
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["field"] == "said_at" and problem["text"]["en"] != problem["text"]["zh-hans"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "opinions.0.text"),
        ({"text": "长" * 5000}, "opinions.0.text"),
        ({"category": None}, "opinions.0.category"),
        ({"category": 999999}, "opinions.0.category"),
        ({"category": "x"}, "opinions.0.category"),
        ({"people": 0}, "opinions.0.people"),
        ({"informant": "anonymous"}, "opinions.0.informant"),
        ({"accused": "unit:999999"}, "opinions.0.accused"),
        ({"accused": "unit:１"}, "opinions.0.accused"),
        ({"on_the_spot": True}, "opinions.0.account"),
        ({"urgency": "later"}, "opinions.0.urgency"),
        ({"photos": [{"id": "x", "size": 1, "digest": ""}]}, "opinions.0.photos.0.id"),
        ({"photos": [{"id": str(uuid.UUID(int=n)), "size": 1, "digest": ""} for n in range(9)]}, "opinions.0.photos"),
        ({"photos": [{"id": str(uuid.UUID(int=1)), "size": 11 << 20, "digest": ""}]}, "opinions.0.photos"),
        ({"particulars": {"1 or 1=1": "x"}}, "opinions.0.particulars"),
    ],
)  # fmt: skip
def test_what_is_malformed_stays_on_the_phone_and_the_field_is_named(
    changes: dict, field: str, visitor: Cadre, household: Household
) -> None:
    answer = Sender(visitor).send(Draft(), visit(visitor, household, said(make_category(), **changes)))
    assert answer.status_code == 422, answer.content
    problems = answer.json()["problems"]
    assert [one["field"] for one in problems] == [field]
    assert set(problems[0]["text"]) == {"zh-hans", "en"}
    label = problems[0]["label"]
    assert label["en"] != label["zh-hans"] or field.endswith("particulars")
    assert not Visit.objects.exists() and not Opinion.objects.exists() and not UndecidedVisit.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"place": "999999999999", "household": None, "kind": "on_the_way"}, "place"),
        ({"household": None}, "household"),
        ({"kind": "team"}, "household"),
        ({"said_at": 10**18}, "said_at"),
        ({"said_at": "now"}, "said_at"),
        ({"said_at": 0, "offset": 0}, "said_at"),
        ({"cadres": [999999]}, "cadres"),
        ({"anonymous": 11}, "anonymous"),
        ({"remarks": "长" * 5000}, "remarks"),
        ({"looks": [{"number": "x" * 30, "word": "done"}]}, "looks.0.number"),
        ({"nobody_home": "no"}, "nobody_home"),
    ],
)
def test_a_malformed_visit_names_its_field(
    changes: dict, field: str, visitor: Cadre, household: Household
) -> None:
    answer = Sender(visitor).send(Draft(), visit(visitor, household) | changes)
    assert answer.status_code == 422, answer.content
    (problem,) = answer.json()["problems"]
    assert problem["field"] == field
    named = {
        "place": "Place",
        "said_at": "When",
        "cadres": "Who went with me",
        "remarks": "Remarks on the visit",
    }
    assert problem["label"]["en"] == named.get(field, problem["label"]["en"])


def test_a_look_back_that_is_wrong_names_its_matter(visitor: Cadre, household: Household) -> None:
    before = make_opinion(by=visitor, household=household)
    content = visit(visitor, household, looks=[{"number": before.number, "word": "perhaps"}])
    (problem,) = Sender(visitor).send(Draft(), content).json()["problems"]
    assert problem["label"] == dict.fromkeys(("zh-hans", "en"), before.number)


def test_somebody_spoke_then_somebody_was_at_home(visitor: Cadre, household: Household) -> None:
    content = visit(visitor, household, said(make_category()), nobody_home=True)
    answer = Sender(visitor).send(Draft(), content)
    assert [one["field"] for one in answer.json()["problems"]] == ["nobody_home"]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"}, {"schema": 2}, {"kind": "else"}, {"clock": "x"}, {"sealed": "!"}, {"sealed": ""},
        {"sealed_key": ""}, {"key_id": "0" * 16}, {"iv": ""}, {"id": str(uuid.UUID(int=7))},
    ],
)  # fmt: skip
def test_what_is_no_packet_is_refused_in_json(change: dict, visitor: Cadre) -> None:
    answer = Sender(visitor).post("phone-arrivals", Draft().packet(visit(visitor, None)) | change)
    assert (answer.status_code, answer.json()["state"]) == (400, "bad_request")


def test_what_is_too_long_or_no_json_is_refused_before_it_is_read(visitor: Cadre) -> None:
    phone = Sender(visitor)
    for body in ("x" * (600 * 1024), "[]", "{", '{"a":' * 5000, '{"id": "\\u0000"}'):
        answer = phone.client.post("/phone/arrivals/", body, content_type="application/json")
        assert answer.status_code in (400, 413) and answer.json()["state"], body[:20]


def test_matters_of_last_time_are_answered_by_the_rules_of_the_door(
    visitor: Cadre, household: Household, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    before = make_opinion(by=visitor, household=household)
    answered(before, by=coordinator, unit=transport, person=head)
    draft, phone = Draft(), Sender(visitor)
    look = {"number": before.number, "word": "done", "remark": ""}
    content = visit(visitor, household, looks=[look], said_at=ms(timezone.now()))
    first, again = phone.send(draft, content), phone.send(draft, content)
    assert first.json()["looks"] == again.json()["looks"]
    (told,) = first.json()["looks"]
    assert told["number"] == before.number and told["became"]["en"] == "confirmed and closed"
    before.refresh_from_db()
    assert before.state == "closed" and before.events.filter(verb="call_back").count() == 1


def test_an_accusation_of_the_own_unit_arrives_with_its_number(
    visitor: Cadre, committee: Unit, household: Household
) -> None:
    opinion = said(make_category(), accused=f"unit:{committee.pk}")
    answer = Sender(visitor).send(Draft(), visit(visitor, household, opinion))
    assert answer.status_code == 201 and answer.json()["opinions"][0]["number"]
    assert not Opinion.objects.visible_to(visitor).exists()


def test_who_is_signed_out_is_told_so_in_json(client: object, visitor: Cadre) -> None:
    answer = client.post("/phone/arrivals/", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (401, "signed_out")


def test_a_full_disk_of_the_database_writes_nothing_and_says_later(
    visitor: Cadre, household: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, phone, content = Draft(), Sender(visitor), visit(visitor, household, said(make_category()))

    def full(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("could not extend file") from DiskFull()

    with monkeypatch.context() as patched:
        patched.setattr(arriving, "_arrived", full)
        answer = phone.send(draft, content)
    assert (answer.status_code, answer.json()) == (507, {"state": "full"})
    assert not Visit.objects.exists() and not Opinion.objects.exists()
    assert phone.send(draft, content).status_code == 201


def test_a_draft_is_opened_for_its_author_only(visitor: Cadre, committee: Unit, household: Household) -> None:
    draft = Draft()
    packet, content = draft.packet(visit(visitor, household)), visit(visitor, household)
    opened = Sender(visitor).post("phone-open", {"packet": packet})
    assert opened.status_code == 200 and opened.json()["content"]["household"] == content["household"]
    assert opened["Cache-Control"] == "private, no-store"
    assert b64decode(opened.json()["key"]) == draft.key
    colleague = make_cadre(name="colleague", role=Role.VISITOR, unit=committee, region=GRID)
    refused = Sender(colleague).post("phone-open", {"packet": packet})
    assert (refused.status_code, refused.json()) == (403, {"state": "somebody_elses"})
    assert Sender(visitor).post("phone-open", {"packet": json.loads("null")}).status_code == 400
