"""Writing a judged visit down, as the page does."""

import uuid

from grievances.models import Channel, Visit, VisitKind
from grievances.phones import photos
from grievances.phones.judging import Judged
from grievances.phones.packets import Content
from grievances.visits.visiting import FromPhone, log_visit
from villages.models import Cadre


def one_after_another(author: Cadre) -> None:
    """Two packets of one author wait for each other, so that none is judged while the same one is stored."""
    Cadre.objects.select_for_update(no_key=True).get(pk=author.pk)


def write_down(key: uuid.UUID, content: Content, judged: Judged, *, digest: str, author: Cadre) -> Visit:
    """Write a visit down as the page does, with its photographs to come. Raises StepRefused, ValidationError."""
    sheet, data = judged.sheet, judged.sheet.visit.cleaned_data
    ids = [said["id"] for said in content["opinions"]]
    logged = log_visit(
        by=author, key=key, said_at=data["said_at"], place=sheet.where.place,
        household=sheet.where.household, kind=data.get("kind", VisitKind.HOUSEHOLD),
        cadres=list(data["cadres"]), nobody_home=data.get("nobody_home", False), remarks=data["remarks"],
        opinions=sheet.opinions, looking_back=sheet.looked_back(), channel=Channel.PHONE,
        phone=FromPhone(judged.phone_said_at, digest, ids, content["anonymous"]),
    )  # fmt: skip
    photos.announce(key, content, author=author, opinions=dict(zip(ids, logged.opinions, strict=True)))
    return logged.visit
