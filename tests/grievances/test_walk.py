"""From case to case along the list from which one was opened, and on after a step."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grievances.models import AfterStep, DeskSettings, Event, Opinion
from grievances.steps.record import Accused
from tests.factories import fresh, make_opinion
from tests.grievances.cases import answered, assigned, carried, copied, in_hand
from villages.models import Cadre, Unit
from villages.paging import SIZE

SITE = "http://testserver"
TO_TAKE = "/desk/to-take/"


@pytest.fixture
def desk(client: Client, head: Cadre) -> Client:
    client.force_login(head)
    client.get(reverse("help"))  # a session's first page notes when it began
    return client


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


@pytest.fixture
def cases(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> list[Opinion]:
    """To take, in the order of the queue."""
    made = [
        assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head) for _n in range(3)
    ]
    for n, one in enumerate(made):
        due(one, days=n + 1)
    return [Opinion.objects.get(pk=one.pk) for one in made]


def due(opinion: Opinion, *, days: int) -> None:
    Opinion.objects.filter(pk=opinion.pk).update(due_at=timezone.now() + timedelta(days=days))


def opened(client: Client, opinion: Opinion, address: str = TO_TAKE, *, panel: bool = True) -> HttpResponse:
    """The case as it opens by a tap in its list."""
    headers = {"Referer": SITE + address}
    if panel:
        headers = {"HX-Request": "true", "HX-Current-URL": SITE + address}
    return client.get(reverse("opinion", args=[opinion.number]), headers=headers)


def link(response: HttpResponse, name: str) -> str:
    """The address of one of the two links along the list."""
    found = re.search(rf'href="({reverse(f"walk-{name}")}[^"]*)"', response.content.decode())
    return unescape(found.group(1)) if found else ""


def walk(client: Client, response: HttpResponse, name: str, address: str = TO_TAKE) -> HttpResponse:
    return client.get(link(response, name), headers={"HX-Request": "true", "HX-Current-URL": SITE + address})


def shown(response: HttpResponse) -> str:
    """The number of the case that is shown."""
    found = re.search(r'data-number="([^"]+)"', response.content.decode())
    return found.group(1) if found else ""


def way(response: HttpResponse) -> dict[str, str]:
    """What the form of a step carries from the links of the case."""
    asked = parse_qs(urlsplit(link(response, "next")).query)
    return {name: values[0] for name, values in asked.items()}


def take(client: Client, opinion: Opinion, *, panel: bool = True, **fields: object) -> HttpResponse:
    headers = {"HX-Request": "true", "HX-Current-URL": SITE + TO_TAKE} if panel else {}
    asked = carried(opinion, told="telephone") | fields
    return client.post(reverse("opinion-accept", args=[opinion.number]), asked, headers=headers)


def test_next_and_previous_follow_the_order_of_the_queue(desk: Client, cases: list[Opinion]) -> None:
    second = walk(desk, opened(desk, cases[0]), "next")
    third = walk(desk, second, "next")
    again = walk(desk, third, "previous")
    assert [shown(one) for one in (second, third, again)] == [
        cases[1].number, cases[2].number, cases[1].number,
    ]  # fmt: skip


def test_the_filters_of_the_list_are_kept(desk: Client, cases: list[Opinion]) -> None:
    Opinion.objects.filter(pk=cases[1].pk).update(urgency="urgent")
    address = f"{TO_TAKE}?urgency=normal"
    assert shown(walk(desk, opened(desk, cases[0], address), "next", address)) == cases[2].number


def test_one_walks_beyond_the_page(desk: Client, case: Opinion) -> None:
    due(case, days=-1)
    copied(Opinion.objects.get(pk=case.pk), 60)
    last = Opinion.objects.order_by("pk")[49]
    page = desk.get(TO_TAKE).context["page"]
    assert page.rows[-1] == last
    beyond = walk(desk, opened(desk, last), "next")
    assert shown(beyond) == Opinion.objects.order_by("pk")[50].number


def test_at_either_end_the_case_stays_and_a_sentence_says_so(desk: Client, cases: list[Opinion]) -> None:
    for one, name in ((cases[0], "previous"), (cases[2], "next")):
        end = walk(desk, opened(desk, one), name)
        assert end["HX-Retarget"] == "#walked" and "data-number" not in end.content.decode()
        assert "case of the list" in end.content.decode() or "列表" in end.content.decode()


def test_the_place_is_kept_when_the_case_has_left_the_list(desk: Client, cases: list[Opinion]) -> None:
    at_the_second = opened(desk, cases[1])
    done = take(desk, cases[1], **way(at_the_second))
    assert shown(done) == cases[1].number
    assert Opinion.objects.get(pk=cases[1].pk).state == "handling"
    assert shown(walk(desk, done, "next")) == cases[2].number
    assert shown(walk(desk, done, "previous")) == cases[0].number


def test_without_script_the_links_lead_along_the_list_too(desk: Client, cases: list[Opinion]) -> None:
    page = opened(desk, cases[0], f"{TO_TAKE}?order=due", panel=False)
    following = desk.get(link(page, "next"), follow=True)
    assert following.redirect_chain[-1][0].startswith(reverse("opinion", args=[cases[1].number]))
    assert following.context["list"] == f"{TO_TAKE}?order=due"
    last = desk.get(link(following, "next"), follow=True)
    end = desk.get(link(last, "next"), follow=True)
    assert end.redirect_chain[-1][0] == f"{TO_TAKE}?order=due" and 'role="status"' in end.content.decode()


@pytest.mark.parametrize("order", ["due", "newest", "latest", "number", "place"])
def test_every_order_of_all_opinions_is_walked_as_it_is_listed(
    client: Client, leader: Cadre, cases: list[Opinion], order: str
) -> None:
    Opinion.objects.filter(pk=cases[1].pk).update(due_at=None)
    client.force_login(leader)
    address = f"{reverse('opinion-list')}?order={order}"
    listed = [row.number for row in client.get(address).context["page"].rows]
    page = opened(client, Opinion.objects.get(number=listed[0]), address, panel=False)
    walked = [listed[0]]
    for _step in listed[1:]:
        page = client.get(link(page, "next"), follow=True)
        walked.append(shown(page))
    assert walked == listed
    assert shown(client.get(link(page, "previous"), follow=True)) == listed[-2]


@pytest.mark.parametrize("asked", ["figure=assigned", "figure=open", "as_of={yesterday}"])
def test_the_list_behind_a_figure_is_walked(
    client: Client,
    leader: Cadre,
    visitor: Cadre,
    coordinator: Cadre,
    transport: Unit,
    head: Cadre,
    asked: str,
) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=3)):
        for _n in range(3):
            assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    yesterday = timezone.localdate() - timedelta(days=1)
    client.force_login(leader)
    address = f"{reverse('opinion-list')}?{asked.format(yesterday=yesterday)}"
    listed = [row.case.number for row in client.get(address).context["page"].rows]
    assert len(listed) == 3
    page = opened(client, Opinion.objects.get(number=listed[0]), address, panel=False)
    second = client.get(link(page, "next"), follow=True)
    third = client.get(link(second, "next"), follow=True)
    assert [shown(second), shown(third)] == listed[1:]
    assert shown(client.get(link(third, "previous"), follow=True)) == listed[1]


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/desk/to-take/", "//elsewhere.example/desk/to-take/", "javascript:alert(1)",
        "/people/", "/opinions/DF26-1/", "/desk/no-such/", "/desk/to-dispatch/", "\\\\elsewhere", "/" + "x" * 5000,
        "http://[", "",
    ],
)  # fmt: skip
def test_what_is_no_list_of_the_readers_is_not_carried(
    desk: Client, cases: list[Opinion], address: str
) -> None:
    page = desk.get(reverse("opinion", args=[cases[0].number]), {"list": address})
    assert page.status_code == 200 and link(page, "next") == ""
    assert page.context["list"] == reverse("opinion-list")
    gone = desk.get(reverse("walk-next"), {"list": address, "place": "x"})
    assert gone.url == reverse("opinion-list")
    done = take(desk, cases[0], after="next", list=address, place="x")
    assert done.status_code == 200 and Opinion.objects.get(pk=cases[0].pk).state == "handling"


@pytest.mark.parametrize("place", ["x", "１", "gAAAAA", "x" * 5000])
def test_a_place_that_nobody_wrote_leads_nowhere(desk: Client, cases: list[Opinion], place: str) -> None:
    moved = desk.get(reverse("walk-next"), {"list": TO_TAKE, "place": place})
    assert moved.url == TO_TAKE


def test_a_place_handed_on_shows_only_what_the_reader_may_see(
    desk: Client, cases: list[Opinion], outsider: Cadre
) -> None:
    onward = link(opened(desk, cases[0]), "next")
    stranger = Client()
    stranger.force_login(fresh(outsider))
    assert stranger.get(onward).url == TO_TAKE


def test_the_accused_walk_past_what_accuses_them(
    client: Client, visitor: Cadre, town_coordinator: Cadre, coordinator: Cadre, town: Unit
) -> None:
    before, accusing, behind = (
        make_opinion(by=visitor, accused=accused) for accused in ([], [Accused(unit=town)], [])
    )
    address = f"{reverse('opinion-list')}?order=number"
    numbers = {}
    for cadre in (town_coordinator, coordinator):
        client.force_login(fresh(cadre))
        numbers[cadre] = shown(
            client.get(link(opened(client, before, address, panel=False), "next"), follow=True)
        )
    assert numbers == {town_coordinator: behind.number, coordinator: accusing.number}


def test_the_case_takes_no_query_more_for_its_way(desk: Client, cases: list[Opinion]) -> None:
    counts = []
    for headers in ({}, {"Referer": SITE + TO_TAKE}):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            desk.get(reverse("opinion", args=[cases[0].number]), headers=headers)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_coordinators_queue_takes_one_query_more(
    client: Client, visitor: Cadre, coordinator: Cadre
) -> None:
    case = make_opinion(by=visitor)
    client.force_login(coordinator)
    client.get(reverse("help"))
    counts = []
    for headers in ({}, {"Referer": f"{SITE}/desk/to-dispatch/?text=卫生室&unit=1"}):
        with CaptureQueriesContext(connection) as asked:
            page = client.get(reverse("opinion", args=[case.number]), headers=headers)
        counts.append(len(asked))
    assert page.context["way"].place and counts[1] <= counts[0] + 1


@pytest.mark.parametrize("many", [2, 60])
def test_a_neighbour_is_found_by_one_query_however_long_the_list(
    desk: Client, case: Opinion, many: int, django_assert_num_queries: object
) -> None:
    copied(case, many)
    onward = link(opened(desk, case), "next")
    desk.get(onward)
    with django_assert_num_queries(3) as asked:  # the session, the person with their posts, the neighbour
        assert desk.get(onward).status_code == 302
    assert f"LIMIT {SIZE + 1}" in asked.captured_queries[-1]["sql"]


# after a step


def test_the_next_case_comes_with_the_sentence_of_what_was_done(desk: Client, cases: list[Opinion]) -> None:
    done = take(desk, cases[0], after="next", **way(opened(desk, cases[0])))
    assert shown(done) == cases[1].number and done["HX-Trigger"] == "opinion-changed"
    assert cases[0].number in done.context["done"] and done.context["done"] in done.content.decode()


def test_after_the_last_case_the_list_is_said_to_be_done(desk: Client, cases: list[Opinion]) -> None:
    done = take(desk, cases[2], after="next", **way(opened(desk, cases[2])))
    assert done.context["first"].number == cases[0].number and "data-number" not in done.content.decode()
    for one in cases[:2]:
        done = take(desk, one, after="next", **way(opened(desk, one)))
    assert done.context["first"] is None and done.context["end"] in done.content.decode()


def test_a_case_that_moved_down_its_list_is_not_its_own_next(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    client.force_login(head)
    carries = way(opened(client, case, "/desk/in-hand/"))
    due(case, days=90)
    done = client.post(
        reverse("opinion-remark", args=[case.number]),
        carried(case, text="已联系", after="next") | carries,
        headers={"HX-Request": "true", "HX-Current-URL": f"{SITE}/desk/in-hand/"},
    )
    assert done.context["first"] is None and shown(done) == ""


def test_back_to_the_list_empties_the_panel(desk: Client, cases: list[Opinion]) -> None:
    done = take(desk, cases[0], after="back", **way(opened(desk, cases[0])))
    assert "data-back" in done.content.decode() and shown(done) == ""


@pytest.mark.parametrize("panel", [True, False])
def test_what_was_chosen_is_proposed_at_the_next_step(
    desk: Client, cases: list[Opinion], head: Cadre, panel: bool
) -> None:
    carries = way(opened(desk, cases[0]))
    form = reverse("opinion-accept", args=[cases[1].number])

    def proposed() -> list[str]:
        context = desk.get(form, carries).context
        return [value for value, _label, chosen in context["afterwards"] if chosen]

    assert proposed() == ["stay"]
    take(desk, cases[0], panel=panel, after="next", **carries)
    assert DeskSettings.objects.get(cadre=head).after_step == AfterStep.NEXT
    assert proposed() == ["next"]


def test_it_leaves_the_other_choices_of_the_desk_alone(
    desk: Client, cases: list[Opinion], head: Cadre
) -> None:
    DeskSettings.objects.create(cadre=head, density="compact", columns=["unit"])
    take(desk, cases[0], after="back", **way(opened(desk, cases[0])))
    kept = DeskSettings.objects.get(cadre=head)
    assert (kept.after_step, kept.density, kept.columns) == ("back", "compact", ["unit"])


def test_a_choice_that_there_is_not_changes_nothing(desk: Client, cases: list[Opinion]) -> None:
    done = take(desk, cases[0], after="everywhere", **way(opened(desk, cases[0])))
    assert shown(done) == cases[0].number and not DeskSettings.objects.exists()


def test_a_case_that_was_opened_from_no_list_asks_for_nothing_afterwards(
    desk: Client, cases: list[Opinion]
) -> None:
    form = desk.get(reverse("opinion-accept", args=[cases[0].number]))
    assert 'name="after"' not in form.content.decode()


@pytest.mark.parametrize(
    ("after", "where"), [("stay", "first"), ("back", "list"), ("next", "second"), ("", "first")]
)
def test_without_script_the_step_leads_where_it_was_asked_to(
    desk: Client, cases: list[Opinion], after: str, where: str
) -> None:
    carries = way(opened(desk, cases[0], panel=False))
    done = take(desk, cases[0], panel=False, after=after, **carries)
    numbers = {"first": cases[0].number, "second": cases[1].number}
    wanted = reverse("opinion", args=[numbers[where]]) if where in numbers else TO_TAKE
    assert urlsplit(done.url).path == wanted
    page = desk.get(done.url)
    assert cases[0].number in page.content.decode()
    if where in numbers:
        assert page.context["way"].address == TO_TAKE


def test_on_a_page_of_its_own_the_next_case_comes_as_a_page(desk: Client, cases: list[Opinion]) -> None:
    carries = way(opened(desk, cases[0]))
    own = f"{SITE}{reverse('opinion', args=[cases[0].number])}?{urlencode(carries)}"
    done = desk.post(
        reverse("opinion-accept", args=[cases[0].number]),
        carried(cases[0], told="telephone", after="next") | carries,
        headers={"HX-Request": "true", "HX-Current-URL": own},
    )
    assert urlsplit(done["HX-Redirect"]).path == reverse("opinion", args=[cases[1].number])


@pytest.mark.parametrize("panel", [True, False])
def test_a_refused_step_moves_nobody_on(desk: Client, cases: list[Opinion], panel: bool) -> None:
    carries = way(opened(desk, cases[0]))
    Opinion.objects.get(pk=cases[0].pk).remark(by=fresh(Cadre.objects.get(username="head")), text="先看看")
    late = take(desk, cases[0], panel=panel, after="next", **carries)
    assert late.status_code == 409 and late.context["opinion"].number == cases[0].number
    assert [value for value, _label, chosen in late.context["afterwards"] if chosen] == ["next"]
    wrong = take(desk, cases[1], panel=panel, after="next", told="by-owl", **carries)
    assert wrong.status_code == 422 and wrong.context["opinion"].number == cases[1].number
    assert not DeskSettings.objects.exists()


def test_the_same_request_again_goes_on_again_and_does_one_step(desk: Client, cases: list[Opinion]) -> None:
    fields = carried(cases[0], told="telephone", after="next") | way(opened(desk, cases[0]))
    first, again = (take(desk, cases[0], **fields) for _time in range(2))
    other = take(desk, cases[0], **fields | {"after": "back"})
    assert shown(first) == shown(again) == cases[1].number
    assert "data-back" in other.content.decode()
    assert Event.objects.filter(opinion=cases[0], verb="accept").count() == 1


def test_what_a_colleague_took_meanwhile_is_not_the_next(
    desk: Client, cases: list[Opinion], handler: Cadre
) -> None:
    carries = way(opened(desk, cases[0]))
    Opinion.objects.get(pk=cases[1].pk).accept(by=fresh(handler))
    assert shown(take(desk, cases[0], after="next", **carries)) == cases[2].number


def test_a_case_that_left_my_sight_still_leads_to_the_next(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    one, other = (
        answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head) for _n in range(2)
    )
    client.force_login(caller)
    listed = [row.number for row in client.get("/desk/to-call-back/").context["page"].rows]
    first, second = (one, other) if listed[0] == one.number else (other, one)
    carries = way(opened(client, first, "/desk/to-call-back/"))
    done = client.post(
        reverse("opinion-call-back", args=[first.number]),
        carried(first, contacted="yes", solved="yes", satisfied="yes", means="telephone", after="next")
        | carries,
        headers={"HX-Request": "true", "HX-Current-URL": f"{SITE}/desk/to-call-back/"},
    )
    assert shown(done) == second.number
