"""What becomes of the sample's opinions: how many end in which way."""

from dataclasses import dataclass
from random import Random

COLLECTED = 3907
RESOLVED = 2852


@dataclass(frozen=True)
class Fate:
    """How far an opinion comes, and by which side paths."""

    end: str  # the state in which it stands today
    outcome: str = ""
    on_the_spot: bool = False
    objected: str = ""  # "upheld" or "refused"
    extension: str = ""  # "pending", "approved" or "refused"
    reopened: bool = False
    supervised: bool = False
    late: bool = False
    unhappy: bool = False


def this_year(dice: Random, *, collected: int = COLLECTED, resolved: int = RESOLVED) -> list[Fate]:
    """Fates that add up to the two totals; the withdrawn ones are not among the collected."""
    spot = resolved // 12
    waiting = resolved // 9
    rest = collected - resolved
    explained_closed, explained_waiting = rest // 6, rest // 24
    assigned, objected = rest // 9, rest // 48
    handling = rest - explained_closed - explained_waiting - assigned - objected
    fates = (
        [Fate("closed", "resolved", on_the_spot=True)] * spot
        + [_closed(dice, "resolved") for _ in range(resolved - spot - waiting)]
        + [Fate("resolved", "resolved") for _ in range(waiting)]
        + [_closed(dice, "explained") for _ in range(explained_closed)]
        + [Fate("explained", "explained") for _ in range(explained_waiting)]
        + [Fate("assigned", late=dice.random() < 0.06) for _ in range(assigned)]
        + [Fate("objected") for _ in range(objected)]
        + [_handling(dice) for _ in range(handling)]
        + [Fate("withdrawn") for _ in range(collected // 170)]
    )
    dice.shuffle(fates)
    return fates


def last_year(dice: Random, *, collected: int) -> list[Fate]:
    """All finished."""
    resolved = round(collected * 0.78)
    fates = [_closed(dice, "resolved") for _ in range(resolved)]
    fates += [_closed(dice, "explained") for _ in range(collected - resolved)]
    dice.shuffle(fates)
    return fates


def _closed(dice: Random, outcome: str) -> Fate:
    return Fate(
        "closed", outcome,
        objected="refused" if dice.random() < 0.02 else "upheld" if dice.random() < 0.02 else "",
        extension="approved" if dice.random() < 0.04 else "",
        reopened=outcome == "resolved" and dice.random() < 0.03,
        unhappy=dice.random() < 0.06,
    )  # fmt: skip


def _handling(dice: Random) -> Fate:
    chance = dice.random()
    return Fate(
        "handling",
        reopened=chance < 0.07,
        extension="pending" if 0.07 < chance < 0.12 else "approved" if 0.12 < chance < 0.15 else "",
        supervised=0.15 < chance < 0.20,
        late=0.20 < chance < 0.26,
        objected="refused" if 0.9 < chance < 0.93 else "",
    )
