"""The texts of the sample, with their placeholders filled in."""

import json
from functools import cache
from pathlib import Path
from random import Random

_FOLDER = Path(__file__).parent


@cache
def _json(name: str) -> dict:
    return json.loads((_FOLDER / name).read_text(encoding="utf-8"))


@cache
def subcategories() -> dict[str, tuple[dict, dict]]:
    """Code of a second-level category → (its own texts, those of its first level)."""
    tops = [_json(f"texts/{file.name}") for file in sorted((_FOLDER / "texts").glob("[a-z]*.json"))]
    return {code: (own, top) for top in tops for code, own in top["subcategories"].items()}


def campaign(which: str) -> dict:
    """Plan, goals, task force and meetings of "this" or "last" year."""
    return _json("campaign.json")[which]


def person_name(dice: Random) -> str:
    """An invented name: a common family name and one or two common signs."""
    names = _json("names.json")
    given = dice.choice(names["given_second"])
    if dice.random() < 0.8:
        given = dice.choice(names["given_first"]) + given
    return dice.choice(names["surnames"]) + given


def address(dice: Random, village: str, number: int) -> str:
    names = _json("names.json")
    kind = "community" if "社区" in village or "居委会" in village else "village"
    pattern = dice.choice(names["addresses"][kind])
    return pattern.format(
        village=village, group=dice.choice(names["groups"]), number=number,
        road=dice.choice(names["villagers_streets"]),
    )  # fmt: skip


def general(dice: Random, *keys: str, **facts: str) -> str:
    """One of the general texts, such as an objection's reason."""
    found = _json("texts/_general.json")
    for key in keys:
        found = found[key]
    return dice.choice(found).format(**facts)


def choices(name: str) -> list[str]:
    """What a placeholder may stand for, such as the roads' names; empty when it is no choice of words."""
    return _json("names.json")["placeholders"][name].get("choices", [])


class Facts(dict):
    """The placeholders of one opinion, the same in what was said and in the answer."""

    def __init__(self, dice: Random, **given: str) -> None:
        known = {name: self._pick(dice, kind) for name, kind in _json("names.json")["placeholders"].items()}
        super().__init__({name: value for name, value in known.items() if value} | given)

    @staticmethod
    def _pick(dice: Random, kind: dict) -> str:
        if "choices" in kind:
            return dice.choice(kind["choices"])
        if "from" in kind:
            return str(dice.randrange(kind["from"], kind["to"] + 1, kind.get("step", 1)))
        return ""


def opinion(dice: Random, code: str, *, kinds: tuple[str, ...]) -> dict[str, str]:
    """One thing that villagers say in this category: text, kind, urgency."""
    own, _top = subcategories()[code]
    fitting = [one for one in own["opinions"] if one["kind"] in kinds]
    return dice.choice(fitting or own["opinions"])


def answer(dice: Random, code: str, *, kind: str, ground: str) -> dict[str, str]:
    """An internal account and a public answer that fit: resolved without a ground, else explained."""
    own, top = subcategories()[code]
    fallback = _json("texts/_general.json")["explained"]
    if ground:
        found = own.get("explained", {}).get(ground) or top["explained"].get(ground) or fallback[ground]
    else:
        found = top["adopted"] if kind == "suggestion" else own["resolved"]
    return dice.choice(found)


def grounds(code: str) -> list[str]:
    """Grounds of explaining that make sense in a category, besides those that always do."""
    own, top = subcategories()[code]
    return sorted(set(own.get("explained", {})) | set(top["explained"]))


def on_the_spot(dice: Random, **facts: str) -> dict[str, str]:
    """What was done at the door: account and public answer."""
    pair = dice.choice(_json("texts/_general.json")["on_the_spot"])
    return {name: text.format(**facts) for name, text in pair.items()}
