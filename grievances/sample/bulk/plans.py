"""What becomes of the opinions of a bulk district, and how long it takes: lean lives in natural proportions.

More than half are settled at the door, as on a big visit; a few get stuck beyond their deadline.
"""

from random import Random

from grievances.models import Category
from grievances.sample.fates import Fate
from grievances.sample.office import Office
from grievances.sample.plans import Plan

# No life is longer than this, in days: older opinions are all ended.
LONGEST = 126.0
_SPOT_RESOLVED, _SPOT_EXPLAINED = 0.44, 0.15
_ACCUSING = 0.045  # of those that are dispatched
_STUCK = 0.015


def draw(office: Office) -> Plan:
    """Draw one opinion: what it is about, who speaks, and its days from step to step."""
    dice = office.dice
    chance = dice.random()
    if chance < _SPOT_RESOLVED + _SPOT_EXPLAINED:
        outcome = "resolved" if chance < _SPOT_RESOLVED else "explained"
        fate = Fate("closed", outcome, on_the_spot=True, unhappy=dice.random() < 0.04)
        days = {"dispatched": 0.02, "called": dice.uniform(1, 8)}
        return Plan(fate, _category(office, accusing=False), "named", days)
    fate = _fate(dice)
    category = _category(office, accusing=dice.random() < _ACCUSING)
    chance = dice.random()
    informant = "anonymous" if chance < 0.06 else "confidential" if chance < 0.18 else "named"
    return Plan(fate, category, informant, _days(dice, fate, category))


def _category(office: Office, *, accusing: bool) -> Category:
    return office.dice.choice([one for one in office.categories if one.demands_accused == accusing])


def _fate(dice: Random) -> Fate:
    if dice.random() < 0.01:
        return Fate("withdrawn")
    outcome = "resolved" if dice.random() < 0.78 else "explained"
    late = dice.random() < _STUCK
    return Fate(
        "closed", outcome,
        objected="refused" if dice.random() < 0.02 else "upheld" if dice.random() < 0.02 else "",
        extension="approved" if dice.random() < 0.03 else "",
        reopened=outcome == "resolved" and not late and dice.random() < 0.03,
        supervised=dice.random() < 0.01,
        late=late,
        unhappy=dice.random() < 0.06,
    )  # fmt: skip


def _days(dice: Random, fate: Fate, category: Category) -> dict[str, float]:
    days = {"dispatched": dice.uniform(0.1, 1.6)}
    if fate.objected:
        days |= {"objected": dice.uniform(0.5, 3), "ruled": dice.uniform(0.3, 2)}
    if fate.end == "withdrawn":
        return days | {"withdrawn": dice.uniform(0.3, 6)}
    days |= {"accepted": dice.uniform(0.3, 4), "called": dice.uniform(1, 8)}
    term = category.handling_days or 60
    usual = min(dice.lognormvariate(2.1, 0.7), term * 0.9)
    stuck = term * (1.45 if category.day_kind == "working" else 1) + dice.uniform(2, 35)
    used = sum(days.values())
    days["answered"] = min(stuck, LONGEST - used - 2) if fate.late else usual
    if fate.reopened:
        days |= {"answered_again": dice.uniform(2, 12), "called_again": dice.uniform(1, 7)}
    return days
