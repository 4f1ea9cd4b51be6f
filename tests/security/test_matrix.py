"""Every address × method × person: one reviewed table. An address missing in the table fails.

The people: ``own`` works with the opinion or page, ``foreign`` has the role but another place or unit,
``accused`` is whom the opinion complains about, ``outsider`` belongs to another district.
"""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from grievances.exports.making import rights_of
from grievances.models import (
    Attachment,
    BulkOrder,
    CommonProblem,
    MadeFile,
    ModelAnswer,
    Notice,
    Opinion,
    Phone,
    SavedView,
    Succession,
    UndecidedVisit,
    Visit,
)
from grievances.steps.record import Accused
from grievances.workflow import TRANSITIONS, Verb
from tests.factories import GRID, fresh, make_cadre, make_campaign, make_household, make_opinion, make_region
from villages.models import Absence, Cadre, Role, Unit

ROLES = (
    "visitor", "handler", "head", "coordinator", "caller", "leader", "auditor", "administrator", "outsider",
)  # fmt: skip
STAFF = {"handler", "head", "coordinator", "caller", "leader", "outsider"}
SEEING = {"visitor", "handler", "head", "coordinator", "caller", "leader", "auditor"}
ALL = set(ROLES)

# address → who gets a page (200, or a redirect to one); of the others some get 403 and some 404.
PAGES: dict[str, set[str]] = {
    "home": ALL,
    "help": ALL,
    "password-change": ALL,
    "notice-list": ALL,
    "notice-settings": ALL,
    "escalation-list": ALL - {"administrator"},
    "delivery-list": {"administrator"},
    "absence-list": ALL,
    "undecided-list": ALL,
    "phone-list": ALL,
    "visitor-home": {"visitor"},
    "visit-new": {"visitor"},
    "household-list": {"visitor", "coordinator"},
    "desk": STAFF,
    "opinion-list": ALL - {"administrator"},
    "opinion-export": ALL - {"administrator"},
    "search": ALL - {"administrator"},
    "commands": ALL - {"administrator"},
    "walk-next": ALL - {"administrator"},
    "walk-previous": ALL - {"administrator"},
    "opinion-new": {"visitor", "handler", "head", "coordinator", "caller", "outsider"},
    "dashboard": {"head", "coordinator", "caller", "leader", "auditor"},
    "workload": {"head", "coordinator", "leader"},
    "slipped": {"head", "coordinator"},
    "campaign-list": ALL - {"administrator"},
    "common-problem-list": ALL - {"administrator"},
    "campaign-new": {"coordinator"},
    "audit": {"auditor"},
    "audit-withdrawn": {"auditor"},
    "audit-rights": {"auditor"},
    "people": {"administrator"},
    "jobs": {"administrator"},
    "bulk-list": STAFF,
    "view-list": ALL - {"administrator"},
    "view-new": ALL - {"administrator"},
    "list-columns": ALL - {"administrator"},
    "model-answer-list": {"handler", "head", "coordinator", "outsider"},
    "model-answer-new": {"handler", "head", "coordinator", "outsider"},
    "bulk-proposals": {"coordinator"},
    "proposal-list": {"coordinator"},
    "supervision-list": {"head", "coordinator", "leader"},
    "call-backs": {"caller"},
    "chosen-paper": STAFF,
    "chosen-export": STAFF,
    "made-file-list": ALL,
    "household-export": {"visitor", "coordinator"},
    "workload-export": {"head", "coordinator", "leader"},
    "campaign-list-export": ALL - {"administrator"},
    "audit-export": {"auditor"},
    "audit-withdrawn-export": {"auditor"},
    "audit-rights-export": {"auditor"},
    "people-export": {"administrator"},
}
# address → (arguments, who gets it)
OBJECTS: dict[str, set[str]] = {
    "household": {"visitor", "coordinator"},
    "visit-household": {"visitor"},
    "visit": {"visitor", "coordinator", "leader", "auditor"},
    "undecided": {"visitor", "coordinator"},
    "desk-queue": {"handler", "head", "outsider"},
    "desk-export": {"handler", "head", "outsider"},
    "desk-paper": {"handler", "head", "outsider"},
    "opinion": SEEING,
    "opinion-receipt": SEEING,
    "opinion-paper": SEEING,
    "opinion-dispatch-slip": SEEING,
    "opinion-answer-letter": SEEING,
    "opinion-notes": {"handler", "head", "coordinator", "leader", "auditor"},
    "model-answer": {"handler", "head", "coordinator"},
    "opinion-informant": {"visitor", "handler", "head", "coordinator", "caller"},
    "attachment": SEEING,
    "opinion-same": {"visitor", "handler", "head", "coordinator", "caller"},
    "common-problem": SEEING,
    "common-problem-edit": {"head", "coordinator"},
    "common-problem-close": {"head", "coordinator"},
    "dashboard-place": {"head", "coordinator", "caller", "leader", "auditor"},
    "campaign": SEEING,
    "campaign-villages": SEEING,
    "campaign-visits": {"visitor", "coordinator"},
    "campaign-edit": {"coordinator"},
    "handover": {"head", "administrator"},
    "leaving": {"head", "administrator"},
    "absence": {"handler", "head", "administrator"},
    "absence-end": {"handler", "head", "administrator"},
    "succession": {"handler"},
    "notice-cases": {"handler"},
    "phone-end": {"visitor", "administrator"},
    "cadre-phones": {"administrator"},
    "bulk-new": {"handler", "head", "outsider"},
    "bulk-order": {"head"},
    "bulk-order-export": {"head"},
    "made-file": {"head"},
    "made-file-get": {"head"},
    "unit-workload": {"head", "coordinator", "leader"},
    "unit-colleagues": {"head"},
    "opinion-like": {"coordinator"},
    "slipped-list": {"head", "coordinator"},
    "view-open": {"handler"},
    "view-edit": {"handler"},
    "view-delete": {"handler"},
    "slipped-export": {"head", "coordinator"},
    "unit-workload-export": {"head", "coordinator", "leader"},
    "dashboard-export": {"head", "coordinator", "caller", "leader", "auditor"},
    "campaign-villages-export": SEEING,
    "campaign-visits-export": {"visitor", "coordinator"},
}
POST_ONLY = {
    "sign-out",
    "changes-seen",
    "notices-seen",
    "language",
    "view-start",
    "list-changes",
    "opinion-new-same",
}
# Posted on a case or a visit: their own tests ask who may.
POSTED = {"answer-draft", "visit-same"}
PUBLIC = {
    "sign-in", "help", "language", "phone", "phone-shell", "phone-worker", "phone-manifest", "phone-no-network",
}  # fmt: skip
# What a phone's script asks, with its method: who may; the others get 403, and without a session 401, in JSON.
PHONE: dict[str, tuple[str, set[str]]] = {
    "phone-contact": ("get", ALL),
    "phone-enrol": ("post", {"visitor"}),
    "phone-along": ("post", {"visitor"}),
    # Also of those whose post has ended: what they wrote still arrives, to be decided.
    "phone-arrivals": ("post", ALL),
    "phone-photo": ("put", ALL),
    "phone-open": ("post", ALL),
}
STEPS = {verb.address: verb for verb in TRANSITIONS if TRANSITIONS[verb].who}


