"""The reference pages: administrators edit the ground, and only the ground."""

from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import PASSWORD, fresh, make_cadre, make_opinion, make_region, make_unit
from villages.models import Cadre, Need, Post, RegionName, Role, Unit
from villages.models.cadre import REFERENCE_MODELS


@pytest.fixture
def signed_in(client: Client, administrator: Cadre) -> Client:
    client.force_login(administrator)
    return client


def address(what: str, *arguments: object) -> str:
    return reverse(f"admin:villages_{what}", args=arguments)


def unit_form(unit: Unit, **changed: object) -> dict[str, object]:
    fields = {"name": unit.name, "name_en": "", "kind": unit.kind, "parent": "", "region": unit.region_id}
    return fields | {"telephone": ""} | changed


def test_only_reference_data_is_there() -> None:
    registered = {(model._meta.app_label, model._meta.model_name) for model in admin.site._registry}
    allowed = {(app, model) for app, models in REFERENCE_MODELS.items() for model in models}
    assert len(registered) >= 5
    assert registered <= allowed


def test_every_list_form_and_history_opens(signed_in: Client, handler: Cadre) -> None:
    Need.objects.create(code="n", name="需要")
    opened = 0
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model.objects.first()
        pages = [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=a"]
        pages += (
            [reverse(f"{name}_change", args=[row.pk]), reverse(f"{name}_history", args=[row.pk])]
            if row
            else []
        )
        for page in pages:
            assert signed_in.get(page).status_code == 200, page
            opened += 1
    assert opened >= 18


@pytest.mark.parametrize(
    "question",
    [
        "cadre/?password__startswith=pbkdf2",
        "cadre/?password=x",
        "cadre/?username__startswith=a",
        "post/?cadre__password__startswith=pbkdf2",
        "post/?until__gt=2020-01-01",
        "region/?code__gt=32",
        "unit/?posts__cadre__password__contains=x",
    ],
)
def test_a_list_answers_only_the_questions_of_its_own_filters(signed_in: Client, question: str) -> None:
    assert signed_in.get(f"/reference/villages/{question}").status_code == 400


@pytest.mark.parametrize(
    "question",
    ["cadre/?is_active__exact=1", "post/?role__exact=head&until__isempty=1", "unit/?kind__exact=town",
     "region/?level__exact=town&closed_on__isempty=0", "cadre/?q=a&o=1.2&p=1"],
)  # fmt: skip
def test_the_filters_of_a_list_work(signed_in: Client, question: str) -> None:
    assert signed_in.get(f"/reference/villages/{question}").status_code == 200


def test_nobody_gives_a_post_to_themselves(signed_in: Client, administrator: Cadre, transport: Unit) -> None:
    values = {"cadre": administrator.pk, "role": "auditor", "unit": transport.pk, "region": "", "until": ""}
    page = signed_in.post(address("post_add"), values | {"since": "2026-01-01"})
    assert page.status_code == 200 and "cadre" in page.context["adminform"].form.errors
    assert fresh(administrator).roles == {Role.ADMINISTRATOR}


def test_nobody_changes_their_own_post(signed_in: Client, administrator: Cadre) -> None:
    post = administrator.posts.get()
    assert signed_in.get(address("post_change", post.pk)).status_code == 200
    assert signed_in.post(address("post_change", post.pk), {"until": "2099-01-01"}).status_code == 403
    assert Post.objects.get(pk=post.pk).until is None


def test_nothing_of_the_ground_is_deleted(signed_in: Client, handler: Cadre, town: Unit) -> None:
    post = handler.posts.get()
    for what, row in (("cadre", handler), ("post", post), ("unit", town), ("region", town.region)):
        assert signed_in.post(address(f"{what}_delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "person", ["visitor", "handler", "head", "coordinator", "caller", "leader", "auditor"]
)
def test_others_get_403(client: Client, request: pytest.FixtureRequest, person: str) -> None:
    client.force_login(request.getfixturevalue(person))
    for page in ("/reference/", address("unit_changelist"), address("cadre_add")):
        assert client.get(page, follow=True).status_code == 403


def test_strangers_sign_in_at_the_programs_own_page(client: Client, db: None) -> None:
    there = client.get("/reference/", follow=True).redirect_chain[-1][0]
    assert there == "/sign-in/?next=/reference/"


def test_the_password_is_changed_where_everybody_changes_it(signed_in: Client) -> None:
    assert signed_in.get("/reference/password_change/").headers["location"] == "/password/"


def test_a_new_cadre_gets_a_one_time_password_on_the_page(signed_in: Client) -> None:
    page = signed_in.post(address("cadre_add"), {"username": "li", "name": "李娜", "telephone": ""})
    [(cadre, password)] = page.context["passwords"]
    assert password in page.content.decode() and "no-store" in page.headers["cache-control"]
    assert cadre.username == "li" and fresh(cadre).check_password(password)
    assert fresh(cadre).must_change_password
    assert not any(password in cookie.value for cookie in signed_in.cookies.values())


def test_a_one_time_password_ends_the_old_one_and_the_sessions(signed_in: Client, handler: Cadre) -> None:
    theirs = Client()
    theirs.force_login(handler)
    chosen = {"action": "set_one_time_password", "_selected_action": [handler.pk]}
    [(_cadre, password)] = signed_in.post(address("cadre_changelist"), chosen).context["passwords"]
    assert fresh(handler).check_password(password) and not fresh(handler).check_password(PASSWORD)
    assert theirs.get("/help/").context["user"].is_anonymous
    assert not LogEntry.objects.filter(change_message__contains=password).exists()
    assert LogEntry.objects.filter(object_id=str(handler.pk)).count() == 1


def test_a_post_begins_with_the_units_region_and_is_logged(signed_in: Client, transport: Unit) -> None:
    newcomer = make_cadre(name="li")
    values = {
        "cadre": newcomer.pk,
        "role": "handler",
        "unit": transport.pk,
        "region": "",
        "since": "2026-01-01",
    }
    signed_in.post(address("post_add"), values | {"until": ""})
    assert Post.objects.get(cadre=newcomer).region_id == transport.region_id
    assert LogEntry.objects.filter(content_type__model="post").count() == 1


def test_only_the_end_of_a_post_can_change(signed_in: Client, handler: Cadre) -> None:
    post = handler.posts.get()
    yesterday = timezone.localdate() - timedelta(days=1)
    signed_in.post(address("post_change", post.pk), {"role": "administrator", "until": yesterday})
    post.refresh_from_db()
    assert (post.role, post.until) == (Role.HANDLER, yesterday)
    signed_in.post(address("post_change", post.pk), {"until": ""})
    assert Post.objects.get(pk=post.pk).until == yesterday


def test_a_post_can_not_end_before_it_began(signed_in: Client, handler: Cadre) -> None:
    post = handler.posts.get()
    page = signed_in.post(address("post_change", post.pk), {"until": date(2019, 1, 1)})
    assert "until" in page.context["errors"].as_data()[0].message or page.status_code == 200
    assert Post.objects.get(pk=post.pk).until is None


def test_nobody_leaves_with_open_cases(
    signed_in: Client, handler: Cadre, coordinator: Cadre, visitor: Cadre, transport: Unit
) -> None:
    make_opinion(by=visitor).assign(by=coordinator, unit=transport, person=handler)
    yesterday = timezone.localdate() - timedelta(days=1)
    signed_in.post(address("post_change", handler.posts.get().pk), {"until": yesterday})
    signed_in.post(address("cadre_change", handler.pk), {"name": "x", "telephone": ""})
    assert fresh(handler).is_active and fresh(handler).roles == {Role.HANDLER}


def test_only_a_post_that_ends_earlier_asks_for_a_hand_over(
    signed_in: Client, handler: Cadre, coordinator: Cadre, visitor: Cadre, transport: Unit
) -> None:
    make_opinion(by=visitor).assign(by=coordinator, unit=transport, person=handler)
    post, today = handler.posts.get(), timezone.localdate()
    Post.objects.filter(pk=post.pk).update(until=today + timedelta(days=10))
    for days, ends in ((30, 30), (20, 30), (40, 40)):
        signed_in.post(address("post_change", post.pk), {"until": today + timedelta(days=days)})
        assert Post.objects.get(pk=post.pk).until == today + timedelta(days=ends), days


def test_a_cadre_without_open_cases_is_disabled(signed_in: Client, handler: Cadre) -> None:
    signed_in.post(address("cadre_change", handler.pk), {"name": "x", "telephone": ""})
    assert not fresh(handler).is_active


def test_a_new_parent_takes_the_sub_units_along(signed_in: Client, committee: Unit, town: Unit) -> None:
    above = make_unit(code="above")
    signed_in.post(address("unit_change", town.pk), unit_form(town, parent=above.pk))
    committee.refresh_from_db()
    assert committee.path == "/above/town/committee/"


def test_a_unit_is_no_part_of_its_own_sub_unit(signed_in: Client, committee: Unit, town: Unit) -> None:
    page = signed_in.post(address("unit_change", town.pk), unit_form(town, parent=committee.pk))
    assert page.status_code == 200
    assert Unit.objects.get(pk=town.pk).path == "/town/"


def test_a_regions_name_is_mended_and_the_old_one_kept(signed_in: Client) -> None:
    region = make_region(code="320904001", name="丰花街道")
    values = {"name": "丰华街道", "name_en": "Fenghua street", "closed_on": ""}
    inline = {"old_names-TOTAL_FORMS": 0, "old_names-INITIAL_FORMS": 0}
    signed_in.post(address("region_change", region.pk), values | inline | {"level": "grid"})
    region.refresh_from_db()
    assert (region.name, region.level) == ("丰华街道", "town")
    assert RegionName.objects.get().name == "丰花街道"
