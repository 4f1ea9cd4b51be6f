"""Attacks on visits from phones: forged and odd packets, the tray as an oracle, and what ties words to a person."""

import io
import json
import uuid
from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from operator import getitem

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Opinion, Phone, UndecidedVisit, Visit
from grievances.phones import sealed_file, tray, wire
from grievances.workflow import ANSWERED, Verb
from tests.factories import (
    DISTRICT,
    GRID,
    VILLAGE,
    fresh,
    make_cadre,
    make_campaign,
    make_category,
    make_household,
    make_opinion,
    make_region,
    make_unit,
)
from tests.grievances.cases import answered
from tests.grievances.test_races import at_once
from tests.phones.packets import Draft
from tests.phones.sending import Photo, Sender, ms, said, unnamed, visit
from villages.models import Cadre, Household, Role, Unit

OTHER_VILLAGE, OTHER_GRID = "320904001002", "320904001002001"


@pytest.fixture
def household(visitor: Cadre) -> Household:
    return make_household(head="王秘密", number="77 号")


@pytest.fixture
def stranger(visitor: Cadre) -> Cadre:
    """Visits another village."""
    make_region(code=OTHER_GRID)
    unit = make_unit(code="other", region=OTHER_VILLAGE)
    return make_cadre(name="stranger", role=Role.VISITOR, unit=unit, region=OTHER_GRID)


def sealed(*packets: dict, photos: tuple[dict, ...] = ()) -> io.BytesIO:
    file = io.BytesIO(json.dumps({"schema": 1, "packets": packets, "photos": photos}).encode())
    file.name = "village-voices.sealed"
    return file


def forged(draft: Draft, content: dict, **more: object) -> dict:
    """Whoever knows the server's public key can seal anything, in anybody's name."""
    return draft.packet(content, **{"clock": ms(timezone.now())} | more)


def bring(by: Cadre, *packets: dict) -> list[sealed_file.Line]:
    answer = Sender(by).client.post(reverse("undecided-list"), {"file": sealed(*packets)})
    assert answer.status_code == 200, answer.content
    return answer.context["lines"]


def decide(by: Cadre, draft: Draft, **data: str) -> int:
    return Sender(by).client.post(reverse("undecided", args=[draft.id]), data or {"write": "1"}).status_code


def enrolled(cadre: Cadre) -> Phone:
    return Phone.objects.create(
        key=uuid.uuid4(), cadre=cadre, label="Android Chrome", enrolled_at=timezone.now(),
        contact_on=timezone.localdate(),
    )  # fmt: skip


# Who lives there, in another village.


def test_the_tray_does_not_tell_who_lives_in_a_village_that_is_not_mine(
    stranger: Cadre, household: Household
) -> None:
    draft = Draft()
    assert Sender(stranger).send(draft, visit(stranger, household)).status_code == 202
    page = Sender(stranger).client.get(reverse("undecided", args=[draft.id]))
    assert page.status_code == 200
    for hidden in (household.head, household.number):
        assert hidden not in page.content.decode()


def test_the_answer_does_not_tell_whether_others_were_at_a_door_that_is_not_mine(
    visitor: Cadre, stranger: Cadre, coordinator: Cadre, household: Household
) -> None:
    assert Sender(visitor).send(Draft(), visit(visitor, household)).status_code == 201
    draft, content = Draft(), visit(stranger, household)
    assert Sender(stranger).send(draft, content).status_code == 202
    assert decide(coordinator, draft) == 302
    again = Sender(stranger).send(draft, content)
    assert (again.status_code, again.json()["perhaps_same"]) == (200, False)


def test_nobody_floods_the_tray(
    stranger: Cadre, household: Household, coordinator: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tray, "MOST_WAITING", 1)
    first, content = Draft(), visit(stranger, household)
    told = [Sender(stranger).send(draft, content).status_code for draft in (first, Draft(), first)]
    assert told == [202, 422, 202] and UndecidedVisit.objects.count() == 1


# In somebody else's name.


