"""Cases in the states that the tests of the case page start from."""

import uuid

from grievances.models import Opinion
from villages.models import Cadre, Unit


def assigned(opinion: Opinion, *, by: Cadre, unit: Unit, person: Cadre) -> Opinion:
    opinion.assign(by=by, unit=unit, person=person)
    return opinion


def in_hand(opinion: Opinion, *, by: Cadre, unit: Unit, person: Cadre) -> Opinion:
    assigned(opinion, by=by, unit=unit, person=person).accept(by=person, told="telephone")
    return opinion


def answered(opinion: Opinion, *, by: Cadre, unit: Unit, person: Cadre) -> Opinion:
    in_hand(opinion, by=by, unit=unit, person=person).resolve(
        by=person, account="铺了沥青", public="路已经修好。"
    )
    return opinion


def carried(opinion: Opinion, **fields: object) -> dict[str, object]:
    """What every step's form carries, besides its own fields."""
    return {"version": opinion.version, "key": str(uuid.uuid4())} | fields
