"""What a phone sends, and a small phone that sends it."""

import hashlib
import io
import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grievances.models import Category
from tests.factories import VILLAGE, fresh
from tests.phones.packets import Draft
from villages.models import Cadre, Household

Content = dict[str, object]


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def visit(author: Cadre, household: Household | None, *opinions: Content, **more: object) -> Content:
    """The content of a visit that was made just now."""
    return {
        "schema": 1, "cadre": author.pk, "household": household.pk if household else None,
        "place": household.grid_id if household else VILLAGE,
        "kind": "household" if household else "on_the_way", "said_at": ms(timezone.now()) - 60_000,
        "offset": 0, "cadres": [], "nobody_home": False, "remarks": "", "anonymous": 0, "looks": [],
        "opinions": list(opinions),
    } | more  # fmt: skip


def said(about: Category, **more: object) -> Content:
    """One opinion of a visit."""
    return {
        "id": str(uuid.uuid4()), "text": "屋后的电线杆歪了", "category": about.pk, "particulars": {},
        "informant": "named", "name": "", "telephone": "", "kind": "request", "urgency": "normal",
        "place": "", "accused": "", "people": 1, "on_the_spot": False, "account": "", "photos": [],
    } | more  # fmt: skip


def unnamed(author: Cadre, about: Category, **more: object) -> Content:
    """An anonymous opinion."""
    return {
        "schema": 1, "cadre": author.pk, "village": VILLAGE, "day": timezone.localdate().isoformat(),
        "text": "村里的账没有公开", "category": about.pk, "particulars": {}, "kind": "complaint",
        "urgency": "normal", "accused": "", "people": 1,
    } | more  # fmt: skip


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue()


@dataclass(frozen=True)
class Photo:
    """A photograph on the phone."""

    raw: bytes = field(default_factory=picture)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def announced(self) -> Content:
        return {"id": self.id, "size": len(self.raw), "digest": hashlib.sha256(self.raw).hexdigest()}


class Sender:
    """The browser of one cadre."""

    def __init__(self, author: Cadre) -> None:
        self.client = Client(headers={"accept-language": "en"})
        self.client.force_login(fresh(author))

    def send(self, draft: Draft, content: object, **more: object) -> HttpResponse:
        clock = {"clock": ms(timezone.now())} | more
        return self.post("phone-arrivals", draft.packet(content, **clock))

    def post(self, name: str, body: object) -> HttpResponse:
        return self.client.post(reverse(name), json.dumps(body), content_type="application/json")

    def put(self, draft: Draft, photo: Photo, chunk: bytes, *, offset: int, total: int) -> HttpResponse:
        address = reverse("phone-photo", args=[draft.id, photo.id]) + f"?offset={offset}&total={total}"
        return self.client.put(address, chunk, content_type="application/octet-stream")

    def put_all(self, draft: Draft, photo: Photo, *, part: int = 300) -> HttpResponse:
        envelope = draft.envelope(photo.id, photo.raw)
        for offset in range(0, len(envelope), part):
            answer = self.put(
                draft, photo, envelope[offset : offset + part], offset=offset, total=len(envelope)
            )
        return answer

    def have(self, draft: Draft, photo: Photo) -> HttpResponse:
        return self.client.get(reverse("phone-photo", args=[draft.id, photo.id]))