def test_a_coordinator_can_not_forge_a_visit_in_a_visitors_name(
    visitor: Cadre, household: Household, coordinator: Cadre
) -> None:
    draft = Draft()
    lines = bring(coordinator, forged(draft, visit(visitor, household, said(make_category()))))
    assert [line.answer.state for line in lines] == ["undecided"]
    assert decide(coordinator, draft) == 404 and not Visit.objects.exists()
    assert tray.count(fresh(coordinator)) == 0 and tray.count(fresh(visitor)) == 1


def test_whoever_lets_in_a_brought_visit_does_no_call_back_in_its_authors_name(
    visitor: Cadre, household: Household, coordinator: Cadre, transport: Unit, handler: Cadre, petitions: Unit
) -> None:
    before = answered(
        make_opinion(by=visitor, household=household, said_at=timezone.now() - timedelta(days=1)),
        by=coordinator, unit=transport, person=handler,
    )  # fmt: skip
    draft, mine = Draft(), enrolled(visitor)
    look = {"number": before.number, "word": "done", "remark": "满意"}
    solved = said(make_category(), text="灯不亮", on_the_spot=True, account="换了灯泡")
    content = visit(visitor, household, solved, looks=[look], said_at=ms(timezone.now()), phone=str(mine.key))
    bring(coordinator, forged(draft, content))
    friend = make_cadre(name="friend", role=Role.COORDINATOR, unit=petitions)
    assert decide(friend, draft) == 302
    before.refresh_from_db()
    assert before.state in ANSWERED and not before.events.filter(verb=Verb.CALL_BACK).exists()
    assert before.number in Visit.objects.get().remarks
    written = Opinion.objects.latest("pk")
    assert written.text == "灯不亮\n换了灯泡" and written.state not in ANSWERED


@pytest.mark.parametrize("claimed", ["nothing", "made up", "another's", "ended"])
def test_two_coordinators_together_write_nothing_in_a_third_persons_name(
    claimed: str, visitor: Cadre, household: Household, coordinator: Cadre, petitions: Unit
) -> None:
    """One seals a visit in the visitor's name and brings it, the other lets it in: the name of the phone is missing."""
    friend = make_cadre(name="friend", role=Role.COORDINATOR, unit=petitions)
    mine, theirs = enrolled(visitor), enrolled(friend)
    keys = {"nothing": None, "made up": uuid.uuid4(), "another's": theirs.key, "ended": mine.key}
    if claimed == "ended":
        mine.end(by=visitor)
    draft = Draft()
    content = visit(visitor, household, said(make_category()), phone=keys[claimed] and str(keys[claimed]))
    assert [line.answer.state for line in bring(coordinator, forged(draft, content))] == ["undecided"]
    address = reverse("undecided", args=[draft.id])
    page = Sender(friend).client.get(address).content.decode()
    assert "only its author can have it written down" in page and 'name="write"' not in page
    assert decide(friend, draft) == 422 and not Visit.objects.exists()
    # The author still can, and a coordinator can discard it.
    if claimed == "nothing":
        assert decide(friend, draft, discard="1", remark="x") == 302
    else:
        assert decide(visitor, draft) == 302 and Visit.objects.get().recorded_by == visitor


def test_a_visit_that_others_brought_and_let_in_says_so(
    visitor: Cadre, household: Household, coordinator: Cadre, petitions: Unit
) -> None:
    friend = make_cadre(name="friend", role=Role.COORDINATOR, unit=petitions)
    draft = Draft()
    content = visit(visitor, household, said(make_category()), phone=str(enrolled(visitor).key))
    bring(coordinator, forged(draft, content))
    assert decide(friend, draft) == 302
    address = reverse("visit", args=[draft.id])
    for reader in (visitor, coordinator, friend):
        page = Sender(reader).client.get(address).content.decode()
        assert f"Brought as a file by {coordinator.label}" in page and f"let in by {friend.label}" in page
    other, content = Draft(), visit(visitor, household)
    Sender(visitor).send(other, content)
    assert "let in by" not in Sender(visitor).client.get(reverse("visit", args=[other.id])).content.decode()


