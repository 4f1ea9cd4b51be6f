"""Lives told by the real verbs, as far as they have come by today: what the casts are taken from."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import models
from django.utils import timezone

from grievances.models import Accusation, Campaign, Opinion, OpinionSpan, Visit
from grievances.sample import phrases
from grievances.sample.bulk.ground import DAYS, Ground
from grievances.sample.bulk.plans import draw
from grievances.sample.histories import Teller, working_hour
from grievances.sample.looks import looks
from grievances.sample.office import Office
from grievances.sample.plans import Plan
from grievances.tallies.signatures import signature
from villages.models import Household

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
# From this age in days every life is over, so that one of a class may be cast on any older day of the week.
OLD = 130
AGES = OLD + 7
_OTHER_SOURCES = ("phone", "phone", "service_centre", "letter", "studio", "superior")


class _NotYet(Exception):
    """The next step lies in the future: the life stands here today."""


class Life(Teller):
    """Tells a life until today and no further; keeps the words of time that it used."""

    def __init__(self, office: Office, made: Plan, said_at: datetime, place: str) -> None:
        super().__init__(office, made, said_at, place)
        self.moments_in_words: dict[str, tuple[str, date]] = {}
        before = timezone.localdate(said_at - 60 * _DAY)
        self._keep(self.facts["year"], "year", timezone.localdate(said_at))
        self._keep(self.facts["month"], "only month", before)

    def _keep(self, words: str, kind: str, day: date) -> str:
        self.moments_in_words[words] = (kind, day)
        return words

    def _day_in_words(self, day: date) -> str:
        return self._keep(super()._day_in_words(day), "day in words", day)

    def _month_in_words(self, day: date) -> str:
        return self._keep(super()._month_in_words(day), "month", day)

    def _said(self, text: str) -> str:
        """Many begin with where they live."""
        told = super()._said(text)
        return f"{self.facts['village']}{self.facts['group']}：{told}" if self.dice.random() < 0.6 else told

    def _say(self, *keys: str) -> str:
        """Of those who are satisfied, half leave it at that."""
        told = super()._say(*keys)
        return "" if keys == ("call_back", "satisfied") and self.dice.random() < 0.5 else told

    def _words(self, ground: str) -> dict[str, str]:
        """Of two answers the shorter one: millions of them have to be kept."""
        return min(
            (super(Life, self)._words(ground) for _n in range(2)), key=lambda words: len(words["public"])
        )

    def _later(self, name: str) -> dict[str, datetime]:
        wanted = self.at + self.plan.spans.get(name, 0.1) * _DAY
        moved = working_hour(self.dice, wanted, after=self.at).replace(second=0, microsecond=0)
        moved = max(moved, self.at + _MINUTE)
        if moved >= self.office.now - _MINUTE:
            raise _NotYet
        self.at = moved
        return {"at": moved}

    def live(self) -> Opinion:
        with suppress(_NotYet):
            super().live()
        # As the trigger on accusations does: every past day tells by whom it accuses today.
        accused = signature(self.opinion.file.rows(Accusation))
        for span in self.opinion.file.rows(OpinionSpan):
            span.accused = accused
        return self.opinion

    def _supervision_due(self) -> date:
        return timezone.localdate(self.at) + timedelta(days=self.dice.randrange(10, 25))

    def _on_the_spot(self) -> None:
        if self.plan.fate.outcome == "resolved":
            super()._on_the_spot()
            return
        ground = "noted" if self.kind in ("praise", "suggestion") else "policy"
        self.facts |= {"date": self._day_in_words(timezone.localdate(self.at - _DAY))}
        when = self._later("dispatched")
        self.opinion.explain_on_the_spot(by=self.visitor, ground=ground, **self._words(ground), **when)
        self._call_back("called")

    def _assign(self) -> None:
        """An accusation of nobody known is mostly released first, as the district's coordinators do."""
        unknown = any(row.unit_id is None for row in self.opinion.file.rows(Accusation))
        if unknown and self.dice.random() < 0.85:
            coordinator = self.office.coordinator(self.unit, self.place, accusing=True)
            self.opinion.release(by=coordinator, **self._later("released"))
        super()._assign()


@dataclass
class Call:
    """Opinions said on one occasion at one household, with the visit if it was one."""

    home: Household
    said_at: datetime
    visit: Visit | None
    lives: list[Life] = field(default_factory=list)

    def rows(self, life: Life) -> Iterator[models.Model]:
        """All rows of one opinion but itself."""
        for rows in life.opinion.file._rows.values():
            yield from rows
        yield from looks(life.dice, [life.opinion])


class Narrator:
    """Tells calls of every age: more of the young ages, where the open cases are."""

    def __init__(self, ground: Ground, opinions: int) -> None:
        self.ground, self.office = ground, ground.office
        self.homes = self._some_homes()
        self.campaigns = Campaign.objects.in_bulk()
        # A small district needs no more lives than it has opinions on a day.
        self.most = max(1, round(opinions / DAYS / 4))

    def _some_homes(self) -> list[Household]:
        picked = self.office.dice.sample(self.ground.homes, min(600, len(self.ground.homes)))
        found = Household.objects.select_related("grid__parent").in_bulk([pk for pk, _grid, _head in picked])
        return [found[pk] for pk, _grid, _head in picked]

    def tell(self) -> Iterator[tuple[int, Call]]:
        """Calls with their age in days; of every age at least one with a single opinion."""
        for age in range(AGES):
            wanted = 16 if age < 45 else 6 if age < OLD else 70
            for n in range(min(wanted, self.most + 1)):
                said = self.office.dice.choices((1, 2, 3), weights=(4, 4, 3))[0] if n else 1
                yield age, self._call(age, said)

    def _call(self, age: int, opinions: int) -> Call:
        dice, home = self.office.dice, self.office.dice.choice(self.homes)
        said_at = self.office.now - (age + 1) * _DAY
        said_at = said_at.replace(hour=dice.randrange(8, 19), minute=dice.randrange(60))
        source = "big_visit" if dice.random() < 0.92 else dice.choice(_OTHER_SOURCES)
        call = Call(home, said_at, self._visit(home, said_at) if source == "big_visit" else None)
        for _n in range(opinions):
            life = Life(self.office, draw(self.office), said_at, home.grid_id)
            campaign = call.visit.campaign if call.visit else None
            life.record(household=home, visit=call.visit, campaign=campaign, source=source)
            life.live()
            call.lives.append(life)
        if call.visit:
            call.visit.anonymous_opinions = sum(life.plan.informant == "anonymous" for life in call.lives)
        return call

    def _visit(self, home: Household, said_at: datetime) -> Visit:
        dice, year = self.office.dice, timezone.localtime(said_at).year
        remarks = phrases.general(dice, "visit_remarks", **self._facts()) if dice.random() < 0.1 else ""
        return Visit(
            campaign=self.campaigns[self.ground.campaigns[year]], household=home, region=home.grid,
            said_at=said_at, recorded_at=said_at + dice.randrange(1, 240) * _MINUTE,
            recorded_by=self.office.visitor(home.grid_id), remarks=remarks,
        )  # fmt: skip

    def _facts(self) -> phrases.Facts:
        return phrases.Facts(
            self.office.dice, village="", town="", unit="", date="", planned="", month="", year=""
        )
