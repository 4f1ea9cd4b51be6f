"""Saved views: a list with its filter under a name, always run with the reader's rights."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.desk.queues import QUEUES, queues_of
from grievances.models import DeskSettings, Opinion, SavedView
from grievances.saved.counting import counts
from grievances.saved.finding import MOST_OWN, address_of, filter_class, find, names_of_lists, views_of
from grievances.saved.ready import READY, ready_for
from grievances.steps.record import Accused
from tests.factories import fresh, make_cadre, make_category, make_opinion
from tests.grievances.cases import answered, assigned, copied, in_hand
from villages.models import Cadre, Role, Unit

MOST_QUERIES = 14


@pytest.fixture
def desk(client: Client, head: Cadre) -> Client:
    client.force_login(head)
    return client


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


def form(**fields: object) -> dict[str, object]:
    return {"name": "我的路", "sharing": "mine", "calls": "never", "queue": "to-take", "query": ""} | fields


def make_view(owner: Cadre, **fields: object) -> SavedView:
    return SavedView.objects.create(**{"owner": owner, "name": "视图"} | fields)


def listed(client: Client, address: str) -> list[str]:
    return [row.case.number for row in client.get(address).context["page"].rows]


def told(cadre: Cadre, *views: object) -> list[int | None]:
    found = counts([(cadre, view) for view in views])
    return [one and one.number for one in found]


def test_a_filtered_list_is_kept_with_one_small_form(desk: Client, case: Opinion, head: Cadre) -> None:
    page = desk.get(reverse("desk-queue", args=["to-take"]), {"text": "卫生室", "order": "number"})
    keep = page.context["around"].keep
    assert keep.replace("&", "&amp;") in page.content.decode()
    asked = desk.get(keep)
    kept = asked.context["form"].initial
    sent = desk.post(reverse("view-new"), form(queue=kept["queue"], query=kept["query"]))
    view = SavedView.objects.get(owner=head)
    assert (view.queue, dict(QueryDict(view.query).items())) == (
        "to-take", {"text": "卫生室", "order": "number"},
    )  # fmt: skip
    assert sent.url == address_of(view) and listed(desk, sent.url) == [case.number]
    assert "我的路" in desk.get(sent.url).content.decode()


def test_what_is_no_filter_is_not_kept(desk: Client, head: Cadre) -> None:
    desk.post(reverse("view-new"), form(query="order=due&after=x&filters=1&view=3&zzz=1&state="))
    assert SavedView.objects.get().query == "order=due"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "id_name"),
        ({"name": "长" * 41}, "id_name"),
        ({"sharing": "place"}, "id_sharing"),
        ({"queue": "to-dispatch"}, "id_queue"),
        ({"query": "state=nonsense"}, "状态"),
        ({"query": "recorded_from=2026-13-45"}, "登记起始日"),
        ({"query": "person=" + "x" * 2000}, "筛选条件"),
        ({"calls": "grown", "grow_by": "0"}, "id_grow_by"),
        ({"calls": "hourly"}, "id_calls"),
        ({"columns": ["informants_name"]}, "id_columns"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_kept(
    desk: Client, wrong: dict[str, object], said: str
) -> None:
    answer = desk.post(reverse("view-new"), form(**wrong))
    assert answer.status_code == 422 and not SavedView.objects.exists()
    page = answer.content.decode()
    assert said in page or ("筛选条件" in page and not said.startswith("id_"))


def test_two_views_of_one_name_are_told_apart(desk: Client, head: Cadre, handler: Cadre) -> None:
    make_view(handler, name="我的路")
    assert desk.post(reverse("view-new"), form()).status_code == 302
    again = desk.post(reverse("view-new"), form())
    assert again.status_code == 422 and "您已有同名视图" in again.content.decode()
    with pytest.raises(IntegrityError):
        make_view(head, name="我的路")


def test_nobody_keeps_more_views_than_can_be_counted(desk: Client, head: Cadre) -> None:
    SavedView.objects.bulk_create(SavedView(owner=head, name=str(n)) for n in range(MOST_OWN))
    assert desk.post(reverse("view-new"), form()).status_code == 422


def test_a_view_is_renamed_takes_over_the_shown_filter_and_is_deleted(
    desk: Client, head: Cadre, case: Opinion
) -> None:
    view = make_view(head, queue="to-take", query="order=due")
    page = desk.get(address_of(view) + "&urgency=danger")
    initial = desk.get(page.context["around"].change).context["form"].initial
    assert QueryDict(initial["query"]).dict() == {"order": "due", "urgency": "danger"}
    desk.post(reverse("view-edit", args=[view.pk]), form(name="新名", query=initial["query"], version=0))
    view.refresh_from_db()
    assert (view.name, view.version) == ("新名", 1) and "urgency=danger" in view.query
    assert desk.get(reverse("view-delete", args=[view.pk])).status_code == 200
    desk.post(reverse("view-delete", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_of_two_who_change_a_view_at_once_the_second_is_told_and_keeps_the_words(
    desk: Client, head: Cadre
) -> None:
    view = make_view(head, queue="to-take")
    address = reverse("view-edit", args=[view.pk])
    assert desk.post(address, form(name="先", version=0)).status_code == 302
    second = desk.post(address, form(name="后", version=0))
    assert second.status_code == 409 and 'value="后"' in second.content.decode()
    assert "先" in second.content.decode()
    view.refresh_from_db()
    assert view.name == "先"
    assert (
        desk.post(address, form(name="后", version=second.context["form"]["version"].value())).status_code
        == 302
    )


def test_another_persons_view_is_not_found(client: Client, head: Cadre, handler: Cadre) -> None:
    view = make_view(handler, name="别人的", queue="to-take", query="order=due", columns=["unit"])
    client.force_login(head)
    for name in ("view-edit", "view-delete"):
        for method in ("get", "post"):
            assert getattr(client, method)(reverse(name, args=[view.pk])).status_code == 404
    assert client.post(reverse("view-start"), {"view": view.pk}).status_code == 404
    page = client.get(address_of(view))
    assert page.context["around"].view is None and "别人的" not in page.content.decode()
    assert "别人的" not in client.get(reverse("view-list")).content.decode()
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_a_units_view_is_found_by_its_people_and_lost_with_the_post(
    client: Client, head: Cadre, handler: Cadre, caller: Cadre
) -> None:
    client.force_login(handler)
    client.post(reverse("view-new"), form(sharing="unit"))
    view = SavedView.objects.get()
    assert find(head, view.key) == view and find(caller, view.key) is None
    client.force_login(head)
    assert client.get(reverse("view-edit", args=[view.pk])).status_code == 200  # heads look after it
    head.posts.update(until=timezone.localdate() - timedelta(days=1))
    make_view(fresh(head))
    assert find(fresh(head), view.key) is None
    assert client.get(reverse("view-edit", args=[view.pk])).status_code in (403, 404)
    assert client.post(reverse("view-edit", args=[view.pk]), form(version=0)).status_code in (403, 404)


def test_whoever_only_finds_a_view_does_not_change_it(client: Client, head: Cadre, handler: Cadre) -> None:
    view = make_view(head, queue="to-take", sharing="unit", unit=head.unit)
    client.force_login(handler)
    assert view.name in client.get(reverse("view-list")).content.decode()
    for name in ("view-edit", "view-delete"):
        assert client.post(reverse(name, args=[view.pk]), form(version=0)).status_code == 403
    assert SavedView.objects.filter(pk=view.pk, name=view.name).exists()


def test_a_head_changes_what_the_unit_sees_but_not_whom_it_calls(
    client: Client, head: Cadre, handler: Cadre
) -> None:
    view = make_view(handler, queue="to-take", sharing="unit", unit=head.unit, calls="daily")
    client.force_login(head)
    client.post(
        reverse("view-edit", args=[view.pk]), form(name="改名", version=0, calls="never", sharing="mine")
    )
    view.refresh_from_db()
    assert (view.name, view.calls, view.sharing, view.unit, view.owner) == (
        "改名", "daily", "unit", head.unit, handler,
    )  # fmt: skip


def test_only_coordinators_share_with_everyone_of_their_place(
    client: Client, head: Cadre, town_coordinator: Cadre, secretary: Cadre, visitor: Cadre
) -> None:
    client.force_login(town_coordinator)
    client.post(reverse("view-new"), form(queue="", sharing="place", query="late=on"))
    view = SavedView.objects.get()
    assert find(secretary, view.key) and find(visitor, view.key) and find(head, view.key) is None
    client.force_login(head)
    assert client.post(reverse("view-new"), form(sharing="place")).status_code == 422


def test_a_view_shows_and_counts_what_its_reader_may_see(
    client: Client, visitor: Cadre, coordinator: Cadre, town_coordinator: Cadre, town: Unit
) -> None:
    plain = make_opinion(by=visitor)
    accusing = make_opinion(by=visitor, accused=[Accused(unit=town)])
    view = make_view(coordinator, queue="to-dispatch", sharing="place", region=coordinator.unit.region)
    for cadre, numbers in (
        (coordinator, {plain.number, accusing.number}),
        (town_coordinator, {plain.number}),
    ):
        client.force_login(cadre)
        if cadre == town_coordinator:
            Opinion.objects.filter(pk=plain.pk).update(desk=town.region_id)
        shown = set(listed(client, address_of(view)))
        assert accusing.number in shown or cadre == town_coordinator
        assert shown <= numbers and told(cadre, view) == [len(shown)]


def test_mine_is_the_readers(head: Cadre, handler: Cadre, case: Opinion) -> None:
    view = make_view(head, query="whose=mine", sharing="unit", unit=head.unit)
    assert told(head, view) == [1] and told(handler, view) == [0]


def test_counts_are_exact_to_a_thousand(head: Cadre, case: Opinion) -> None:
    copied(case, 999)
    view = make_view(head, queue="to-take")
    [count] = counts([(head, view)])
    assert (count.number, count.is_exact) == (1000, True)
    copied(case, 5, called="MORE")
    assert not counts([(head, view)])[0].is_exact


def test_counts_agree_with_their_lists(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, case: Opinion
) -> None:
    late = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    Opinion.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=1))
    answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    client.force_login(head)
    queries = (
        "", "late=on", "whose=mine", "whose=unit&late=on", "whose=mine&by=week", f"category={case.category_id}",
        "category=roads", f"unit={transport.pk}", "older=3", "state=handling", "figure=resolved", "whose=heard",
        "region=320904001", "by=next_week&order=place",
    )  # fmt: skip
    views = [make_view(head, name=str(n), query=query) for n, query in enumerate(queries)]
    views += [make_view(head, name=f"q{one.name}", queue=one.name) for one in queues_of(head)]
    for view, count in zip(views, told(head, *views), strict=True):
        page = client.get(address_of(view)).context["page"]
        assert count == len(page.rows), view.query or view.queue


@pytest.mark.parametrize("many", [1, 25])
def test_all_counts_take_one_question(
    desk: Client, head: Cadre, case: Opinion, many: int, django_assert_max_num_queries: object
) -> None:
    for n in range(many):
        other = make_category(code=f"roads-{n}")
        query = f"category={other.pk}&unit={case.unit_id}&region=320904"
        make_view(head, name=str(n), queue=["", "to-take"][n % 2], query=query)
    desk.get(reverse("help"))
    with django_assert_max_num_queries(MOST_QUERIES):
        page = desk.get(reverse("view-list"), headers={"HX-Request": "true"})
    assert (
        page.content.decode().count('class="view-link"') == many + 2 and "<html" not in page.content.decode()
    )


def test_counting_too_long_shows_none_instead_of_failing(head: Cadre, case: Opinion) -> None:
    copied(case, 300)
    views = [make_view(head, name=str(n), query="whose=mine&older=1") for n in range(60)]
    readings = [(head, view) for view in views]
    assert counts(readings, patience=1)[0] is None
    assert None not in counts(readings, patience=1000, divide=True)


def test_a_filter_that_is_gone_or_wrong_is_said(desk: Client, head: Cadre, case: Opinion) -> None:
    gone = make_view(head, name="旧", queue="to-take", query="weather=rain&order=due")
    wrong = make_view(head, name="错", queue="to-take", query="category=999999")
    assert told(head, gone, wrong) == [None, None]
    page = desk.get(address_of(gone)).content.decode()
    assert "weather" in page and case.number in page
    page = desk.get(address_of(wrong))
    assert page.status_code == 200 and page.context["filter"].form.errors["category"]
    assert "筛选条件已失效" in desk.get(reverse("view-list")).content.decode()
    assert "weather" in desk.get(reverse("view-edit", args=[gone.pk])).content.decode()
    desk.post(reverse("view-edit", args=[gone.pk]), form(query=gone.query, version=0))
    gone.refresh_from_db()
    assert gone.query == "order=due"


@pytest.mark.parametrize("query", ["view=1", "text=%ud800&whose=x", "by=", "=&&;", "x" * 900])
def test_broken_filters_are_no_error(desk: Client, head: Cadre, query: str) -> None:
    view = make_view(head, queue="to-take", query=query)
    assert desk.get(address_of(view)).status_code == 200
    assert desk.get(reverse("view-list")).status_code == 200
    assert desk.get(reverse("view-edit", args=[view.pk])).status_code == 200


@pytest.mark.parametrize("key", ["x", "0", "9" * 30, "１", "my-week ", "-1", ""])
def test_a_key_of_no_view_is_none(desk: Client, head: Cadre, key: str, case: Opinion) -> None:
    page = desk.get(reverse("desk-queue", args=["to-take"]), {"view": key})
    assert page.status_code == 200 and page.context["around"].view is None


def test_filters_of_a_view_are_searched_within(desk: Client, head: Cadre, case: Opinion) -> None:
    view = make_view(head, queue="to-take", query="order=due")
    for opened in ("", "&filters=1"):
        page = desk.get(address_of(view) + opened).content.decode()
        assert f'<input type="hidden" name="view" value="{view.pk}">' in page


# Ready-made ones


def test_every_role_that_sees_opinions_finds_ready_views() -> None:
    assert {role for view in READY for role in view.roles} == set(Role) - {Role.ADMINISTRATOR}
    assert len({view.key for view in READY}) == len(READY) and not any(view.key.isdigit() for view in READY)


def test_ready_views_fit_their_lists_and_roles(request: pytest.FixtureRequest, db: None) -> None:
    names = {queue.name for queue in QUEUES}
    for role in set(Role) - {Role.ADMINISTRATOR}:
        cadre = request.getfixturevalue(role.value)
        for view in ready_for(cadre.roles):
            assert view.queue in names_of_lists(cadre) and view.queue in {"", *names}
            found = filter_class(view.queue)(
                QueryDict(view.query), None, request=type("R", (), {"user": cadre})
            )
            assert found.form.is_valid() and set(QueryDict(view.query)) <= set(found.names()), view.key
            assert found.is_set() or "order" in QueryDict(view.query)
        assert views_of(cadre).ready == ready_for(cadre.roles)


def test_a_visitor_finds_the_news_of_what_they_wrote_down(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    make_opinion(by=visitor)
    moved = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    client.force_login(visitor)
    assert listed(client, address_of(find(visitor, "my-news"))) == [moved.number]
    visitor.changes_seen_at = timezone.now()
    visitor.save()
    assert listed(client, address_of(find(visitor, "my-news"))) == []


def test_due_by_today_holds_what_ends_tonight_and_what_is_late(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = []
    for n, days in enumerate((-1, 1, 2)):
        case = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
        Opinion.objects.filter(pk=case.pk).update(due_at=midnight + timedelta(days=days))
        wanted += [case.number] if n < 2 else []
    client.force_login(caller)
    assert listed(client, address_of(find(caller, "call-today"))) == wanted
    assert listed(client, reverse("opinion-list") + "?by=today") == []  # there only what is still open


def test_older_than_some_days_leaves_the_young(client: Client, visitor: Cadre, coordinator: Cadre) -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - timedelta(days=3)
    old, _young = (make_opinion(by=visitor, at=at) for at in (first - timedelta(seconds=1), first))
    client.force_login(coordinator)
    assert listed(client, address_of(find(coordinator, "dispatch-old"))) == [old.number]


# The start page


def test_a_view_is_the_page_to_begin_with_until_it_is_gone(desk: Client, head: Cadre) -> None:
    view = make_view(head, queue="in-hand")
    for key, address in (("my-week", address_of(find(head, "my-week"))), (view.key, address_of(view))):
        desk.post(reverse("view-start"), {"view": key})
        assert desk.get(reverse("home")).url == address
    view.delete()
    assert desk.get(reverse("home")).url == reverse("desk")
    desk.post(reverse("view-start"), {"view": ""})
    assert DeskSettings.objects.get(cadre=head).start == ""


def test_a_start_page_that_is_no_longer_theirs_leads_to_the_usual_one(
    desk: Client, head: Cadre, transport: Unit
) -> None:
    view = make_view(head, queue="to-approve")
    desk.post(reverse("view-start"), {"view": view.key})
    head.posts.update(role=Role.HANDLER)
    assert desk.get(reverse("home")).url == reverse("desk")
    other = make_cadre(name="other", role=Role.HANDLER, unit=transport)
    DeskSettings.objects.create(cadre=other, start=view.key)
    desk.force_login(other)
    assert desk.get(reverse("home")).url == reverse("desk")