def test_who_brings_a_file_does_not_learn_from_it_that_it_accuses_him(
    visitor: Cadre, household: Household, town: Unit, town_coordinator: Cadre
) -> None:
    category = make_category()
    packets = [
        forged(Draft(), visit(visitor, household, said(category, accused=f"unit:{town.pk}"))),
        forged(Draft(), visit(visitor, household, said(category))),
    ]
    lines = bring(town_coordinator, *packets)
    assert [line.answer.state for line in lines] == ["undecided"] * 2
    # Neither is there for him: a gap would tell.
    assert tray.count(fresh(town_coordinator)) == 0 and UndecidedVisit.objects.count() == 2


def test_who_brings_a_file_is_not_told_what_is_wrong_with_a_protected_opinion(
    visitor: Cadre, household: Household, coordinator: Cadre
) -> None:
    secret = said(make_category(), informant="confidential", name="李" * 60, accused="unknown")
    (line,) = bring(coordinator, forged(Draft(), visit(visitor, household, secret)))
    assert line.answer.state == "refused" and not line.problems


def test_who_brings_a_file_does_not_learn_which_anonymous_opinion_its_owner_wrote_down(
    visitor: Cadre, coordinator: Cadre
) -> None:
    packet = forged(Draft(), unnamed(visitor, make_category()), kind="anonymous")
    for state in (201, 200):
        (line,) = bring(coordinator, packet)
        assert (line.answer.status, line.numbers) == (state, [])
        assert Opinion.objects.get().number not in str(line.answer)


@pytest.mark.parametrize(("hidden", "told"), [({"informant": "confidential"}, False), ({}, True)])
def test_who_decides_is_not_told_what_is_wrong_with_an_opinion_that_he_may_not_read(
    hidden: dict, told: bool, visitor: Cadre, household: Household, coordinator: Cadre
) -> None:
    plain, category = make_category(), make_category(code="roads-secret", name="路霸", name_en="Road toll")
    draft = Draft()
    visitor.posts.update(region=make_region(code=OTHER_GRID))
    content = visit(visitor, household, said(plain), said(category, **hidden))
    assert Sender(visitor).send(draft, content).status_code == 202
    category.demands_accused = True
    category.save()
    address = reverse("undecided", args=[draft.id])
    client = Sender(coordinator).client
    for page in (client.get(address), client.post(address, {"write": "1"})):
        shown = page.content.decode()
        assert (category.label in shown) is told
    assert page.status_code == 422 and not Visit.objects.exists()
    assert ("Say whom it complains about" in shown) is told
    assert ("A protected opinion: its author has to see to it." in shown) is not told


def test_a_packet_is_no_good_to_whoever_copied_it(
    visitor: Cadre, stranger: Cadre, household: Household
) -> None:
    draft = Draft()
    packet = forged(draft, visit(visitor, household, said(make_category())))
    thief = Sender(stranger)
    told = {
        thief.post("phone-open", {"packet": packet}).status_code,
        thief.post("phone-arrivals", packet).status_code,
    }
    assert told == {403}
    # The sealed key of a packet under another content: without the key nobody makes one.
    mine = forged(Draft(key=bytes(32)), visit(stranger, household))
    for part in ("sealed_key", "sealed", "iv", "id"):
        mixed = thief.post("phone-open", {"packet": mine | {part: packet[part]}})
        assert (mixed.status_code, mixed.json()["problem"]) == (400, "not sealed for this server"), part


# Times.


