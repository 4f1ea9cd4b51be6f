"""Cases in the states that the tests of the case page start from."""

import uuid

from grievances.models import Opinion, OpinionSpan
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


def copied(opinion: Opinion, many: int, *, called: str = "COPY") -> list[Opinion]:
    """More opinions that stand as this one stands now; their histories are left out."""
    copies = [Opinion.objects.get(pk=opinion.pk) for _n in range(many)]
    for n, copy in enumerate(copies):
        copy.pk, copy.number = None, f"{called}-{n:04}"
    made = Opinion.objects.bulk_create(copies)
    spans = [OpinionSpan.objects.get(opinion=opinion, until=None) for _n in range(many)]
    for span, copy in zip(spans, made, strict=True):
        span.pk, span.opinion = None, copy
    OpinionSpan.objects.bulk_create(spans)
    return made


def carried(opinion: Opinion, **fields: object) -> dict[str, object]:
    """What every step's form carries, besides its own fields."""
    return {"version": opinion.version, "key": str(uuid.uuid4())} | fields
