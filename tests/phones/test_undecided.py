"""What today's rights don't let in waits for a decision: nothing is thrown away, nobody sees what is not theirs."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from grievances.models import Attachment, Notice, Opinion, Question, UndecidedVisit, Visit
from grievances.phones import tray
from tests.factories import (
    GRID,
    TOWN,
    fresh,
    make_cadre,
    make_campaign,
    make_category,
    make_household,
    make_opinion,
    make_region,
    make_unit,
)
from tests.phones.packets import Draft
from tests.phones.sending import Photo, Sender, ms, said, visit
from villages.models import Cadre, Household, Post, Role, Unit

OTHER_GRID = "320904001002001"


def waits(phone: Sender, draft: Draft, content: dict, *reasons: str) -> UndecidedVisit:
    """Send it: it needs a decision, for these reasons."""
    answer = phone.send(draft, content)
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert told["state"] == "undecided" and told["tray"] == draft.id
    assert told["reason"]["zh-hans"] != told["reason"]["en"]
    row = UndecidedVisit.objects.get(key=draft.id)
    assert row.reasons == list(reasons) and not Visit.objects.filter(key=draft.id).exists()
    return row


def moved_away(visitor: Cadre) -> None:
    visitor.posts.update(region=make_region(code=OTHER_GRID))


def test_a_village_that_is_no_longer_mine_waits_and_the_coordinator_lets_it_in(
    visitor: Cadre, household: Household, town_coordinator: Cadre
) -> None:
    moved_away(visitor)
    draft, content = Draft(), visit(visitor, household, said(make_category()), anonymous=1)
    row = waits(Sender(visitor), draft, content, "village")
    page = Sender(town_coordinator).client
    assert page.post(reverse("undecided", args=[row.key]), {"write": "1"}).status_code == 302
    kept = Visit.objects.get(key=draft.id)
    assert (kept.recorded_by, kept.household, kept.anonymous_opinions) == (visitor, household, 1)
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.content) == ("written", town_coordinator, "")
    again = Sender(visitor).send(draft, content)
    assert again.status_code == 200 and again.json()["opinions"][0]["number"] == Opinion.objects.get().number


def test_whose_post_has_ended_can_still_deliver(visitor: Cadre, household: Household) -> None:
    visitor.posts.update(until=timezone.localdate() - timedelta(days=1))
    waits(Sender(visitor), Draft(), visit(visitor, household), "village")
    assert Sender(visitor).client.get(reverse("undecided-list")).status_code == 200


def test_an_ended_campaign_waits_and_is_written_down_by_decision(
    visitor: Cadre, household: Household
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    campaign = make_campaign(ends=yesterday)
    said_at = ms(timezone.now() - timedelta(days=2))
    row = waits(Sender(visitor), Draft(), visit(visitor, household, said_at=said_at), "campaign")
    assert (
        Sender(visitor).client.post(reverse("undecided", args=[row.key]), {"write": "1"}).status_code == 302
    )
    assert Visit.objects.get().campaign == campaign


def test_a_household_that_moved_away_waits_and_another_is_chosen(
    visitor: Cadre, household: Household
) -> None:
    household.gone_on = timezone.localdate() - timedelta(days=1)
    household.save()
    other = make_household(number="12 号", head="李四")
    row = waits(Sender(visitor), Draft(), visit(visitor, household, said(make_category())), "household")
    page, address = Sender(visitor).client, reverse("undecided", args=[row.key])
    wrong = page.post(address, {"write": "1", "place": GRID, "number": "99"})
    assert wrong.status_code == 422 and "No household with this number" in wrong.content.decode()
    assert page.post(address, {"write": "1", "place": GRID, "number": "12号"}).status_code == 302
    assert Visit.objects.get().household == other


def test_a_household_that_is_gone_altogether_waits(visitor: Cadre, household: Household) -> None:
    content = visit(visitor, household, said(make_category()))
    household.delete()
    row = waits(Sender(visitor), Draft(), content, "household")
    page, address = Sender(visitor).client, reverse("undecided", args=[row.key])
    still = page.post(address, {"write": "1"})
    assert still.status_code == 422 and not Visit.objects.exists()
    other = make_household(number="7")
    assert page.post(address, {"write": "1", "place": GRID, "number": "7"}).status_code == 302
    assert Visit.objects.get().household == other


def test_without_the_household_it_is_written_down_under_the_name_that_its_author_adds(
    visitor: Cadre, household: Household
) -> None:
    content = visit(visitor, household, said(make_category()))
    household.delete()
    row = waits(Sender(visitor), Draft(), content, "household")
    page, address = Sender(visitor).client, reverse("undecided", args=[row.key])
    assert "Opinion 1: who said it" in page.get(address).content.decode()
    nameless = page.post(address, {"write": "1", "place": GRID})
    assert nameless.status_code == 422 and "Write the name" in nameless.content.decode()
    named = page.post(address, {"write": "1", "place": GRID, "name_1": "周示例"})
    assert named.status_code == 302
    assert Visit.objects.get().kind == "on_the_way"
    assert Opinion.objects.get().informants.get().name == "周示例"


def test_a_closed_place_waits(visitor: Cadre, household: Household) -> None:
    content = visit(visitor, household)
    household.grid.closed_on = timezone.localdate()
    household.grid.save()
    waits(Sender(visitor), Draft(), content, "place")


def test_a_retired_category_waits_and_another_is_chosen(visitor: Cadre, household: Household) -> None:
    old, new = make_category(), make_category(code="roads-lamps")
    Question.objects.create(category=old, kind="text", wording="哪条路")
    asked = {str(Question.objects.get().pk): "幸福路"}
    content = visit(visitor, household, said(old, particulars=asked), said(new))
    old.retired = True
    old.save()
    row = waits(Sender(visitor), Draft(), content, "category")
    page, address = Sender(visitor).client, reverse("undecided", args=[row.key])
    assert page.post(address, {"write": "1"}).status_code == 422
    assert page.post(address, {"write": "1", "category_1": new.pk}).status_code == 302
    assert set(Opinion.objects.values_list("category", flat=True)) == {new.pk}
    assert [one["answer"] for one in Opinion.objects.earliest("pk").particulars] == ["幸福路"]


def test_a_matter_that_is_gone_waits_and_its_words_stay_with_the_visit(
    visitor: Cadre, household: Household, coordinator: Cadre
) -> None:
    before = make_opinion(by=visitor, household=household)
    before.withdraw(by=coordinator, reason="重复")
    look = {"number": before.number, "word": "not_done", "remark": "还是漏"}
    row = waits(Sender(visitor), Draft(), visit(visitor, household, looks=[look]), "matter")
    assert (
        Sender(visitor).client.post(reverse("undecided", args=[row.key]), {"write": "1"}).status_code == 302
    )
    assert before.number in Visit.objects.get().remarks and "还是漏" in Visit.objects.get().remarks


def test_a_colleague_and_an_accused_of_before_stay_as_they_were(
    visitor: Cadre, committee: Unit, household: Household, secretary: Cadre
) -> None:
    friend = make_cadre(name="friend", role=Role.VISITOR, unit=committee, region=GRID)
    opinion = said(make_category(), accused=f"cadre:{secretary.pk}")
    content = visit(visitor, household, opinion, cadres=[friend.pk])
    Post.objects.filter(cadre__in=[friend, secretary]).update(until=timezone.localdate() - timedelta(days=1))
    row = waits(Sender(visitor), Draft(), content, "accused", "colleague")
    assert (
        Sender(visitor).client.post(reverse("undecided", args=[row.key]), {"write": "1"}).status_code == 302
    )
    assert friend in Visit.objects.get().cadres.all()
    assert Opinion.objects.get().accusations.get().cadre == secretary


def test_the_coordinator_sees_what_he_may_and_no_more(
    visitor: Cadre, household: Household, coordinator: Cadre, transport: Unit
) -> None:
    moved_away(visitor)
    category = make_category()
    content = visit(
        visitor, household, said(category, text="明说的话"),
        said(category, text="悄悄的话", informant="confidential", name="王五"),
        said(category, text="告状的话", accused=f"unit:{make_unit(code='town', region=TOWN).pk}"), remarks="备注",
    )  # fmt: skip
    row = waits(Sender(visitor), Draft(), content, "village")
    page = Sender(coordinator).client.get(reverse("undecided", args=[row.key])).content.decode()
    assert ("明说的话" in page and visitor.label in page) or "明说的话" in page
    for hidden in ("悄悄的话", "告状的话", "王五", household.head, household.number, "备注"):
        assert hidden not in page, hidden
    assert "悄悄的话" in Sender(visitor).client.get(reverse("undecided", args=[row.key])).content.decode()


def test_who_is_accused_sees_and_counts_nothing(
    visitor: Cadre, household: Household, town: Unit, town_coordinator: Cadre, coordinator: Cadre
) -> None:
    moved_away(visitor)
    accusing = said(make_category(), accused=f"unit:{town.pk}", text="镇里截留")
    row = waits(Sender(visitor), Draft(), visit(visitor, household, accusing), "village")
    hidden, seen = fresh(town_coordinator), fresh(coordinator)
    assert (tray.count(hidden), tray.count(seen)) == (0, 1)
    assert Sender(hidden).client.get(reverse("undecided", args=[row.key])).status_code == 404
    assert str(row.key) not in Sender(hidden).client.get(reverse("undecided-list")).content.decode()
    # The author belongs to a unit below the accused one: his own visit, but not these words.
    page = Sender(visitor).client.get(reverse("undecided", args=[row.key])).content.decode()
    assert "镇里截留" not in page


def test_of_not_known_nobody_below_the_district_sees_anything(
    visitor: Cadre, household: Household, town_coordinator: Cadre, coordinator: Cadre
) -> None:
    moved_away(visitor)
    content = visit(visitor, household, said(make_category(), accused="unknown"))
    waits(Sender(visitor), Draft(), content, "village")
    assert (tray.count(fresh(town_coordinator)), tray.count(fresh(coordinator))) == (0, 1)


def test_nobody_else_finds_it(visitor: Cadre, household: Household, committee: Unit, leader: Cadre) -> None:
    moved_away(visitor)
    row = waits(Sender(visitor), Draft(), visit(visitor, household), "village")
    colleague = make_cadre(name="colleague", role=Role.VISITOR, unit=committee, region=GRID)
    far = make_cadre(name="far", role=Role.COORDINATOR, unit=make_unit(code="far", region="320904002"))
    for other in (colleague, far, leader):
        assert Sender(other).client.get(reverse("undecided", args=[row.key])).status_code == 404
        assert (
            Sender(other).client.post(reverse("undecided", args=[row.key]), {"write": "1"}).status_code == 404
        )


def test_a_discarded_one_keeps_its_reason_and_the_phone_is_told(
    visitor: Cadre, household: Household, coordinator: Cadre, django_capture_on_commit_callbacks: object
) -> None:
    moved_away(visitor)
    draft, content = Draft(), visit(visitor, household)
    row = waits(Sender(visitor), draft, content, "village")
    page, address = Sender(coordinator).client, reverse("undecided", args=[row.key])
    assert page.post(address, {"discard": "1"}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert page.post(address, {"discard": "1", "remark": "已经补记"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.remark, bool(row.content)) == ("discarded", "已经补记", True)
    again = Sender(visitor).send(draft, content)
    assert (again.status_code, again.json()["state"]) == (202, "discarded") and not Visit.objects.exists()
    notice = Notice.objects.get(cadre=visitor)
    assert (notice.kind, notice.address) == ("decided", address)
    assert "was decided" in Sender(visitor).client.get(reverse("notice-list")).content.decode()
    assert page.post(address, {"write": "1"}).status_code == 200 and not Visit.objects.exists()


def test_the_home_and_the_desk_say_how_many_wait_with_one_query(
    visitor: Cadre, household: Household, coordinator: Cadre, django_assert_num_queries: object
) -> None:
    for address, cadre in (("visitor-home", visitor), ("desk", coordinator)):
        assert (
            "Needs a decision" not in Sender(cadre).client.get(reverse(address), follow=True).content.decode()
        )
    moved_away(visitor)
    waits(Sender(visitor), Draft(), visit(visitor, household), "village")
    for address, cadre in (("visitor-home", visitor), ("desk", coordinator)):
        assert "Needs a decision" in Sender(cadre).client.get(reverse(address), follow=True).content.decode()
    reader = fresh(coordinator)
    assert reader.posts_ever and reader.own_posts
    with django_assert_num_queries(1):
        assert tray.count(reader) == 1


def test_photographs_wait_sealed_and_are_kept_with_the_decision(
    visitor: Cadre, household: Household, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    make_campaign(ends=timezone.localdate() - timedelta(days=1))
    photo, draft, phone = Photo(), Draft(), Sender(visitor)
    opinion = said(make_category(), photos=[photo.announced])
    content = visit(visitor, household, opinion, said_at=ms(timezone.now() - timedelta(days=2)))
    row = waits(phone, draft, content, "campaign")
    assert phone.put_all(draft, photo).json()["have"] == "kept" and not Attachment.objects.exists()
    assert phone.send(draft, content).json()["photos"] == {photo.id: "kept"}
    assert phone.client.post(reverse("undecided", args=[row.key]), {"write": "1"}).status_code == 302
    assert str(Attachment.objects.get().key) == photo.id
    assert phone.send(draft, content).json()["photos"] == {photo.id: "kept"}
