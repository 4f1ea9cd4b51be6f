"""The file of a phone that can't send: taken in line by line, never twice, and somebody else's only where it may be."""

import io
import json
from base64 import b64encode
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from grievances.models import Attachment, Opinion, UndecidedVisit, Visit
from grievances.phones import parts, tray
from tests.factories import (
    GRID,
    fresh,
    make_cadre,
    make_category,
    make_unit,
)
from tests.phones.packets import Draft
from tests.phones.sending import Photo, Sender, ms, said, unnamed, visit
from villages.models import Cadre, Household, Role, Unit


def sealed(*packets: dict, photos: tuple[dict, ...] = ()) -> io.BytesIO:
    file = io.BytesIO(json.dumps({"schema": 1, "packets": packets, "photos": photos}).encode())
    file.name = "village-voices.sealed"
    return file


def test_a_file_is_taken_in_line_by_line_and_not_doubled(
    visitor: Cadre, household: Household, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    category, photo, good, bad, quiet = make_category(), Photo(), Draft(), Draft(), Draft()
    clock = {"clock": ms(timezone.now())}
    packets = [
        good.packet(visit(visitor, household, said(category, photos=[photo.announced])), **clock),
        bad.packet(visit(visitor, household, said(category, text="")), **clock),
        quiet.packet(unnamed(visitor, category), kind="anonymous", **clock),
        {"id": "x"},
    ]
    pictures = (
        {
            "visit": good.id,
            "id": photo.id,
            "envelope": b64encode(good.envelope(photo.id, photo.raw)).decode(),
        },
    )
    page = Sender(visitor).client
    first = page.post(reverse("undecided-list"), {"file": sealed(*packets, photos=pictures)})
    states = [(line.answer.status, line.answer.state) for line in first.context["lines"]]
    assert states == [
        (201, "arrived"),
        (422, "refused"),
        (201, "arrived"),
        (400, "bad_request"),
        (200, "have"),
    ]
    assert "Entry 1" in first.content.decode() and Opinion.objects.first().number in first.content.decode()
    again = page.post(reverse("undecided-list"), {"file": sealed(*packets, photos=pictures)})
    assert [line.answer.status for line in again.context["lines"]] == [200, 422, 200, 400, 200]
    assert (Visit.objects.count(), Opinion.objects.count(), Attachment.objects.count()) == (1, 2, 1)


def test_a_photograph_that_the_phone_sends_meanwhile_is_kept_from_the_file_too(
    visitor: Cadre, household: Household, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    photo, draft, phone = Photo(), Draft(), Sender(visitor)
    content = visit(visitor, household, said(make_category(), photos=[photo.announced]))
    phone.send(draft, content)
    envelope = draft.envelope(photo.id, photo.raw)
    # All of it lies there, not opened yet.
    parts.append(UUID(photo.id), envelope, at=0)
    picture = {"visit": draft.id, "id": photo.id, "envelope": b64encode(envelope).decode()}
    packet = draft.packet(content, clock=ms(timezone.now()))
    shown = phone.client.post(reverse("undecided-list"), {"file": sealed(packet, photos=(picture,))})
    assert [line.answer.state for line in shown.context["lines"]] == ["arrived", "have"]
    assert str(Attachment.objects.get().key) == photo.id


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"schema": 2, "packets": []}', b"\xff\xfe"])
def test_what_is_no_file_of_a_phone_is_named(content: bytes, visitor: Cadre) -> None:
    file = io.BytesIO(content)
    file.name = "x"
    answer = Sender(visitor).client.post(reverse("undecided-list"), {"file": file})
    assert answer.status_code == 422 and 'id="id_file' in answer.content.decode()


def test_somebody_elses_file_is_for_a_coordinator_of_the_place_and_waits(
    visitor: Cadre, household: Household, coordinator: Cadre, committee: Unit
) -> None:
    category, draft, quiet = make_category(), Draft(), Draft()
    clock = {"clock": ms(timezone.now())}
    packets = (
        draft.packet(visit(visitor, household, said(category)), **clock),
        quiet.packet(unnamed(visitor, category), kind="anonymous", **clock),
    )
    colleague = make_cadre(name="colleague", role=Role.VISITOR, unit=committee, region=GRID)
    far = make_cadre(name="far", role=Role.COORDINATOR, unit=make_unit(code="far", region="320904002"))
    for other in (colleague, far):
        refused = Sender(other).client.post(reverse("undecided-list"), {"file": sealed(*packets)})
        assert not any(line.answer.is_acknowledged for line in refused.context["lines"])
    assert not UndecidedVisit.objects.exists() and not Opinion.objects.exists()
    brought = Sender(coordinator).client.post(reverse("undecided-list"), {"file": sealed(*packets)})
    assert [line.answer.state for line in brought.context["lines"]] == ["undecided", "arrived"]
    row = UndecidedVisit.objects.get()
    assert (row.author, row.brought_by, row.reasons) == (visitor, coordinator, ["file"])
    assert tray.count(fresh(visitor)) == 1
    assert (
        Sender(visitor).client.post(reverse("undecided", args=[row.key]), {"write": "1"}).status_code == 302
    )
    assert Visit.objects.get().recorded_by == visitor
