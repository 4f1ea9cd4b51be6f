"""Histories of the sample's opinions, made in memory by the same verbs that people use."""

from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone

from grievances.flow.casefile import MemoryFile
from grievances.models import Opinion
from grievances.sample import phrases
from grievances.sample.office import Office
from grievances.sample.plans import Plan
from grievances.steps.record import Accused, Said
from villages.models import Household, Role, UnitKind

_DAY = timedelta(days=1)
_OPENS, _CLOSES = 8, 18


def working_hour(dice: Random, at: datetime, *, after: datetime) -> datetime:
    """The moment, moved into working hours, but never before ``after``.

    The dice are thrown for every moment: whether one is moved must not change what is thrown next.
    """
    local = timezone.localtime(at)
    moved = local.replace(hour=dice.randrange(_OPENS, _CLOSES), minute=dice.randrange(60))
    return at if _OPENS <= local.hour < _CLOSES else max(moved, after + timedelta(minutes=3))


class Teller:
    """Tells one opinion's life, step by step."""

    def __init__(self, office: Office, made: Plan, said_at: datetime, place: str) -> None:
        self.office, self.plan, self.dice = office, made, office.dice
        self.place, self.at, self.said_at = place, said_at, said_at
        self.unit = office.lead_unit(made.category, place)
        self.accusing = made.category.demands_accused
        self.told = "" if made.informant == "anonymous" else "telephone"
        self.facts = phrases.Facts(
            self.dice, village=spoken(office.by_place[(UnitKind.COMMITTEE, place[:12])].name),
            town=office.by_place[(UnitKind.TOWN, place[:9])].name, unit=self.unit.name,
            month=f"{timezone.localtime(said_at - 60 * _DAY).month}月", year=str(said_at.year - 1),
            date="", planned="",
        )  # fmt: skip

    def _later(self, name: str) -> dict[str, datetime]:
        """Let the days of a step pass; the time of the step."""
        wanted = self.at + self.plan.spans.get(name, 0.1) * _DAY
        moved = working_hour(self.dice, wanted, after=self.at)
        self.at = min(moved, self.office.now - timedelta(minutes=2))
        return {"at": self.at}

    def _say(self, *keys: str) -> str:
        return phrases.general(self.dice, *keys, **self.facts)

    def record(
        self, *, household: Household, visit: object, campaign: object, source: str = "big_visit"
    ) -> Opinion:
        dice, made = self.dice, self.plan
        fate = made.fate
        # Praise is never resolved, only noted.
        kinds = ("complaint", "request", "suggestion") + (("praise",) if fate.outcome == "explained" else ())
        words = phrases.opinion(dice, made.category.code, kinds=kinds)
        self.kind = words["kind"]
        self.at = min(
            self.said_at + timedelta(minutes=dice.randrange(1, 300)), self.office.now - timedelta(minutes=30)
        )
        said = Said(made.informant, household.head, household=household)
        self.visitor = self.office.visitor(self.place)
        self.opinion = Opinion.record(
            by=self.visitor, text=self._said(words["text"]), category=made.category,
            region=household.grid, said=Said("anonymous") if made.informant == "anonymous" else said,
            said_at=self.said_at, accused=self._accused(), visit=visit, campaign=campaign, source=source,
            kind=words["kind"], urgency=words["urgency"], channel="phone", at=self.at,
            number=self.office.number(anonymous=made.informant == "anonymous", year=self.said_at.year),
            memory=MemoryFile(None, calendar=self.office.calendar),
        )  # fmt: skip
        return self.opinion

    def _said(self, text: str) -> str:
        return text.format(**self.facts)

    def _accused(self) -> list[Accused]:
        if not self.accusing:
            return []
        committee = self.office.by_place[(UnitKind.COMMITTEE, self.place[:12])]
        return [Accused()] if self.dice.random() < 0.3 else [Accused(unit=committee)]

    def live(self) -> Opinion:
        """Go through the flow as far as the fate says."""
        fate = self.plan.fate
        if fate.on_the_spot:
            self._on_the_spot()
        else:
            self._assign()
            self._side_path_of_an_objection()
            if fate.end == "withdrawn":
                self.opinion.withdraw(
                    by=self.coordinator, reason=self._say("withdraw_reasons"), **self._later("withdrawn")
                )
            elif fate.end not in ("assigned", "objected"):
                self._handle()
        return self.opinion

    def _on_the_spot(self) -> None:
        words = phrases.on_the_spot(self.dice, **self.facts)
        self.opinion.solve_on_the_spot(by=self.visitor, **words, **self._later("dispatched"))
        self._call_back("called")

    def _assign(self) -> None:
        self.coordinator = self.office.coordinator(self.unit, self.place, accusing=self.accusing)
        handlers = self.office.people.of(Role.HANDLER, self.unit)
        self.head = self.office.people.of(Role.HEAD, self.unit)[0]
        self.handler = self.dice.choice(handlers)
        self.opinion.assign(
            by=self.coordinator, unit=self.unit, person=self.handler, **self._later("dispatched")
        )

    def _side_path_of_an_objection(self) -> None:
        fate = self.plan.fate
        if fate.end != "objected" and not fate.objected:
            return
        self.opinion.object(by=self.handler, reason=self._say("objection_reasons"), **self._later("objected"))
        if fate.end == "objected":
            return
        when = self._later("ruled")
        if fate.objected == "refused":
            self.opinion.refuse(by=self.coordinator, reason=self._say("objection_refused"), **when)
        else:
            self.opinion.uphold(by=self.coordinator, reason=self._say("objection_upheld"), **when)
            reason = self._say("reassign_reasons")
            self.opinion.assign(
                by=self.coordinator, unit=self.unit, person=self.head, reason=reason, **self._later("again")
            )

    def _handle(self) -> None:
        fate = self.plan.fate
        self.opinion.accept(by=self.handler, told=self.told, **self._later("accepted"))
        if fate.extension and not fate.reopened:
            self._extend(fate.extension)
        if fate.supervised:
            due = self._supervision_due()
            leader = self.office.people.of(Role.LEADER, self.office.units["organisation"])[0]
            self.opinion.supervise(
                by=leader, text=self._say("supervision"), due=due, **self._later("supervised")
            )
        if fate.end == "handling" and not fate.reopened:
            return
        self._answer("answered", fate.outcome or "resolved")
        if fate.reopened:
            self._call_back("called", solved=False)
            if fate.end == "handling":
                return
            self._answer("answered_again", "resolved")
            self._call_back("called_again")
        elif fate.end == "closed":
            self._call_back("called")

    def _supervision_due(self) -> date:
        return timezone.localdate(self.office.now) + timedelta(days=self.dice.randrange(1, 6))

    def _extend(self, how: str) -> None:
        asked = self.opinion.ask_extension
        asked(by=self.handler, days=15, reason=self._say("extension_reasons"), **self._later("asked"))
        if how == "approved":
            self.opinion.approve_extension(by=self.head, told=self.told, **self._later("approved"))

    def _answer(self, name: str, outcome: str) -> None:
        when = self._later(name)
        self.facts |= {"date": self._day_in_words(timezone.localdate(self.at - _DAY))}
        if outcome == "resolved":
            words = self._words("")
            self.opinion.resolve(by=self.handler, told=self.told, **words, **when)
            return
        ground = self._ground()
        planned = timezone.localdate(self.at) + timedelta(days=self.dice.randrange(60, 400))
        self.facts |= {"planned": self._month_in_words(planned)}
        words = self._words(ground)
        more = {"planned_for": planned} if ground == "planned" else {}
        self.opinion.explain(by=self.handler, ground=ground, told=self.told, **words, **more, **when)

    def _day_in_words(self, day: date) -> str:
        return f"{day.month}月{day.day}日"

    def _month_in_words(self, day: date) -> str:
        return f"{day.year}年{day.month}月"

    def _words(self, ground: str) -> dict[str, str]:
        found = phrases.answer(self.dice, self.plan.category.code, kind=self.kind, ground=ground)
        return {name: text.format(**self.facts) for name, text in found.items()}

    def _ground(self) -> str:
        if self.kind in ("praise", "suggestion"):
            return "noted"
        fitting = [ground for ground in phrases.grounds(self.plan.category.code) if ground != "noted"]
        return "gave_up" if self.dice.random() < 0.05 else self.dice.choice(fitting or ["policy"])

    def _call_back(self, name: str, *, solved: bool = True) -> None:
        """Somebody else asks; an anonymous one is checked on the spot."""
        when = self._later(name)
        caller = self.office.caller(self.opinion.unit, self.place)
        if self.plan.informant == "anonymous":
            self.opinion.spot_check(
                by=caller, solved=solved, remark=self._say("call_back", "checked"), **when
            )
            return
        happy = solved and not self.plan.fate.unhappy
        remark = self._say("call_back", "satisfied" if happy else "unsatisfied" if solved else "not_solved")
        asked = solved if self.opinion.outcome == "resolved" else None
        self.opinion.call_back(
            by=caller, contacted=True, solved=asked, satisfied=happy, remark=remark, **when
        )


def spoken(name: str) -> str:
    """A village's name as people say it."""
    for official, said in (
        ("村委会", "村"),
        ("居委会", "社区"),
        ("村民委员会", "村"),
        ("社区居民委员会", "社区"),
    ):
        if name.endswith(official):
            return name.removesuffix(official) + said
    return name
