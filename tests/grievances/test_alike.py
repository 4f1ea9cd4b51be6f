"""“The same matter?”, while an opinion is written down and when it is dispatched."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import CommonProblem, Opinion
from grievances.problems.alike import alike
from grievances.steps.record import Accused
from tests.factories import GRID, VILLAGE, fresh, make_category, make_opinion
from tests.grievances.cases import answered, copied
from villages.models import Cadre, Unit

TEXT = "村口到卫生室的路坑洼，三轮车颠坏两次"
LIKE = "去卫生室的那条路坑洼太多，三轮车又颠坏了"


@pytest.fixture
def known(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor, text=TEXT)


def signed_in(cadre: Cadre) -> Client:
    client = Client()
    client.force_login(fresh(cadre))
    return client


def found(by: Cadre, text: str = LIKE, place: str = GRID, **more: object) -> list[Opinion]:
    return alike(text, category=make_category(), place=place, by=fresh(by), **more)


def test_open_matters_in_like_words_are_offered(known: Opinion, visitor: Cadre) -> None:
    assert found(visitor) == [known]
    assert found(visitor, text="小学门口没有路灯，孩子看不见") == []
    assert found(visitor, text="路") == []


def test_of_one_common_problem_one_is_offered(known: Opinion, visitor: Cadre) -> None:
    again = make_opinion(by=visitor, text=TEXT)
    assert set(found(visitor)) == {known, again}
    again.join_same(known, by=visitor, key=uuid.uuid4())
    (offered,) = found(visitor)
    assert [row.problem for row in offered.joined] == [CommonProblem.objects.get()]


def test_another_category_of_the_family_counts_another_family_does_not(
    known: Opinion, visitor: Cadre
) -> None:
    near, far = (
        make_category(code="roads-lamps", name="路灯"),
        make_category(code="water-taps", name="自来水"),
    )
    assert alike(LIKE, category=near, place=GRID, by=fresh(visitor)) == [known]
    assert alike(LIKE, category=far, place=GRID, by=fresh(visitor)) == []


def test_what_is_over_protected_or_not_theirs_is_never_offered(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, committee: Unit, outsider: Cadre
) -> None:
    answered(make_opinion(by=visitor, text=TEXT), by=coordinator, unit=transport, person=head)
    make_opinion(by=visitor, text=TEXT, kind="confidential")
    make_opinion(by=visitor, text=TEXT, accused=[Accused(unit=committee)])
    assert found(coordinator) == []
    make_opinion(by=visitor, text=TEXT)
    assert len(found(coordinator)) == 1 and found(outsider) == []


def test_the_cost_does_not_grow_with_what_is_there(
    known: Opinion, visitor: Cadre, django_assert_max_num_queries: object
) -> None:
    copied(known, 300)
    by = fresh(visitor)
    by.posts_ever  # noqa: B018 – read once a request
    with django_assert_max_num_queries(6):
        assert len(alike(LIKE, category=make_category(), place=VILLAGE, by=by)) == 5


def form(**more: object) -> dict[str, object]:
    return {
        "key": str(uuid.uuid4()), "text": LIKE, "category": make_category().pk, "place_of": GRID,
        "source": "phone", "said_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "informant": "named",
        "name": "李四", "people": 1, "kind": "request", "urgency": "normal", "accused": "",
    } | more  # fmt: skip


def test_the_form_offers_them_and_nothing_for_an_accusation(
    known: Opinion, visitor: Cadre, committee: Unit
) -> None:
    client, address = signed_in(visitor), reverse("opinion-new-same")
    assert known.number in client.post(address, form()).content.decode()
    assert known.number in client.post(reverse("opinion-new"), form(reload="1")).content.decode()
    assert known.number not in client.post(address, form(accused=f"unit:{committee.pk}")).content.decode()
    for wrong in ({"category": "x"}, {"category": "9" * 30}, {"place_of": "\x00"}, {"text": ""}):
        answer = client.post(address, form(**wrong))
        assert answer.status_code in (200, 400) and known.number not in answer.content.decode()


def test_what_is_chosen_as_the_same_is_joined_once(known: Opinion, visitor: Cadre) -> None:
    client, sent = signed_in(visitor), form(same=known.number)
    for _n in range(2):
        assert client.post(reverse("opinion-new"), sent).status_code == 302
    problem = CommonProblem.objects.get()
    assert Opinion.objects.in_problem(problem).count() == 2 == Opinion.objects.count()


@pytest.mark.parametrize("informant", ["confidential", "anonymous"])
def test_who_must_not_be_known_joins_nothing_at_this_moment(
    known: Opinion, visitor: Cadre, informant: str
) -> None:
    sent = form(same=known.number, informant=informant, name="")
    assert signed_in(visitor).post(reverse("opinion-new"), sent).status_code in (200, 302)
    assert Opinion.objects.count() == 2 and not CommonProblem.objects.exists()


def test_a_number_that_one_does_not_see_is_no_same_matter(
    known: Opinion, visitor: Cadre, outsider: Cadre
) -> None:
    for number in ("DF26-99999-9", "x" * 4000):
        assert signed_in(visitor).post(reverse("opinion-new"), form(same=number)).status_code == 302
    assert not CommonProblem.objects.exists()
    assert signed_in(outsider).post(reverse("opinion-same", args=[known.number])).status_code == 404


def test_dispatching_offers_to_join_with_one_click(
    known: Opinion, visitor: Cadre, coordinator: Cadre
) -> None:
    case, client = make_opinion(by=visitor, text=LIKE), signed_in(coordinator)
    assign = client.get(reverse("opinion-assign", args=[case.number])).content.decode()
    address = reverse("opinion-same", args=[case.number])
    assert address in assign
    assert known.number in client.get(address).content.decode()
    form = {"same": known.number, "key": uuid.uuid4(), "version": case.version}
    assert client.post(address, form).status_code == 302
    assert Opinion.objects.in_problem(CommonProblem.objects.get()).count() == 2
    again = client.post(address, {"same": known.number}, headers={"HX-Request": "true"})
    assert again.status_code == 200 and CommonProblem.objects.count() == 1
    assert client.post(address, {"same": "DF26-99999-9"}).status_code == 404


def test_whoever_dispatches_is_told_before_the_form_how_many_may_be_the_same(
    known: Opinion, visitor: Cadre, coordinator: Cadre, leader: Cadre
) -> None:
    case, client = make_opinion(by=visitor, text=LIKE), signed_in(coordinator)
    asks = f'hx-get="{reverse("opinion-same", args=[case.number])}"'
    panel = {"HX-Request": "true"}
    whole = client.get(reverse("opinion-assign", args=[case.number])).content.decode()
    assert 0 < whole.index(asks) < whole.index('<form class="panel')
    shown = client.get(reverse("opinion", args=[case.number]), headers=panel).content.decode()
    assert 0 < shown.index(asks) < shown.index('data-key="1"') < shown.index('id="step"')
    # The form that opens there has it above itself already.
    opened = client.get(reverse("opinion-assign", args=[case.number]), headers=panel).content.decode()
    assert asks not in opened
    line = client.get(reverse("opinion-same", args=[case.number]), headers=panel | {"accept-language": "en"})
    folded = line.content.decode()
    assert "Perhaps the same as 1 open matter" in folded
    assert folded.index("<summary") < folded.index("</summary>") < folded.index(known.number)
    assert asks not in signed_in(leader).get(reverse("opinion", args=[case.number])).content.decode()


def test_the_line_says_that_there_is_none_and_asks_nothing_of_what_is_protected(
    known: Opinion, visitor: Cadre, coordinator: Cadre, committee: Unit
) -> None:
    client, panel = signed_in(coordinator), {"HX-Request": "true", "accept-language": "en"}
    other = make_opinion(by=visitor, text="小学门口没有路灯，孩子看不见")
    line = client.get(reverse("opinion-same", args=[other.number]), headers=panel).content.decode()
    assert "No open matter near here" in line and "<details" not in line
    for protected in (
        make_opinion(by=visitor, text=LIKE, kind="confidential"),
        make_opinion(by=visitor, text=LIKE, accused=[Accused(unit=committee)]),
    ):
        for name in ("opinion", "opinion-assign"):
            page = client.get(reverse(name, args=[protected.number])).content.decode()
            assert reverse("opinion-same", args=[protected.number]) not in page


def test_who_only_reads_is_refused(known: Opinion, leader: Cadre) -> None:
    assert signed_in(leader).get(reverse("opinion-same", args=[known.number])).status_code == 403
