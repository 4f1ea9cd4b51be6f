"""What a district needs to work: places, people, and opinions that steps are done to."""

import contextlib
from random import Random

from grievances.errors import StepRefused
from grievances.models import Opinion
from grievances.steps.record import Accused
from tests.factories import make_cadre, make_category, make_opinion, make_region, make_unit
from villages.models import Cadre, Role, Unit, UnitKind

CANARIES = {
    "text": "金丝雀文字", "informant": "金丝雀某", "unit": "金丝雀局", "cadre": "干部canary-head",
    "account": "金丝雀账", "public": "金丝雀答复", "grid": "金丝雀网格", "telephone": "051588880000",
}  # fmt: skip
VERBS = ("record", "accuse", "assign", "accept", "resolve", "explain", "call_back", "withdraw")


def settle(code: str, name: str) -> None:
    """Two villages with grids, a department and those who work there."""
    district = make_region(code=code, name=name)
    district.abbreviation = {"320904": "DF", "320903": "YD"}.get(code, "HQ")
    district.save(update_fields=["abbreviation"])
    for village in ("001001", "002001"):
        make_region(code=f"{code}{village}", name=f"{name}{village}村")
        make_region(code=f"{code}{village}001", name=CANARIES["grid"])
    unit = make_unit(code="works", region=code)
    unit.name = CANARIES["unit"]
    unit.save(update_fields=["name"])
    office = make_unit(code="petitions", region=code)
    town = make_unit(code="town", region=f"{code}001", kind=UnitKind.TOWN)
    committee = make_unit(code="committee", region=f"{code}001001", kind=UnitKind.COMMITTEE, parent=town)
    make_cadre(name="visitor", role=Role.VISITOR, unit=committee, region=f"{code}001001001")
    make_cadre(name="canary-head", role=Role.HEAD, unit=unit)
    make_cadre(name="coordinator", role=Role.COORDINATOR, unit=office)
    make_cadre(name="caller", role=Role.CALLER, unit=office)
    make_category()


def cadre(name: str) -> Cadre:
    return Cadre.objects.get(username=name)


def step(code: str, verb: str, chance: int) -> None:
    """One step at a district, on an opinion that the chance chooses; nothing, where it isn't allowed."""
    dice = Random(chance)
    if verb in ("record", "accuse"):
        record(code, dice, accused=verb == "accuse")
        return
    opinions = list(Opinion.objects.order_by("pk"))
    if not opinions:
        return
    opinion = dice.choice(opinions)
    with contextlib.suppress(StepRefused):
        _do(opinion, verb)


def record(code: str, dice: Random, *, accused: bool = False) -> Opinion:
    place = dice.choice(("001001001", "002001001"))
    return make_opinion(
        by=cadre("visitor"),
        region=f"{code}{place}",
        name=CANARIES["informant"],
        text=CANARIES["text"],
        accused=[Accused(unit=Unit.objects.get(code="town"))] if accused else None,
    )


def _do(opinion: Opinion, verb: str) -> None:
    texts = {"account": CANARIES["account"], "public": CANARIES["public"]}
    head, works = cadre("canary-head"), Unit.objects.get(code="works")
    arguments: dict[str, tuple[str, dict[str, object]]] = {
        "assign": ("coordinator", {"unit": works, "person": head}),
        "accept": ("canary-head", {"told": "telephone"}),
        "resolve": ("canary-head", texts),
        "explain": ("canary-head", texts | {"ground": "policy"}),
        "call_back": ("caller", {"contacted": True, "solved": True, "satisfied": False}),
        "withdraw": ("coordinator", {"reason": "重复"}),
    }
    who, given = arguments[verb]
    getattr(opinion, verb)(by=cadre(who), **given)


def answered(code: str) -> Opinion:
    """A whole case at a district, so that every kind of text is there."""
    opinion = record(code, Random(1))
    for verb in ("assign", "accept", "resolve", "call_back"):
        _do(Opinion.objects.get(pk=opinion.pk), verb)
    return opinion
