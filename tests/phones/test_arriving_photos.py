"""Photographs follow their visit in parts: whole or resumed, once, and never an endless retry."""

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from grievances.models import ArrivingPhoto, Attachment
from grievances.phones import parts, photos
from tests.factories import GRID, make_cadre, make_category, make_household
from tests.phones.packets import Draft
from tests.phones.sending import Photo, Sender, picture, said, visit
from villages.models import Cadre, Role, Unit


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def phone(visitor: Cadre) -> Sender:
    return Sender(visitor)


def arrived(phone: Sender, author: Cadre, *photographs: Photo, **more: object) -> Draft:
    """A visit with one opinion that has these photographs."""
    draft = Draft()
    opinion = said(make_category(), photos=[one.announced | more for one in photographs])
    assert phone.send(draft, visit(author, make_household(), opinion)).status_code == 201
    return draft


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_photograph_arrives_in_parts_and_is_kept_once(phone: Sender, visitor: Cadre, media: Path) -> None:
    photo = Photo()
    draft = arrived(phone, visitor, photo)
    assert phone.have(draft, photo).json()["have"] == 0
    assert phone.put_all(draft, photo).json()["have"] == "kept"
    kept = Attachment.objects.get()
    assert str(kept.key) == photo.id and kept.media_type == "image/jpeg"
    assert kept.file.read()[:2] == b"\xff\xd8" and kept.file.size == kept.size
    assert not ArrivingPhoto.objects.exists()
    assert phone.put_all(draft, photo).json()["have"] == "kept" and Attachment.objects.count() == 1


def test_parts_are_removed_when_it_is_kept(
    phone: Sender, visitor: Cadre, media: Path, django_capture_on_commit_callbacks: object
) -> None:
    photo = Photo()
    draft = arrived(phone, visitor, photo)
    with django_capture_on_commit_callbacks(execute=True):
        phone.put_all(draft, photo)
    assert len(files_in(media)) == 1 and not files_in(media)[0].endswith(".part")


def test_it_goes_on_where_it_broke_off(phone: Sender, visitor: Cadre) -> None:
    photo = Photo()
    draft = arrived(phone, visitor, photo)
    envelope = draft.envelope(photo.id, photo.raw)
    send = {"total": len(envelope)}
    assert phone.put(draft, photo, envelope[:400], offset=0, **send).json()["have"] == 400
    for offset in (0, 100, 800):
        again = phone.put(draft, photo, envelope[offset : offset + 400], offset=offset, **send)
        assert (again.status_code, again.json()["have"]) == (409, 400)
    told = phone.send(draft, _content_of(phone, draft))
    assert told.status_code == 409  # another content; how much is here the photograph's own address says
    assert phone.have(draft, photo).json()["have"] == 400
    assert phone.put(draft, photo, envelope[400:], offset=400, **send).json()["have"] == "kept"


def _content_of(phone: Sender, draft: Draft) -> dict:
    return {"schema": 1, "cadre": int(phone.client.session["_auth_user_id"]), "place": GRID, "said_at": 0}


def test_before_its_visit_it_is_told_to_wait(phone: Sender) -> None:
    answer = phone.put_all(Draft(), Photo())
    assert (answer.status_code, answer.json()) == (404, {"state": "no_visit"})


def test_nobody_else_sends_or_sees_it(phone: Sender, visitor: Cadre, committee: Unit) -> None:
    photo = Photo()
    draft = arrived(phone, visitor, photo)
    other = Sender(make_cadre(name="colleague", role=Role.VISITOR, unit=committee, region=GRID))
    assert other.have(draft, photo).status_code == 404 == other.put_all(draft, photo).status_code
    phone.put_all(draft, photo)
    assert other.have(draft, photo).status_code == 404


def test_what_is_no_picture_is_refused_for_good(phone: Sender, visitor: Cadre) -> None:
    photo = Photo(b"not a picture, but sealed as one")
    draft = arrived(phone, visitor, photo)
    for answer in (phone.put_all(draft, photo), phone.have(draft, photo), phone.put_all(draft, photo)):
        assert answer.status_code == 422
        assert (
            answer.json()["problems"][0]["field"] == "photo"
            and answer.json()["problems"][0]["text"]["zh-hans"]
        )
    assert not Attachment.objects.exists()


def test_what_was_changed_on_its_way_is_tried_again_but_not_for_ever(phone: Sender, visitor: Cadre) -> None:
    photo = Photo()
    draft = arrived(phone, visitor, photo, digest="0" * 64)
    answers = [phone.put_all(draft, photo, part=5000) for _n in range(3)]
    assert [answer.status_code for answer in answers] == [409, 409, 422]
    assert answers[0].json()["have"] == 0


def test_too_large_parts_and_totals_are_refused(phone: Sender, visitor: Cadre) -> None:
    photo = Photo()
    draft = arrived(phone, visitor, photo)
    for chunk, total in ((b"x" * (256 * 1024 + 1), 300_000), (b"x", 11 << 20), (b"xx", 1), (b"x", 0)):
        assert phone.put(draft, photo, chunk, offset=0, total=total).status_code == 413
    address = f"/phone/arrivals/{draft.id}/photos/{photo.id}/"
    for query in ("", "?offset=0", "?offset=-1&total=5", "?offset=x&total=5"):
        assert phone.client.put(address + query, b"x").status_code == 400
    assert parts.size_of(ArrivingPhoto.objects.get().key) == 0


@pytest.mark.parametrize("fails", ["write", "fsync"])
def test_a_full_disk_leaves_nothing_half_written(
    fails: str, phone: Sender, visitor: Cadre, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = Photo()
    draft = arrived(phone, visitor, photo)
    envelope = draft.envelope(photo.id, photo.raw)
    phone.put(draft, photo, envelope[:400], offset=0, total=len(envelope))

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patched:
        # While a part is appended, and while the whole picture is kept.
        patched.setattr(os, "fsync", full)
        if fails == "write":
            patched.setattr(parts, "append", lambda *_args, **_more: len(envelope))
            patched.setattr(photos, "_opened", lambda _row: photo.raw)
        answer = phone.put(draft, photo, envelope[400:], offset=400, total=len(envelope))
    assert (answer.status_code, answer.json()) == (507, {"state": "full"})
    assert phone.have(draft, photo).json()["have"] == 400 and not Attachment.objects.exists()
    assert len(files_in(media)) == 1
    assert phone.put(draft, photo, envelope[400:], offset=400, total=len(envelope)).json()["have"] == "kept"


def test_parts_that_nobody_goes_on_with_are_swept_and_may_be_sent_anew(
    phone: Sender, visitor: Cadre, media: Path
) -> None:
    photo, fresh = Photo(), Photo(picture("blue"))
    draft = arrived(phone, visitor, photo, fresh)
    for one in (photo, fresh):
        phone.put(draft, one, b"x" * 100, offset=0, total=1000)
    old = (timezone.now() - timedelta(days=31)).timestamp()
    os.utime(parts.path_of(ArrivingPhoto.objects.get(key=photo.id).key), (old, old))
    photos.sweep(timezone.now())
    assert [phone.have(draft, one).json()["have"] for one in (photo, fresh)] == [0, 100]
    assert phone.put_all(draft, photo).json()["have"] == "kept"


def test_a_photograph_of_another_visit_is_not_taken_over(phone: Sender, visitor: Cadre) -> None:
    photo = Photo()
    arrived(phone, visitor, photo)
    opinion = said(make_category(), photos=[photo.announced])
    answer = phone.send(Draft(), visit(visitor, make_household(), opinion))
    assert answer.status_code == 422 and answer.json()["problems"][0]["field"] == "photos"