ENDS = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"said_at": ms(ENDS)},
        {"said_at": ms(ENDS), "offset": None},
        {"said_at": ms(ENDS), "offset": ms(datetime(2026, 11, 1, tzinfo=UTC)) - ms(ENDS)},
        {"said_at": -(2**62), "offset": 2**62 + 1},
        {"said_at": -62135596800000, "offset": None},
        {"said_at": 1e300},
        {"said_at": 0, "offset": -(2**63) + 1},
    ],
)
@pytest.mark.parametrize("clock", [None, 0, -62135596800000, ms(ENDS), 2**63 - 1, 1e300])
def test_no_clock_breaks_a_visit_or_the_page_that_shows_it(
    changes: dict, clock: object, visitor: Cadre, household: Household
) -> None:
    make_campaign()
    phone, draft = Sender(visitor), Draft()
    more = {} if clock is None else {"clock": clock}
    answer = phone.send(draft, visit(visitor, household, said(make_category())) | changes, **more)
    assert answer.status_code in (201, 422), answer.content
    if answer.status_code == 201:
        assert phone.client.get(reverse("visit", args=[draft.id])).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "1970-01-01", "2020-02-02", "9999-12-31"])
@pytest.mark.parametrize("clock", [None, 0, -62135596800000, ms(ENDS), 1e300])
def test_an_anonymous_opinion_is_not_backdated_by_years(day: str, clock: object, visitor: Cadre) -> None:
    more = {} if clock is None else {"clock": clock}
    answer = Sender(visitor).send(
        Draft(), unnamed(visitor, make_category(), day=day), kind="anonymous", **more
    )
    if answer.status_code == 201:
        assert timezone.now() - Opinion.objects.get().said_at < timedelta(days=368)
    else:
        assert [one["field"] for one in answer.json()["problems"]] == ["day"]


def test_words_from_before_the_answer_neither_confirm_nor_reopen_it(
    visitor: Cadre, household: Household, coordinator: Cadre, transport: Unit, handler: Cadre
) -> None:
    earlier = timezone.now() - timedelta(days=2)
    before = make_opinion(by=visitor, household=household, said_at=earlier)
    answered(before, by=coordinator, unit=transport, person=handler)
    state = before.state
    for word in ("done", "not_done"):
        content = visit(
            visitor, household, looks=[{"number": before.number, "word": word}],
            offset=-3_600_000,
        )  # fmt: skip
        answer = Sender(visitor).send(Draft(), content)
        assert answer.status_code == 201 and answer.json()["looks"][0]["became"]["en"].startswith("noted")
    before.refresh_from_db()
    assert before.state == state


def test_whose_case_it_is_confirms_nothing_at_the_door(
    visitor: Cadre, household: Household, coordinator: Cadre, committee: Unit
) -> None:
    """The visitor's own unit did the work."""
    before = make_opinion(by=visitor, household=household, said_at=timezone.now() - timedelta(days=2))
    worker = make_cadre(name="worker", role=Role.HANDLER, unit=committee)
    answered(before, by=coordinator, unit=committee, person=worker)
    state = before.state
    content = visit(
        visitor, household, looks=[{"number": before.number, "word": "done"}], said_at=ms(timezone.now())
    )
    answer = Sender(visitor).send(Draft(), content)
    assert answer.status_code == 201, answer.content
    before.refresh_from_db()
    assert before.state == state


def test_a_stranger_answers_no_matter_of_another_door(
    visitor: Cadre, stranger: Cadre, household: Household, coordinator: Cadre, transport: Unit, handler: Cadre
) -> None:
    before = make_opinion(by=visitor, household=household, said_at=timezone.now() - timedelta(days=2))
    answered(before, by=coordinator, unit=transport, person=handler)
    events = before.events.count()
    draft = Draft()
    content = visit(stranger, household, looks=[{"number": before.number, "word": "done"}])
    assert Sender(stranger).send(draft, content).status_code == 202
    assert decide(coordinator, draft) == 302
    assert before.events.count() == events


# Nothing is swallowed, nothing breaks.


def test_two_opinions_under_one_id_are_refused_and_not_swallowed(
    visitor: Cadre, household: Household
) -> None:
    one = said(make_category())
    answer = Sender(visitor).send(Draft(), visit(visitor, household, one, one | {"text": "另一件事"}))
    assert answer.status_code == 422 and not Opinion.objects.exists() and not Visit.objects.exists()


