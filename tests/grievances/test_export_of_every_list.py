"""Every list and table as a file: what the page shows to that person, no more and no less, and a trace of it."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from grievances.exports.figures import TABLES, UNIT_TABLES
from grievances.models import BulkItem, BulkOrder, Look, Visit
from grievances.steps.record import Accused
from grievances.views.exported import LISTINGS
from tests.factories import (
    DISTRICT,
    GRID,
    fresh,
    make_cadre,
    make_campaign,
    make_household,
    make_opinion,
    make_region,
)
from tests.grievances.cases import answered, assigned, copied, in_hand
from tests.grievances.test_export import table
from villages.models import Cadre, Need, Role, Unit

REASON = {"reason": "入户前核对名单"}


def as_a(cadre: Cadre) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(fresh(cadre))
    return client


def taken(
    client: Client, name: str, args: list = (), *, query: str = "", **more: str
) -> list[dict[str, str]]:
    """The rows of the CSV file."""
    answer = client.post(reverse(name, args=args) + query, {"format": "csv"} | more)
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return table(answer.getvalue())


def exports() -> list[tuple]:
    return list(
        Look.objects.filter(kind="export").order_by("pk").values_list("cadre__username", "rows", "reason")
    )


def test_every_listing_is_looked_at_here() -> None:
    looked = {
        "opinion-export", "desk-export", "slipped-export", "household-export", "campaign-visits-export",
        "campaign-villages-export", "dashboard-export", "workload-export", "audit-export",
        "audit-withdrawn-export", "audit-rights-export", "people-export", "bulk-order-export",
        "unit-workload-export", "campaign-list-export",
    }  # fmt: skip
    assert set(LISTINGS) == looked


def test_households_need_a_reason_and_come_as_on_the_page(visitor: Cadre, auditor: Cadre) -> None:
    make_campaign()
    need = Need.objects.create(code="alone", name="独居老人", name_en="Lives alone")
    for number, head in (("2 号", "=王五"), ("10 号", "陈小明")):
        make_household(number=number, head=head).needs.add(need)
    client = as_a(visitor)
    for reason in ("", "  "):
        refused = client.post(reverse("household-export"), {"format": "csv", "reason": reason})
        assert refused.status_code == 422 and "Say why" in refused.content.decode()
    assert not Look.objects.exists()
    rows = taken(client, "household-export", **REASON)
    page = client.get(reverse("household-list")).context["page"]
    assert [row["House number"] for row in rows] == [row.number for row in page.rows] == ["2 号", "10 号"]
    assert [row["Head of the household"] for row in rows] == ["'=王五", "陈小明"]
    assert rows[0]["Needs"] == "Lives alone" and rows[0]["Visited"] == "no"
    assert exports() == [(visitor.username, 2, REASON["reason"])]
    assert REASON["reason"] in as_a(auditor).get(reverse("audit")).content.decode()


def test_households_are_only_those_of_ones_places_and_filters(visitor: Cadre) -> None:
    make_household(number="1 号")
    make_household(number="2 号")
    make_household(grid="320904002001001", number="3 号")
    client = as_a(visitor)
    assert {row["House number"] for row in taken(client, "household-export", **REASON)} == {"1 号", "2 号"}
    [row] = taken(client, "household-export", query="?words=2", **REASON)
    assert row["House number"] == "2 号"


@pytest.fixture
def visits(visitor: Cadre) -> list[Visit]:
    campaign, now = make_campaign(), timezone.now()
    made = [
        Visit.objects.create(
            household=make_household(), region=make_region(code=GRID), said_at=now - timedelta(days=n),
            recorded_at=now, recorded_by=visitor, campaign=campaign, nobody_home=n == 1,
        )
        for n in range(3)
    ]  # fmt: skip
    for visit in made:
        visit.cadres.add(visitor)
    return made


def test_the_visits_and_villages_of_a_campaign(
    visits: list[Visit], coordinator: Cadre, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, campaign = as_a(coordinator), visits[0].campaign_id
    with django_assert_max_num_queries(19):
        rows = taken(client, "campaign-visits-export", [campaign])
    shown = client.get(reverse("campaign-visits", args=[campaign])).context["page"].rows
    assert [row["House number"] for row in rows] == [visit.household.number for visit in shown]
    assert [row["Nobody at home"] for row in rows] == ["", "yes", ""]
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    query = f"?week={monday.isoformat()}"
    page = client.get(reverse("campaign-visits", args=[campaign]) + query).context["page"]
    assert len(taken(client, "campaign-visits-export", [campaign], query=query)) == page.total
    [village] = taken(client, "campaign-villages-export", [campaign])
    assert (village["Households visited"], village["Households"], village["Share (%)"]) == ("2", "3", "66.7")


@pytest.mark.parametrize("name", TABLES)
def test_a_dashboards_tables_say_the_same_numbers_as_the_page(
    name: str, visitor: Cadre, leader: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    client = as_a(leader)
    rows = taken(client, "dashboard-export", [DISTRICT, name], query="?campaign=all")
    page = client.get(reverse("dashboard-place", args=[DISTRICT]) + "?campaign=all").context
    if name == "figures":
        assert [int(row["Number"]) for row in rows] == [number.value for number in page["numbers"].values()]
        assert int(rows[0]["Number"]) == 2
    elif name == "weeks":
        assert [(row["Week from"], int(row["Collected"])) for row in rows] == [
            (week.isoformat(), came.value) for week, came, _went in page["weeks"]
        ]
    else:
        shown = [row for row, _interval in page[name]] if name == "places" else page[name]
        told = [(row.label, *(number.value for number in row.numbers)) for row in shown]
        found = [
            (
                next(iter(row.values())),
                *(int(row[part]) for part in ("Collected", "Resolved", "Explained", "Late")),
            )
            for row in rows
        ]
        assert found == told and found


def test_there_is_no_other_table_and_no_dashboard_of_elsewhere(leader: Cadre) -> None:
    client = as_a(leader)
    assert client.get(reverse("dashboard-export", args=[DISTRICT, "secrets"])).status_code == 404
    make_region(code="320903")
    assert client.get(reverse("dashboard-export", args=["320903", "places"])).status_code == 404


def test_the_accused_count_nothing_of_it_in_any_file(
    visitor: Cadre, committee: Unit, secretary: Cadre
) -> None:
    opinion = make_opinion(by=visitor, accused=[Accused(unit=committee)], text="金丝雀八哥")
    client = as_a(secretary)
    assert taken(client, "opinion-export") == []
    [units] = [row for row in taken(client, "workload-export") if row["Code"] == "committee"]
    assert units["Waiting"] == "0"
    assert taken(client, "slipped-export", ["untouched"]) == []
    code = secretary.posts_in_force[0].region_id
    figures = taken(client, "dashboard-export", [code, "figures"])
    assert {row["Number"] for row in figures} == {"0"} and opinion.number


def test_the_workload_and_what_slipped(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    client = as_a(coordinator)
    rows = {row["Code"]: row for row in taken(client, "workload-export")}
    assert rows["transport"]["Waiting"] == "1"
    late = timezone.now() - timedelta(days=30)
    make_opinion(by=visitor, at=late)
    [row] = taken(client, "slipped-export", ["unassigned"])
    shown = client.get(reverse("slipped-list", args=["unassigned"])).context["page"].rows
    assert [row["Number"]] == [one.number for one in shown] and case.number != row["Number"]
    assert client.get(reverse("slipped-export", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("name", UNIT_TABLES)
def test_a_units_workload_says_the_same_numbers_as_the_page(
    name: str, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    for _n in range(2):
        in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    client, address = as_a(head), [transport.pk, name]
    page = client.get(reverse("unit-workload", args=[transport.pk]))
    shown = page.context[name]
    rows = taken(client, "unit-workload-export", address)
    told = [
        [int(value) for value in list(row.values())[1:]] for row in rows
    ]  # fmt: skip
    if name == "weeks":
        assert told == [[came.value, went.value] for _monday, came, went in shown]
        assert told[-1] == [3, 1]
    else:
        assert told == [[row.number.value, row.late.value][: 2 if name == "ages" else 1] for row in shown]
    assert reverse("unit-workload-export", args=[transport.pk, "weeks"]) in page.content.decode()
    assert client.get(reverse("unit-workload-export", args=[transport.pk, "people"])).status_code == 404
    assert as_a(caller).get(reverse("unit-workload-export", args=address)).status_code == 403


def test_the_workload_of_a_unit_that_one_does_not_look_after_is_no_file(head: Cadre, committee: Unit) -> None:
    address = reverse("unit-workload-export", args=[committee.pk, "ages"])
    assert as_a(head).post(address, {"format": "csv"}).status_code == 404


def test_the_campaigns_as_on_their_page(visitor: Cadre, leader: Cadre) -> None:
    make_campaign(name="=大走访")
    make_campaign(region="320903", name="邻区", name_en="Next door")
    client = as_a(leader)
    page = client.get(reverse("campaign-list"))
    [shown], [row] = page.context["campaigns"], taken(client, "campaign-list-export")
    assert (row["From"], row["Until"]) == (shown.starts.isoformat(), shown.ends.isoformat())
    assert row["Campaign"].lstrip("'") == shown.label
    assert 'href="export/"' in page.content.decode()


def test_the_auditors_lists_as_they_stand_filtered(
    visitor: Cadre, auditor: Cadre, coordinator: Cadre, administrator: Cadre
) -> None:
    case = make_opinion(by=visitor, kind="confidential")
    as_a(coordinator).get(reverse("opinion", args=[case.number]))
    make_opinion(by=visitor).withdraw(by=coordinator, reason="=试录")
    client = as_a(auditor)
    [look] = taken(client, "audit-export")
    assert (look["At what"], look["Sign-in name"]) == (case.number, "coordinator")
    assert taken(client, "audit-export", query="?person=nobody") == []
    # The export of before is itself a look.
    assert [row["Rows"] for row in taken(client, "audit-export", query="?kind=export")] == ["0", "1"]
    [gone] = taken(client, "audit-withdrawn-export")
    assert gone["Reason"] == "'=试录"
    LogEntry.objects.log_actions(administrator.pk, [visitor], 2, change_message="[]")
    rights = taken(client, "audit-rights-export")
    page = client.get(reverse("audit-rights"))
    assert [row["Whom or what"] for row in rights] == [deed.to for deed in page.context["deeds"]] and rights
    wrong = client.post(reverse("audit-export") + "?since=nonsense", {"format": "csv"})
    assert wrong.status_code == 422


def test_the_administrators_list_of_people(
    administrator: Cadre, visitor: Cadre, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_cadre(name="zz")
    client = as_a(administrator)
    with django_assert_max_num_queries(15):
        rows = taken(client, "people-export")
    shown = client.get(reverse("people")).context["page"].rows
    assert [row["Sign-in name"] for row in rows] == [cadre.username for cadre in shown]
    assert [row["Office e-mail address"] for row in rows] == [cadre.email for cadre in shown]
    [found] = taken(client, "people-export", query="?role=visitor")
    assert found["Sign-in name"] == "visitor" and "单位" not in found["Posts in force"]
    assert "visitor · Unit committee" in found["Posts in force"]


def test_what_became_of_many_cases_and_only_for_whom_ordered_it(
    visitor: Cadre, coordinator: Cadre, town_coordinator: Cadre
) -> None:
    case = make_opinion(by=visitor)
    order = BulkOrder.objects.create(
        key=uuid.uuid4(), by=coordinator, verb="assign", digest="", made_at=timezone.now()
    )
    reasons = {"en": "Not possible", "zh-hans": "不能办"}
    BulkItem.objects.create(order=order, opinion=case, version=1, result="refused", reasons=reasons)
    [row] = taken(as_a(coordinator), "bulk-order-export", [order.key])
    assert (row["Number"], row["Result"], row["Reason"]) == (case.number, "not done", "Not possible")
    stranger = as_a(town_coordinator)
    assert stranger.post(reverse("bulk-order-export", args=[order.key]), {"format": "csv"}).status_code == 404
    # A title with a colon is no name of a sheet: Excel must open it all the same.
    data = as_a(coordinator).post(reverse("bulk-order-export", args=[order.key]), {"format": "xlsx"})
    assert case.number in [line[0] for line in load_workbook(BytesIO(data.getvalue())).active.values]


# the call-back list with names


@pytest.fixture
def called(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> list:
    plain = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    secret = make_opinion(by=visitor, kind="confidential", name="金丝雀")
    return [plain, answered(secret, by=coordinator, unit=transport, person=head)]


def test_names_come_only_if_asked_with_a_reason_and_never_of_the_confidential(
    called: list, caller: Cadre
) -> None:
    client, address = as_a(caller), ["to-call-back"]
    assert "Who spoke" not in taken(client, "desk-export", address)[0]
    refused = client.post(reverse("desk-export", args=address), {"format": "csv", "names": "on"})
    assert refused.status_code == 422 and "Say why" in refused.content.decode()
    rows = {row["Number"]: row for row in taken(client, "desk-export", address, names="on", reason="回访")}
    assert rows[called[0].number]["Who spoke"] == "陈小明"
    assert rows[called[0].number]["Telephone"] == "051588880000"
    assert rows[called[1].number]["Who spoke"] == rows[called[1].number]["Telephone"] == ""
    assert exports() == [("caller", 2, ""), ("caller", 2, "回访")]
    revealed = Look.objects.filter(kind="reveal").values_list("opinion", "reason")
    assert list(revealed) == [(called[0].pk, "回访")]


def test_other_queues_offer_no_names_whatever_is_sent(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    client = as_a(head)
    [row] = taken(client, "desk-export", ["to-take"], names="on", reason="想看")
    assert "Who spoke" not in row and "陈小明" not in str(row)
    assert exports() == [("head", 1, "")]


def test_names_of_many_take_as_many_queries_as_of_few(
    called: list, caller: Cadre, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    asked = []
    for many in (0, 40):
        copied(called[0], many)
        client = as_a(caller)
        with django_assert_max_num_queries(23) as counted:
            taken(client, "desk-export", ["to-call-back"], names="on", reason="回访")
        asked.append(len(counted))
    assert asked[0] == asked[1]


def test_roles_are_asked_before_anything_is_read(outsider: Cadre, visitor: Cadre) -> None:
    assert as_a(outsider).post(reverse("household-export"), {"format": "csv"} | REASON).status_code == 403
    assert as_a(visitor).post(reverse("people-export"), {"format": "csv"}).status_code == 403
    assert not Look.objects.exists()
    assert Role.VISITOR in visitor.roles