def addresses(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name
        elif pattern.namespace != "admin":
            yield from addresses(pattern.url_patterns)


def test_no_address_is_missing_in_the_table() -> None:
    known = set(PAGES) | set(OBJECTS) | POST_ONLY | POSTED | PUBLIC | set(STEPS) | set(PHONE)
    found = set(addresses(get_resolver().url_patterns))
    assert found == known
    assert len(found) > 50


@pytest.fixture
def everybody(request: pytest.FixtureRequest, db: None) -> dict[str, Cadre]:
    return {name: request.getfixturevalue(name) for name in ROLES}


@pytest.fixture
def case(everybody: dict[str, Cadre], transport: Unit) -> Opinion:
    household = make_household()
    opinion = make_opinion(by=everybody["visitor"], household=household)
    opinion.assign(by=everybody["coordinator"], unit=transport)
    return opinion


@pytest.fixture
def arguments(
    case: Opinion, everybody: dict[str, Cadre], settings: object, tmp_path: Path
) -> dict[str, list[object]]:
    household = case.informants.get().household
    visit = Visit.objects.create(
        household=household, region=household.grid, said_at=case.recorded_at, recorded_at=case.recorded_at,
        recorded_by=everybody["visitor"], campaign=make_campaign(),
    )  # fmt: skip
    waiting = UndecidedVisit.objects.create(
        key=uuid.uuid4(), author=everybody["visitor"], region=household.grid, received_on=timezone.localdate(),
        said_at=case.recorded_at, phone_said_at=case.recorded_at, reasons=["village"],
    )  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    file = Attachment.objects.create(
        opinion=case, media_type="image/jpeg", size=1, added_at=case.recorded_at,
        file=ContentFile(b"x", name="x"),
    )  # fmt: skip
    order = BulkOrder.objects.create(
        key=uuid.uuid4(), by=everybody["head"], verb="transfer", digest="", made_at=case.recorded_at
    )
    view = SavedView.objects.create(owner=everybody["handler"], name="我的", queue="in-hand")
    tomorrow = timezone.localdate() + timedelta(days=1)
    away = Absence.objects.create(
        cadre=everybody["handler"], substitute=everybody["head"], since=tomorrow, until=tomorrow,
        set_by=everybody["handler"],
    )  # fmt: skip
    handed = Succession.objects.create(
        leaving=everybody["head"], successor=everybody["handler"], by=everybody["administrator"],
        made_at=case.recorded_at, until=case.recorded_at + timedelta(days=2),
    )  # fmt: skip
    told = uuid.uuid4()
    list_of_it = {"cadre": everybody["handler"], "address": reverse("notice-cases", args=[told])}
    Notice.objects.create(key=told.hex, **list_of_it)
    Notice.objects.create(key=f"{told.hex}:{case.pk}", opinion=case, seen_at=case.recorded_at, **list_of_it)
    made = MadeFile(
        key=uuid.uuid4(), owner=everybody["head"], title="x", format="csv", language="en", state="ready",
        made_at=case.recorded_at, told_at=case.recorded_at, finished_at=case.recorded_at, total=1,
        file=ContentFile(b"x", name="x"),
    )  # fmt: skip
    made.posts = rights_of(fresh(everybody["head"]), made)
    made.save()
    phone = Phone.objects.create(
        key=uuid.uuid4(), cadre=everybody["visitor"], label="x", enrolled_at=case.recorded_at,
        contact_on=timezone.localdate(),
    )  # fmt: skip
    papers = ("opinion-receipt", "opinion-paper", "opinion-dispatch-slip", "opinion-answer-letter")
    model_answer = ModelAnswer.objects.create(
        region_id=GRID[:6], outcome="resolved", title="已办结", text="已办理完毕。"
    )
    doors = ("opinion", *papers, "opinion-informant", "opinion-notes", "opinion-same", *STEPS)
    numbered = {name: [case.number] for name in doors}
    problem = CommonProblem(key=uuid.uuid4(), title="路面坑洼")
    case.join(by=everybody["coordinator"], problem=problem)
    problems = ("common-problem", "common-problem-edit", "common-problem-close")
    numbered |= {name: [problem.key] for name in problems}
    return numbered | {
        "household": [household.pk],
        "visit-household": [household.pk],
        "visit": [visit.key],
        "undecided": [waiting.key],
        "phone-photo": [visit.key, uuid.uuid4()],
        "desk-queue": ["to-take"],
        "desk-export": ["to-take"],
        "desk-paper": ["to-take"],
        "attachment": [file.pk],
        "dashboard-place": [GRID[:6]],
        "campaign": [visit.campaign_id],
        "campaign-edit": [visit.campaign_id],
        "campaign-villages": [visit.campaign_id],
        "campaign-visits": [visit.campaign_id],
        "handover": [everybody["head"].pk],
        "leaving": [everybody["handler"].pk],
        "absence": [everybody["handler"].pk],
        "absence-end": [away.pk],
        "succession": [handed.pk],
        "notice-cases": [told],
        "phone-end": [phone.key],
        "cadre-phones": [everybody["visitor"].pk],
        "bulk-new": ["transfer"],
        "bulk-order": [order.key],
        "bulk-order-export": [order.key],
        "made-file": [made.key],
        "made-file-get": [made.key],
        "unit-workload": [case.unit_id],
        "unit-colleagues": [case.unit_id],
        "opinion-like": [case.number],
        "slipped-list": ["untouched"],
        "view-open": [view.pk],
        "view-edit": [view.pk],
        "view-delete": [view.pk],
        "model-answer": [model_answer.pk],
        "slipped-export": ["untouched"],
        "unit-workload-export": [case.unit_id, "weeks"],
        "dashboard-export": [GRID[:6], "places"],
        "campaign-villages-export": [visit.campaign_id],
        "campaign-visits-export": [visit.campaign_id],
    }


def ask(cadre: Cadre | None, name: str, args: list[object] = (), *, method: str = "get") -> int:
    client = Client(raise_request_exception=False)
    if cadre:
        client.force_login(fresh(cadre))
    return getattr(client, method)(reverse(name, args=args)).status_code


@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_open_for_exactly_these_people(name: str, everybody: dict[str, Cadre]) -> None:
    for role, cadre in everybody.items():
        status = ask(cadre, name)
        assert (status in (200, 302)) == (role in PAGES[name]), f"{name} {role} {status}"
        assert status in (200, 302, 403), f"{name} {role} {status}"


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_objects_open_for_exactly_these_people(
    name: str,
    everybody: dict[str, Cadre],
    arguments: dict[str, list[object]],
    settings: object,
    tmp_path: object,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    Attachment.objects.get().file.save("x", __import__("io").BytesIO(b"x"))
    for role, cadre in everybody.items():
        status = ask(cadre, name, arguments[name])
        # 409: theirs to print, but there is no such paper yet.
        opens = (200, 302, 409) if name == "opinion-answer-letter" else (200, 302)
        assert (status in opens) == (role in OBJECTS[name]), f"{name} {role} {status}"
        assert status in (*opens, 403, 404), f"{name} {role} {status}"


@pytest.mark.parametrize("name", sorted(STEPS))
def test_steps_open_only_for_whom_the_table_names(
    name: str, everybody: dict[str, Cadre], arguments: dict[str, list[object]], case: Opinion
) -> None:
    from grievances.flow.relations import relations

    for role, cadre in everybody.items():
        status = ask(cadre, name, arguments[name])
        visible = Opinion.objects.visible_to(fresh(cadre)).filter(pk=case.pk).exists()
        allowed = TRANSITIONS[STEPS[name]].who & relations(case, fresh(cadre))
        # 409: theirs to do, but not in the state that the case is in.
        expected = {404} if not visible else {200, 409} if allowed else {403}
        assert status in expected, f"{name} {role} {status}"


@pytest.mark.parametrize("name", sorted((set(PAGES) | POST_ONLY) - PUBLIC))
def test_nothing_opens_without_a_sign_in(name: str, db: None) -> None:
    asked = Client().get(reverse(name))
    assert asked.status_code == 302 and asked["Location"].startswith(reverse("sign-in"))
    assert Client().post(reverse(name)).status_code == 401


@pytest.mark.parametrize("name", sorted(PHONE))
def test_a_phones_script_is_answered_in_words_that_it_understands(
    name: str, everybody: dict[str, Cadre], arguments: dict[str, list[object]]
) -> None:
    method, who = PHONE[name]
    address = reverse(name, args=arguments.get(name, []))
    signed_out = getattr(Client(), method)(address)
    assert (signed_out.status_code, signed_out.json()["state"]) == (401, "signed_out")
    assert "no-store" in signed_out["Cache-Control"]
    for role, cadre in everybody.items():
        client = Client(raise_request_exception=False)
        client.force_login(fresh(cadre))
        answer = getattr(client, method)(address, content_type="application/json")
        forbidden = answer.status_code == 403 and answer.json()["state"] == "forbidden"
        assert forbidden == (role not in who), f"{name} {role} {answer.status_code}"
        assert answer.status_code < 500 and "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_that_only_shows_refuses_other_methods(name: str, everybody: dict[str, Cadre]) -> None:
    role = sorted(PAGES[name])[0]
    assert ask(everybody[role], name, method="delete") in (302, 403, 405)


def test_what_only_acts_is_never_done_by_a_link(everybody: dict[str, Cadre]) -> None:
    for name in POST_ONLY - {"language"}:
        assert ask(everybody["visitor"], name) == 405


def test_the_accused_gets_404_at_every_door(
    everybody: dict[str, Cadre], committee: Unit, secretary: Cadre
) -> None:
    opinion = make_opinion(by=everybody["visitor"], accused=[Accused(unit=committee)])
    papers = ("opinion-receipt", "opinion-paper", "opinion-dispatch-slip", "opinion-answer-letter")
    doors = ("opinion", *papers, "opinion-informant", "opinion-notes", "answer-draft", "opinion-same", *STEPS)
    problem = CommonProblem(key=uuid.uuid4(), title="金丝雀")
    opinion.join(by=everybody["coordinator"], problem=problem)
    for cadre in (secretary, everybody["visitor"]):
        for name in doors:
            for method in ("get", "post"):
                status = ask(cadre, name, [opinion.number], method=method)
                # 405 is the answer of every such address, whatever its number.
                refusing = "get" if name in POSTED else "post"
                assert status == 404 or (status, method) == (405, refusing), name
        for name in ("common-problem", "common-problem-edit", "common-problem-close"):
            assert ask(cadre, name, [problem.key]) == 404, name
    assert len(doors) > 30


def _written() -> dict[str, int]:
    """How many rows every table has, without what signing in and looking leave."""
    models = [
        one
        for one in apps.get_models()
        if one._meta.label not in ("sessions.Session", "axes.AccessLog", "grievances.Look")
    ]
    return {one._meta.label: one._base_manager.count() for one in models}


def test_opening_a_page_writes_nothing(
    everybody: dict[str, Cadre], arguments: dict[str, list[object]]
) -> None:
    before = _written()
    for name, roles in (PAGES | OBJECTS).items():
        ask(everybody[min(roles)], name, arguments.get(name, []))
    assert _written() == before and len(before) > 50


def test_words_of_an_accusation_appear_on_no_page_of_the_accused(
    everybody: dict[str, Cadre], committee: Unit, secretary: Cadre
) -> None:
    opinion = make_opinion(by=everybody["visitor"], accused=[Accused(unit=committee)], text="金丝雀八哥")
    opinion.join(by=everybody["coordinator"], problem=CommonProblem(key=uuid.uuid4(), title="金丝雀"))
    client = Client()
    client.force_login(fresh(secretary))
    for name in (
        "desk", "opinion-list", "dashboard", "notice-list", "campaign-list", "workload", "slipped",
        "escalation-list", "view-list", "common-problem-list", "supervision-list", "model-answer-list",
        "absence-list", "made-file-list", "bulk-list", "undecided-list",
    ):  # fmt: skip
        page = client.get(reverse(name), follow=True).content.decode()
        assert "金丝雀" not in page and opinion.number not in page
    for name, asked in (
        ("opinion-list", {"text": "金丝雀", "figure": "collected"}),
        ("search", {"q": "金丝雀"}),
    ):
        found = client.get(reverse(name), asked)
        assert "金丝雀八哥" not in found.content.decode() and opinion.number not in found.content.decode()
    for asked in ({"q": "金丝雀"}, {"q": opinion.number, "case": opinion.number}):
        found = client.get(reverse("commands"), asked, headers={"HX-Request": "true"}).content.decode()
        assert "金丝雀八哥" not in found and f"/opinions/{opinion.number}/" not in found


def test_a_campaign_of_another_district_gets_404_and_is_not_listed(everybody: dict[str, Cadre]) -> None:
    campaign = make_campaign(name="大丰大走访", name_en="Dafeng's visit")
    for name in ("campaign", "campaign-villages"):
        assert ask(everybody["outsider"], name, [campaign.pk]) == 404
    foreign = make_campaign(region="320903", name="亭湖大走访", name_en="Next door's visit")
    for name in ("campaign", "campaign-edit", "campaign-villages", "campaign-visits"):
        assert ask(everybody["coordinator"], name, [foreign.pk]) == 404
    client = Client()
    client.force_login(fresh(everybody["leader"]))
    for name in ("campaign-list", "opinion-list", "dashboard"):
        page = client.get(reverse(name), {"filters": "1"}).content.decode()
        assert "大丰大走访" in page and "亭湖大走访" not in page, name


def test_a_visitor_of_another_village_finds_nothing_by_guessing(
    everybody: dict[str, Cadre], case: Opinion, arguments: dict[str, list[object]]
) -> None:
    make_region(code="320904002001001")
    stranger = make_cadre(
        name="stranger", role=Role.VISITOR, unit=everybody["visitor"].unit, region="320904002001001"
    )
    for name in ("household", "visit-household", "visit", "opinion", "opinion-informant", "attachment"):
        assert ask(stranger, name, arguments[name]) == 404, name


@pytest.mark.parametrize("number", ["x" * 4000, "DF26-%00-1", "DF26-00001-0", "..%2f..%2fetc", "é" * 30])
def test_guessed_and_broken_numbers_get_a_4xx(number: str, leader: Cadre) -> None:
    client = Client()
    client.force_login(fresh(leader))
    assert 400 <= client.get(f"/opinions/{number}/").status_code < 500


def test_every_verb_with_somebody_to_do_it_has_a_page() -> None:
    assert {v for v in Verb if v in TRANSITIONS and TRANSITIONS[v].who} == set(STEPS.values())