def test_two_words_on_one_matter_are_refused_and_not_swallowed(visitor: Cadre, household: Household) -> None:
    before = make_opinion(by=visitor, household=household)
    looks = [{"number": before.number, "word": word} for word in ("done", "not_done")]
    answer = Sender(visitor).send(Draft(), visit(visitor, household, looks=looks))
    assert answer.status_code == 422 and not Visit.objects.exists()


@pytest.mark.parametrize("accused", ["unit:0{}", "unit: {}", "unit:+{}", "UNIT:{}", "units:{}"])
def test_an_accusation_has_one_way_of_writing(
    accused: str, visitor: Cadre, household: Household, town: Unit
) -> None:
    answer = Sender(visitor).send(
        Draft(), visit(visitor, household, said(make_category(), accused=accused.format(town.pk)))
    )
    assert answer.status_code == 422 and not UndecidedVisit.objects.exists()


ODD = [
    None, True, False, 0, -1, 2**63 - 1, -(2**63) + 1, 1.5, 1e300, "", " ", "x" * 5000, "١٢", "0x10", "1_0",
    "\u202e<script>", [], [None], [[]], [{}], {}, {"": None}, {"1": {"2": []}}, ["a"] * 100,
    "00000000000000000000000000000000", "unit:99999999999999999999",
]  # fmt: skip


def some(number: int) -> list[object]:
    """An eighth of the odd values, another one for each place: all of them at all places take a minute and a half."""
    return ODD[number % 8 :: 8]


def test_no_value_of_any_type_at_any_place_breaks_the_server(visitor: Cadre, household: Household) -> None:
    category, phone, photo = make_category(), Sender(visitor), Photo()
    before = make_opinion(by=visitor, household=household)

    def whole() -> dict:
        look = {"number": before.number, "word": "done", "remark": "x"}
        one = said(category, photos=[photo.announced], particulars={"1": "x"})
        return visit(visitor, household, one, looks=[look])

    ways = [(name,) for name in whole()] + [("looks", 0, name) for name in ("number", "word", "remark")]
    ways += [("opinions", 0, name) for name in said(category)] + [("opinions", 0, "particulars", "1")]
    ways += [("opinions", 0, "photos", 0, name) for name in photo.announced]
    for n, (*way, last) in enumerate(ways):
        for odd in some(n):
            content = whole()
            reduce(getitem, way, content)[last] = odd
            answer = phone.send(Draft(), content)
            assert answer.status_code in (201, 202, 403, 409, 422), (way, last, odd, answer.content)
            assert answer.headers["Content-Type"] == "application/json"
    for n, name in enumerate(unnamed(visitor, category)):
        for odd in some(n):
            answer = phone.send(Draft(), unnamed(visitor, category) | {name: odd}, kind="anonymous")
            assert answer.status_code in (201, 403, 422), (name, odd, answer.content)
    packets = [
        forged(Draft(), visit(visitor, household)) | {name: odd}
        for n, name in enumerate(forged(Draft(), {}))
        for odd in some(n)
    ]
    for packet in packets:
        assert phone.post("phone-open", {"packet": packet}).status_code in (200, 400), packet
    assert {line.answer.status for line in bring(visitor, *packets, *ODD)} <= {201, 400, 422}
    assert {phone.post("phone-open", {"packet": odd}).status_code for odd in ODD} == {400}
    for key in UndecidedVisit.objects.values_list("key", flat=True):
        assert phone.client.get(reverse("undecided", args=[key])).status_code == 200


def test_a_file_of_a_million_nothings_is_refused_before_it_fills_the_memory(visitor: Cadre) -> None:
    bomb = io.BytesIO(b'{"schema":1,"packets":[' + b"[]," * 1_000_000 + b"[]]}")
    bomb.name = "x.sealed"
    answer = Sender(visitor).client.post(reverse("undecided-list"), {"file": bomb})
    assert answer.status_code == 422
    with pytest.raises(wire.Unreadable, match="too many parts"):
        wire.read(b'{"a":[' + b"0," * 200_000 + b"0]}")


