"""What becomes of each of the sample's opinions, drawn before it is told."""

from dataclasses import dataclass
from random import Random

from grievances.models import Category
from grievances.sample.fates import Fate
from grievances.sample.office import Office


@dataclass
class Plan:
    """One opinion before it is told: what it is about, what becomes of it, and how long that takes."""

    fate: Fate
    category: Category
    informant: str
    spans: dict[str, float]  # days from one step to the next

    @property
    def age(self) -> float:
        """Days since it was said."""
        return sum(self.spans.values())


def plan(office: Office, fate: Fate, *, longest: float) -> Plan:
    """Draw category, informant and durations; at most ``longest`` days in all."""
    dice = office.dice
    fitting = [one for one in office.categories if not (fate.on_the_spot and one.demands_accused)]
    category = dice.choice(fitting)
    chance = dice.random()
    informant = "anonymous" if chance < 0.03 else "confidential" if chance < 0.09 else "named"
    if fate.on_the_spot:
        informant = "named"
    spans = _spans(dice, fate, category)
    used = sum(spans.values())
    if used > longest - 1:
        spans = {name: days * (longest - 1) / used for name, days in spans.items()}
        used = longest - 1
    spans["waited"] = _waited(dice, fate, category, longest - used)
    return Plan(fate, category, informant, spans)


def _spans(dice: Random, fate: Fate, category: Category) -> dict[str, float]:
    """Days from step to step, as far as the fate goes."""
    if fate.on_the_spot:
        return {"dispatched": 0.02, "called": dice.uniform(1, 8)}
    days = {"dispatched": dice.uniform(0.3, 4)}
    if fate.end == "objected":
        return days | {"objected": dice.uniform(0.5, 3)}
    if fate.objected:
        days |= {"objected": dice.uniform(0.5, 3), "ruled": dice.uniform(0.3, 2)}
    if fate.end == "withdrawn":
        return days | {"withdrawn": dice.uniform(0.3, 6)}
    if fate.end in ("assigned", "collected"):
        return days
    days["accepted"] = dice.uniform(0.3, 4)
    if fate.end == "handling" and not fate.reopened:
        return days
    return days | _answering(dice, fate, category)


def _answering(dice: Random, fate: Fate, category: Category) -> dict[str, float]:
    """Days to the answer, the call-back, and through a reopening."""
    days = {}
    term = category.handling_days or 60
    days["answered"] = min(dice.lognormvariate(2.1, 0.7), term * 1.1)
    if fate.end in ("resolved", "explained") and not fate.reopened:
        return days
    days["called"] = dice.uniform(1, 9)
    if fate.reopened and fate.end == "closed":
        days |= {"answered_again": dice.uniform(2, 12), "called_again": dice.uniform(1, 7)}
    return days


def _waited(dice: Random, fate: Fate, category: Category, most: float) -> float:
    """Days since the last step: long for closed ones, within the deadline for those that are not late."""
    term = 15 if fate.reopened else (category.handling_days or 60)
    latest = {
        "assigned": 13.0,
        "objected": 2.0,
        "handling": term * 0.85,
        "resolved": 9.5,
        "explained": 9.5,
    }.get(fate.end, most)
    if fate.late:
        return min((16 if fate.end == "assigned" else term + 1) + dice.uniform(0, 6), max(most, 0.1))
    return dice.uniform(0.05, max(min(latest, most), 0.1))
