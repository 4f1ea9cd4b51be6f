"""A few common problems in the sample: where most open matters of one sort lie in one town."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import Left

from grievances.models import CommonProblem, InformantKind, Opinion
from grievances.models.opinion import OpinionQuerySet
from villages.models import CODE_LENGTH, Level, Role

if TYPE_CHECKING:
    from grievances.sample.office import Office

_TOWN = CODE_LENGTH[Level.TOWN]
_MANY, _LEAST, _MOST = 4, 3, 8
_PLANS = (
    ("同一原因引起，逐件修补治标不治本。", "牵头单位月底前逐处查看、列出清单，下月起分批处理，每处完工后逐户答复。"),
    ("多户反映，根子在设施老化。", "两周内拿出改造方案和资金来源，报区里研究，同时先做应急处理。"),
    ("管理责任没有落实到人。", "明确到人、公开电话，每周检查一次，连续一个月无反映再收口。"),
    ("", ""),
)  # fmt: skip


def make(office: "Office") -> None:
    """Joined by the district's coordinator shortly before now, by the verb that people use."""
    coordinator = office.people.of(Role.COORDINATOR, office.units["petitions"])[0]
    at = office.now - timedelta(minutes=1)
    for number, (town, category) in enumerate(_places()):
        cases = _open().filter(category=category).within(town).order_by("number")[:_MOST]
        description, plan = _PLANS[number % len(_PLANS)]
        key = uuid.uuid5(uuid.NAMESPACE_OID, f"{town}{category}")
        for case in cases.select_related("category", "region__parent"):
            title = f"{case.category.name} · {office.by_place[('town', town)].region.name}"
            known = CommonProblem.objects.filter(key=key).first()
            case.join(by=coordinator, problem=known or CommonProblem(key=key, title=title), at=at)
        CommonProblem.objects.filter(key=key).update(description=description, plan=plan)


def _open() -> OpinionQuerySet:
    return Opinion.objects.open().filter(accusing=False, informant_kind=InformantKind.NAMED)


def _places() -> list[tuple[str, int]]:
    """(town, category) with the most open matters."""
    found = _open().order_by().annotate(town=Left("region_id", _TOWN)).values_list("town", "category")
    counted = found.annotate(n=Count("pk")).filter(n__gte=_LEAST).order_by("-n", "town", "category__code")
    return [(town, category) for town, category, _n in counted[:_MANY]]