def test_a_file_of_ten_thousand_packets_is_refused_as_a_whole(visitor: Cadre) -> None:
    answer = Sender(visitor).client.post(reverse("undecided-list"), {"file": sealed(*[{}] * 10_000)})
    assert answer.status_code == 422


# What ties an anonymous opinion to its visit.


def test_no_row_of_the_server_keeps_the_moment_at_which_an_anonymous_opinion_came(
    visitor: Cadre, coordinator: Cadre, town_coordinator: Cadre, django_capture_on_commit_callbacks: object
) -> None:
    make_campaign()
    content, phone, began = (
        unnamed(visitor, make_category(), urgency="urgent"),
        Sender(visitor),
        timezone.now(),
    )
    kept = [
        one
        for one in apps.get_models()
        if one._meta.label not in ("sessions.Session", "grievances.TallyMoment")
    ]
    known = {one: set(one._base_manager.values_list("pk", flat=True)) for one in kept}
    with django_capture_on_commit_callbacks(execute=True):
        assert phone.send(Draft(), content, kind="anonymous").status_code == 201
    for model in kept:
        moments = [f.name for f in model._meta.concrete_fields if isinstance(f, models.DateTimeField)]
        for row in model._base_manager.exclude(pk__in=list(known[model])):
            found = {name: getattr(row, name) for name in moments if getattr(row, name)}
            assert not [name for name, at in found.items() if began <= at <= timezone.now()], (model, found)


def test_without_the_token_nothing_is_sent_and_no_answer_is_kept(
    visitor: Cadre, household: Household
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(fresh(visitor))
    packet = json.dumps(forged(Draft(), visit(visitor, household)))
    photo = reverse("phone-photo", args=[uuid.uuid4(), uuid.uuid4()])
    for answer in (
        client.post(reverse("phone-arrivals"), packet, content_type="application/json"),
        client.post(reverse("phone-open"), packet, content_type="application/json"),
        client.post(reverse("phone-enrol"), packet, content_type="application/json"),
        client.put(photo + "?offset=0&total=1", b"x"),
    ):
        assert (answer.status_code, answer.json()) == (403, {"state": "csrf"})
        assert "no-store" in answer.headers["Cache-Control"]
    assert not Visit.objects.exists()
    draft = Draft()
    Sender(visitor).send(draft, visit(visitor, household, place="x"))
    assert "no-store" in client.get(reverse("undecided-list")).headers["Cache-Control"]


# Two at once.


def test_two_who_decide_at_once_and_a_phone_that_sends_again_make_one_visit(committed_db: None) -> None:
    committee, petitions = make_unit(code="committee", region=VILLAGE), make_unit(code="petitions")
    visitor = make_cadre(name="visitor", role=Role.VISITOR, unit=committee, region=GRID)
    people = [
        make_cadre(name=n, role=Role.COORDINATOR, unit=petitions, region=DISTRICT) for n in ("one", "two")
    ]
    household, category = make_household(), make_category()
    visitor.posts.update(region=make_region(code=OTHER_GRID))

    def waiting() -> tuple[Draft, dict, UndecidedVisit]:
        draft, content = Draft(), visit(visitor, household, said(category))
        assert Sender(visitor).send(draft, content).status_code == 202
        return draft, content, UndecidedVisit.objects.get(key=draft.id)

    draft, content, row = waiting()
    whole = tray.content_of(row)
    deeds = [partial(tray.write, row, whole, by=fresh(one)) for one in people]
    deeds += [
        partial(Sender(visitor).send, draft, content),
        partial(tray.discard, row, by=fresh(people[0]), remark="x"),
    ]
    told = at_once(*deeds)
    refused = [one for one in told if isinstance(one, tray.DecidedMeanwhile)]
    assert len(refused) == 2, told
    row.refresh_from_db()
    assert Visit.objects.filter(key=draft.id).count() == (row.state == "written")
    again = Sender(visitor).send(draft, content)
    assert again.json()["state"] == ("arrived" if row.state == "written" else "discarded")
    assert Opinion.objects.count() == (row.state == "written")
