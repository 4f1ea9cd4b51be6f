"""What one person may send: too much waits on the phone, with the reason, and nothing of it is lost."""

import io
import json
from base64 import b64encode
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grievances.models import ArrivingPhoto, Attachment, UndecidedVisit, Visit
from grievances.phones import limits, tray
from tests.factories import make_cadre, make_category
from tests.phones.packets import Draft
from tests.phones.sending import Photo, Sender, picture, said, unnamed, visit
from villages.models import Cadre, Household, Role, Unit

MEGABYTE = 1024 * 1024


def announced(size: int) -> dict:
    return Photo().announced | {"size": size}


def test_a_visit_with_too_many_bytes_of_photographs_is_refused_by_name(
    visitor: Cadre, household: Household, settings: object
) -> None:
    settings.PHONE_VISIT_MEGABYTES = 2
    category = make_category()
    fits = said(category, photos=[announced(MEGABYTE)])
    more = said(category, photos=[announced(MEGABYTE), announced(1)])
    answer = Sender(visitor).send(Draft(), visit(visitor, household, fits, more))
    assert answer.status_code == 422 and not Visit.objects.exists()
    (problem,) = answer.json()["problems"]
    assert problem["field"] == "opinions.1.photos" and "2 MB" in problem["text"]["en"]
    assert "2 MB" in problem["text"]["zh-hans"] and not UndecidedVisit.objects.exists()
    whole = said(category, photos=[announced(MEGABYTE)])
    assert Sender(visitor).send(Draft(), visit(visitor, household, fits, whole)).status_code == 201


def test_photographs_beyond_those_of_a_day_wait_until_the_next(
    visitor: Cadre, household: Household, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    first, second = Photo(), Photo(picture("blue"))
    settings.PHONE_DAY_MEGABYTES = (len(first.raw) + len(second.raw) - 1) / MEGABYTE
    draft, phone = Draft(), Sender(visitor)
    opinion = said(make_category(), photos=[first.announced, second.announced])
    assert phone.send(draft, visit(visitor, household, opinion)).status_code == 201
    assert phone.put_all(draft, first).json() == {"state": "have", "have": "kept"}
    told = phone.put_all(draft, second, part=100_000)
    assert (told.status_code, told.json()["state"]) == (429, "enough_today")
    assert told.json()["reason"]["en"] != told.json()["reason"]["zh-hans"]
    assert phone.have(draft, second).json()["have"] == 0 and Attachment.objects.count() == 1
    yesterday = timezone.now() - timedelta(days=1)
    Attachment.objects.update(added_at=yesterday)
    ArrivingPhoto.objects.update(announced_on=yesterday.date())
    assert phone.put_all(draft, second).json()["have"] == "kept" and Attachment.objects.count() == 2


def test_photographs_that_wait_for_a_decision_count_until_it_is_made(
    visitor: Cadre, household: Household, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    visitor.posts.update(until=timezone.localdate() - timedelta(days=1))
    phone, category = Sender(visitor), make_category()

    def announced_by(photo: Photo) -> Draft:
        draft, opinion = Draft(), said(category, photos=[photo.announced])
        assert phone.send(draft, visit(visitor, household, opinion)).status_code == 202
        return draft

    first, second = Photo(), Photo(picture("blue"))
    assert phone.put_all(announced_by(first), first).json()["have"] == "kept"
    ArrivingPhoto.objects.update(announced_on=timezone.localdate() - timedelta(days=9))
    settings.PHONE_DAY_MEGABYTES = len(first.raw) / MEGABYTE
    draft = announced_by(second)
    assert phone.put_all(draft, second, part=100_000).status_code == 429
    first_visit = UndecidedVisit.objects.earliest("pk")
    tray.discard(first_visit, by=visitor, remark="x")
    assert phone.put_all(draft, second).json()["have"] == "kept"


def test_the_server_opens_so_much_in_a_minute_and_goes_on_in_the_next(
    visitor: Cadre, household: Household, committee: Unit, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [600.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: now[0])
    settings.PHONE_OPENINGS_A_MINUTE = 3
    phone, category = Sender(visitor), make_category()
    draft, content = Draft(), visit(visitor, household)
    assert phone.send(draft, content).status_code == 201
    assert phone.send(Draft(), unnamed(visitor, category), kind="anonymous").status_code == 201
    assert phone.post("phone-open", {"packet": draft.packet(content)}).status_code == 200
    late = Draft()
    for answer in (
        phone.send(late, content),
        phone.send(Draft(), unnamed(visitor, category), kind="anonymous"),
        phone.post("phone-open", {"packet": draft.packet(content)}),
    ):
        assert (answer.status_code, answer.json()["state"]) == (429, "too_fast")
        assert answer.json()["reason"]["en"] != answer.json()["reason"]["zh-hans"]
    assert Visit.objects.count() == 1
    # Nobody waits for somebody else.
    other = make_cadre(name="other", role=Role.VISITOR, unit=committee)
    assert Sender(other).send(Draft(), visit(other, household)).status_code == 201
    now[0] += 60
    assert phone.send(late, content).status_code == 201


def test_a_photograph_that_comes_too_fast_is_kept_in_the_next_minute(
    visitor: Cadre, household: Household, settings: object, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [600.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: now[0])
    settings.MEDIA_ROOT, settings.PHONE_OPENINGS_A_MINUTE = str(tmp_path), 1
    photo, draft, phone = Photo(), Draft(), Sender(visitor)
    phone.send(draft, visit(visitor, household, said(make_category(), photos=[photo.announced])))
    envelope = draft.envelope(photo.id, photo.raw)
    begun = phone.put(draft, photo, envelope[:100], offset=0, total=len(envelope))
    rest = {"offset": 100, "total": len(envelope)}
    assert begun.json()["have"] == 100
    assert phone.put(draft, photo, envelope[100:], **rest).json()["state"] == "too_fast"
    assert phone.have(draft, photo).json()["have"] == 100
    now[0] += 60
    assert phone.put(draft, photo, envelope[100:], **rest).json()["have"] == "kept"


def test_a_file_says_which_of_its_parts_must_come_once_more(
    visitor: Cadre, household: Household, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT, settings.PHONE_OPENINGS_A_MINUTE = str(tmp_path), 2
    photo, drafts = Photo(), [Draft(), Draft(), Draft()]
    contents = [visit(visitor, household) for _draft in drafts]
    contents[0]["opinions"] = [said(make_category(), photos=[photo.announced])]
    envelope = b64encode(drafts[0].envelope(photo.id, photo.raw)).decode()
    whole = {
        "schema": 1, "photos": [{"visit": drafts[0].id, "id": photo.id, "envelope": envelope}],
        "packets": [draft.packet(content) for draft, content in zip(drafts, contents, strict=True)],
    }  # fmt: skip
    client = Sender(visitor).client

    def bring() -> tuple[list[int], str]:
        file = io.BytesIO(json.dumps(whole).encode())
        file.name = "x.sealed"
        answer = client.post(reverse("undecided-list"), {"file": file})
        return [line.answer.status for line in answer.context["lines"]], answer.content.decode()

    told, page = bring()
    assert told == [201, 201, 429, 422] and Visit.objects.count() == 2
    assert "bring the file once more" in page and "Too much at once" in page
    settings.PHONE_OPENINGS_A_MINUTE = 100
    assert bring()[0] == [200, 200, 201, 200] and Attachment.objects.count() == 1
