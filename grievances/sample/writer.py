"""Writing the sample's opinions and visits down, campaign by campaign."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from grievances.models import Campaign, Look, Opinion, Visit
from grievances.sample import fates, phrases
from grievances.sample.campaigns import RAN, TO_RUN
from grievances.sample.histories import Teller
from grievances.sample.looks import looks
from grievances.sample.office import Office
from grievances.sample.plans import Plan, plan
from villages.models import Household, Role

_DAY = timedelta(days=1)


@dataclass
class Call:
    """One visit to make: when, and which opinions are said."""

    said_at: datetime
    plans: list[Plan]


class Writer:
    """Tells all opinions of a campaign, with the visits on which they were said, and stores them in bulk."""

    def __init__(
        self, office: Office, homes: list[Household], *, demo_grid: str, ends: tuple[str, str]
    ) -> None:
        self.better, self.worse = ends
        self.office, self.homes, self.dice, self.demo_grid = office, homes, office.dice, demo_grid
        self.opinions: list[Opinion] = []

    def run(self, campaign: Campaign, wanted: list[fates.Fate], *, past: bool) -> None:
        calls = self._calls(campaign, wanted, past=past)
        homes = self._homes_for(calls)
        visits = [self._visit(campaign, home, call.said_at) for home, call in zip(homes, calls, strict=True)]
        told = list(zip(homes, calls, visits, strict=True))
        for _home, call, visit in told:
            visit.anonymous_opinions = sum(made.informant == "anonymous" for made in call.plans)
        quiet = self._quiet_visits(campaign, homes, past=past)
        self.save_visits(visits + quiet)
        for home, call, visit in told:
            for made in call.plans:
                teller = Teller(self.office, made, call.said_at, home.grid_id)
                teller.record(household=home, visit=visit, campaign=campaign)
                self.opinions.append(teller.live())

    def _calls(self, campaign: Campaign, wanted: list[fates.Fate], *, past: bool) -> list[Call]:
        """Group the opinions, oldest first, into visits of one to three."""
        longest = float(RAN + TO_RUN - 5 if past else RAN - 1)
        plans = sorted(
            (plan(self.office, fate, longest=longest) for fate in wanted), key=lambda made: -made.age
        )
        end = self.office.now if not past else self.office.now - (365 - TO_RUN) * _DAY
        calls, at = [], 0
        while at < len(plans):
            some = plans[at : at + self.dice.choices((1, 2, 3), weights=(12, 4, 1))[0]]
            said = self._daytime(end - timedelta(days=max(made.age for made in some)))
            calls.append(Call(said, some))
            at += len(some)
        return calls

    def _daytime(self, at: datetime) -> datetime:
        """Visits are made by day and in the evening. The dice are thrown whatever the hour."""
        local, hour = timezone.localtime(at), self.dice.randrange(9, 20)
        return local if 8 <= local.hour < 21 else local.replace(hour=hour) - _DAY

    def _homes_for(self, calls: list[Call]) -> list[Household]:
        """A household for each visit; more of the solved ones where it works better."""
        pool = {"better": [], "worse": [], "other": []}
        for home in self.homes:
            key = {self.worse: "worse", self.better: "better"}.get(home.grid_id[:9], "other")
            pool[key].append(home)
        for homes in pool.values():
            self.dice.shuffle(homes)
        return [self._home(call, pool) for call in calls]

    def _home(self, call: Call, pool: dict[str, list[Household]]) -> Household:
        solved = all(made.fate.outcome == "resolved" for made in call.plans)
        better, worse = (
            len(pool[key]) * (1.25 if (key == "better") == solved else 0.8) for key in ("better", "worse")
        )
        keys = list(pool)
        weights = [better, worse * (0.7 if solved else 1.6), float(len(pool["other"]))]
        key = self.dice.choices(keys, weights=weights)[0]
        return pool[key].pop() if pool[key] else pool["other"].pop()

    def _visit(self, campaign: Campaign, home: Household, said_at: datetime, *, empty: bool = False) -> Visit:
        visitor = self.office.visitor(home.grid_id)
        recorded = min(said_at + timedelta(minutes=self.dice.randrange(1, 240)), self.office.now)
        return Visit(
            campaign=campaign, household=home, region=home.grid, said_at=said_at, recorded_at=recorded,
            recorded_by=visitor, nobody_home=empty,
            remarks="" if self.dice.random() < 0.9 else phrases.general(
                self.dice, "nobody_home_remarks" if empty else "visit_remarks",
                **phrases.Facts(self.dice, village="", town="", unit="", date="", planned="", month="", year=""),
            ),
        )  # fmt: skip

    def _quiet_visits(self, campaign: Campaign, spoken: list[Household], *, past: bool) -> list[Visit]:
        """Visits on which nobody had anything to say, up to four households in five."""
        visited = {home.pk for home in spoken}
        ends = self.office.now if not past else self.office.now - (365 - TO_RUN) * _DAY
        found = []
        demo_left = 8
        for home in self.homes:
            if home.pk in visited:
                continue
            if home.grid_id == self.demo_grid and demo_left:
                demo_left -= 1
                continue
            if home.grid_id != self.demo_grid and self.dice.random() > 0.74:
                continue
            said = self._daytime(ends - timedelta(days=self.dice.uniform(0.2, RAN - 1)))
            found.append(self._visit(campaign, home, said, empty=self.dice.random() < 0.02))
        return found

    def save_visits(self, visits: list[Visit]) -> None:
        Visit.objects.bulk_create(visits, batch_size=2000)
        link = Visit.cadres.through
        link.objects.bulk_create(
            [link(visit=visit, cadre=visit.recorded_by) for visit in visits], batch_size=5000
        )

    def finish(self) -> None:
        """Store opinions, then all rows of their files, kind by kind."""
        Opinion.objects.bulk_create(self.opinions, batch_size=1000)
        kinds: dict[type, list] = {}
        for opinion in self.opinions:
            for model, rows in opinion.file._rows.items():
                kinds.setdefault(model, []).extend(rows)
        for model, rows in kinds.items():
            model.objects.bulk_create(rows, batch_size=3000)
        Look.objects.bulk_create(looks(self.dice, self.opinions), batch_size=3000)
        self.opinions = []

    def other_sources(self) -> None:
        """About a dozen opinions by telephone, letter and the like, still to dispatch."""
        sources = ("phone", "service_centre", "letter", "studio", "superior", "phone")
        for n in range(12):
            home = self.homes[self.dice.randrange(len(self.homes))]
            fate = fates.Fate("collected")
            made = plan(self.office, fate, longest=9)
            if made.category.demands_accused:
                made.category = next(c for c in self.office.categories if not c.demands_accused)
            made.informant = "named"
            said = self._daytime(self.office.now - timedelta(days=self.dice.uniform(0.2, 6)))
            teller = Teller(self.office, made, said, home.grid_id)
            opinion = teller.record(
                household=home, visit=None, campaign=None, source=sources[n % len(sources)]
            )
            if n % 2:
                town = self.office.by_place[("town", home.grid_id[:9])]
                by = self.office.people.of(Role.COORDINATOR, town)[0]
                reason = phrases.general(self.dice, "refer_reasons", **teller.facts)
                opinion.refer(by=by, to=self.office.district, reason=reason, **teller._later("dispatched"))
            self.opinions.append(opinion)
        self.finish()
