"""The sample: exact totals, histories that the flow allows, nothing that leads to an anonymous informant."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Exists, F, OuterRef
from django.test import Client
from django.utils import timezone

from grievances.measures import figures
from grievances.models import (
    SNAPSHOT_FIELDS,
    Assignment,
    Campaign,
    Clock,
    Event,
    Informant,
    Look,
    LookKind,
    Opinion,
    OpinionSpan,
    Visit,
)
from grievances.sample.people import DEMO_ACCOUNTS
from grievances.workflow import ENDED, RESPONSIBLE, TRANSITIONS, State, Verb
from tests.sample.conftest import COLLECTED, RESOLVED
from villages.models import Cadre, Household

pytestmark = pytest.mark.usefixtures("sample_db")


def test_the_current_campaign_has_exactly_its_totals() -> None:
    campaign = Campaign.objects.current(on=timezone.localdate())
    counted = figures.count(figures.rows(cadre=None, campaign=campaign))
    assert (counted["collected"], counted["resolved"]) == (COLLECTED, RESOLVED)
    assert counted["assigned"] == counted["collected"]
    assert counted["late"] > 0


def test_every_history_replays_through_the_flow_table() -> None:
    states: dict[int, str] = {}
    events = Event.objects.order_by("opinion_id", "recorded_at", "id").values_list(
        "opinion_id", "verb", "from_state", "to_state"
    )
    for opinion, verb, source, target in events:
        assert states.get(opinion, "") == source
        if verb != Verb.RECORD:
            assert TRANSITIONS[Verb(verb)].leads_to(State(source), State(target))
        states[opinion] = target
    assert states == dict(Opinion.objects.values_list("pk", "state"))
    assert len(states) > COLLECTED


def test_every_span_chain_ends_with_the_opinion_as_it_is() -> None:
    current = {span.opinion_id: span for span in OpinionSpan.objects.filter(until=None)}
    for opinion in Opinion.objects.all():
        span = current.pop(opinion.pk)
        assert all(getattr(span, name) == getattr(opinion, name) for name in SNAPSHOT_FIELDS)
    assert not current


def test_exactly_the_responsible_states_have_one_current_assignment() -> None:
    held = set(Assignment.objects.filter(ended_at=None).values_list("opinion_id", flat=True))
    assert held == set(Opinion.objects.filter(state__in=RESPONSIBLE).values_list("pk", flat=True))


def test_clocks_of_ended_cases_are_stopped() -> None:
    assert not Clock.objects.filter(stopped_at=None, opinion__state__in=ENDED).exists()


def test_nothing_lies_in_the_future_and_steps_follow_each_other() -> None:
    assert not Event.objects.filter(recorded_at__gt=timezone.now()).exists()
    assert not Visit.objects.filter(said_at__gt=F("recorded_at")).exists()
    times: dict[int, list] = {}
    for opinion, at in Event.objects.order_by("id").values_list("opinion_id", "recorded_at"):
        times.setdefault(opinion, []).append(at)
    assert all(found == sorted(found) for found in times.values())


def test_every_event_is_marked_as_put_in() -> None:
    assert not Event.objects.filter(imported=False).exists()


def test_nothing_leads_to_an_anonymous_informant() -> None:
    anonymous = Opinion.objects.filter(informant_kind="anonymous")
    assert anonymous.exists()
    assert not Informant.objects.filter(opinion__in=anonymous).exists()
    assert not anonymous.exclude(recorded_by=None).exists()
    assert not anonymous.filter(region__level="grid").exists()
    assert not Event.objects.filter(opinion__in=anonymous, verb=Verb.RECORD).exclude(actor=None).exists()
    told = Event.objects.filter(opinion__in=anonymous).values_list("details__told", flat=True)
    assert set(told) <= {None, ""}
    assert {timezone.localtime(at).hour for at in anonymous.values_list("recorded_at", flat=True)} == {0}


def test_visits_belong_to_the_campaign_and_count_their_anonymous_opinions() -> None:
    counted = sum(Visit.objects.values_list("anonymous_opinions", flat=True))
    assert counted == Opinion.objects.filter(informant_kind="anonymous").count()
    outside = Visit.objects.filter(said_at__date__gt=F("campaign__ends"))
    assert not outside.exists()


def test_every_household_lives_in_a_grid_and_none_in_an_empty_place() -> None:
    assert not Household.objects.exclude(grid__level="grid").exists()
    assert not Household.objects.filter(grid__parent__name__contains="虚拟").exists()


def test_numbers_of_nobody_stand_for_telephones() -> None:
    numbers = [informant.telephone for informant in Informant.objects.all()[:200] if informant.telephone]
    assert all(re.fullmatch(r"000-\d{8}", number) for number in numbers)


def test_there_are_nine_demo_accounts_and_only_they_have_a_password() -> None:
    demo = set(Cadre.objects.filter(is_demo=True).values_list("username", flat=True))
    assert demo == set(DEMO_ACCOUNTS)
    assert all(not cadre.has_usable_password() for cadre in Cadre.objects.filter(is_demo=False)[:50])


def test_whoever_called_back_a_confidential_informant_had_the_name_revealed_before() -> None:
    called = Event.objects.filter(verb=Verb.CALL_BACK, opinion__informant_kind="confidential")
    seen = Look.objects.filter(
        kind=LookKind.REVEAL,
        cadre=OuterRef("actor"),
        opinion=OuterRef("opinion"),
        at__lt=OuterRef("recorded_at"),
    )
    assert called.exists() and not called.exclude(Exists(seen)).exists()
    assert not Look.objects.filter(kind=LookKind.REVEAL, reason="").exists()
    assert Look.objects.filter(kind=LookKind.CASE).exists()


def test_withdrawals_are_spread_over_the_campaign() -> None:
    days = {
        timezone.localdate(at)
        for at in Event.objects.filter(verb=Verb.WITHDRAW).values_list("recorded_at", flat=True)
    }
    assert days and min(days) < timezone.localdate() - timedelta(days=3)


def test_it_is_made_only_in_an_empty_database() -> None:
    with pytest.raises(CommandError):
        call_command("sample", password="x")


def test_each_number_of_the_dashboard_opens_a_list_with_as_many_rows() -> None:
    leader = Client()
    leader.force_login(Cadre.objects.get(username="leader"))
    days = ("", f"?as_of={timezone.localdate() - timedelta(days=40)}")
    checked = 0
    for day in days:
        page = leader.get(f"/dashboard/320904001/{day}").content.decode()
        links = re.findall(
            r'href="(/opinions/\?figure=[^"]+)"[^>]*>(?:<span[^>]*>▲ </span>)?([\d,]+)</a>', page
        )
        assert len(links) > 60
        for address, number in links if not day else links[::3]:
            listed = leader.get(address.replace("&amp;", "&"))
            assert listed.context["filter"].qs.count() == int(number.replace(",", "")), address
            assert f'<span id="exact">{number}</span>' in listed.content.decode(), address
            checked += 1
    assert checked > 80


def test_what_the_command_prints_is_what_the_dashboard_shows(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("figures", json=True)
    printed = capsys.readouterr().out
    assert f'"collected": {COLLECTED}' in printed and f'"resolved": {RESOLVED}' in printed


def test_the_same_cases_are_in_every_table() -> None:
    per_opinion = Event.objects.values("opinion").annotate(n=Count("pk"))
    assert per_opinion.count() == Opinion.objects.count()
