"""Files: what is taken, what is stripped, what is refused, and who may open them."""

import io
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from grievances.attachments import files
from grievances.attachments.jpegs import without_remarks
from grievances.models import Attachment, Look, Opinion
from grievances.steps.record import Accused
from tests.factories import make_opinion
from tests.grievances.cases import carried
from villages.models import Cadre, Unit

_GPS, _ORIENTATION = 0x8825, 0x0112


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Iterator[Path]:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def picture(*, size: tuple[int, int] = (60, 40), kind: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **more)
    return out.getvalue()


def photograph() -> bytes:
    """With a position, a comment, and lying on its side."""
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    exif.get_ifd(_GPS)[1] = "N"
    return picture(exif=exif, comment=b"taken at the door of house 12")


def pdf(**more: object) -> bytes:
    out = io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    document.attachments["virus.exe"] = b"MZ"
    document.docinfo["/Author"] = "secret"
    document.save(out, **more)
    return out.getvalue()


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def cleaned(content: bytes) -> bytes:
    return files.clean(upload(content)).file.read()


def test_a_photograph_loses_position_and_comment_and_stands_upright() -> None:
    content = cleaned(photograph())
    fresh = Image.open(io.BytesIO(content))
    assert fresh.format == "JPEG" and fresh.size == (40, 60)
    assert not fresh.getexif() and b"house 12" not in content


def test_a_large_photograph_becomes_smaller() -> None:
    fresh = Image.open(io.BytesIO(cleaned(picture(size=(4000, 3000)))))
    assert max(fresh.size) == files.LONGEST_SIDE


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_become_jpeg(kind: str) -> None:
    attachment = files.clean(upload(picture(kind=kind)))
    assert attachment.media_type == "image/jpeg" and attachment.extension == ".jpg"
    assert attachment.size == len(attachment.file.read())


def test_what_is_see_through_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(io.BytesIO(cleaned(out.getvalue()))).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7 broken",
        picture()[:200],
        picture(kind="GIF"),
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
    ],
    ids=["empty", "program", "svg", "broken pdf", "half a picture", "gif", "false head"],
)
def test_what_is_no_photograph_or_pdf_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(ValidationError, match=r"photo\.jpg"):
        files.clean(upload(content))


@pytest.mark.parametrize(
    ("size", "kind", "more"),
    [((5000, 4001), "PNG", {}), ((5000, 5001), "JPEG", {}), ((5000, 5001), "JPEG", {"progressive": True})],
)
def test_a_flood_of_pixels_is_refused(size: tuple[int, int], kind: str, more: dict) -> None:
    with pytest.raises(ValidationError, match=r"photo\.jpg.*2[05]"):
        files.clean(upload(picture(size=size, kind=kind, **more)))


def test_the_largest_photograph_of_a_phone_takes_little_memory() -> None:
    """Of 24.5 million pixels, progressive: measured 170 MB; one of 64 million took 430."""
    content = picture(size=(5712, 4284), progressive=True, subsampling=0)
    code = (
        "import sys, resource; from django.core.files.uploadedfile import SimpleUploadedFile as Up\n"
        "import django; django.setup(); from grievances.attachments import files\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "photo = Up('photo.jpg', sys.stdin.buffer.read()); before = used()\n"
        "files.clean(photo); print(used() - before)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    ran = subprocess.run([sys.executable, "-c", code], input=content, env=environment, capture_output=True)
    assert int(ran.stdout) < 220


def test_a_file_above_the_limit_is_refused() -> None:
    with pytest.raises(ValidationError, match="10 MB"):
        files.clean(upload(b"x" * (files.MOST_BYTES + 1)))


def test_too_many_files_are_refused() -> None:
    with pytest.raises(ValidationError):
        files.clean_all([upload(picture())] * (files.MOST_FILES + 1))


def test_each_wrong_file_is_named() -> None:
    with pytest.raises(ValidationError) as caught:
        files.clean_all([upload(b"x", "one.jpg"), upload(picture()), upload(b"y", "two.jpg")])
    assert "one.jpg" in str(caught.value) and "two.jpg" in str(caught.value)


def test_a_pdf_loses_scripts_attached_files_and_its_author() -> None:
    content = cleaned(pdf())
    fresh = pikepdf.open(io.BytesIO(content))
    assert len(fresh.pages) == 1
    assert not {"/OpenAction", "/Names", "/AcroForm"} & set(fresh.Root.keys())
    assert b"secret" not in content and b"JavaScript" not in content


def test_a_locked_pdf_is_refused() -> None:
    locked = pdf(encryption=pikepdf.Encryption(owner="owner", user=""))
    with pytest.raises(ValidationError, match=r"photo\.jpg"):
        files.clean(upload(locked))


def test_a_photograph_inside_a_pdf_loses_its_position() -> None:
    document = pikepdf.new()
    page = document.add_blank_page()
    image = pikepdf.Stream(
        document, b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=60, Height=40
    )
    image.write(photograph(), filter=pikepdf.Name.DCTDecode)
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    out = io.BytesIO()
    document.save(out)
    content = cleaned(out.getvalue())
    assert b"Exif" not in content and b"house 12" not in content


@pytest.mark.parametrize("packing", [[], ["/FlateDecode"], ["/ASCIIHexDecode", "/FlateDecode"]])
def test_a_photograph_packed_once_more_loses_its_position_too(packing: list[str]) -> None:
    content = photograph()
    if "/FlateDecode" in packing:
        content = zlib.compress(content)
    if "/ASCIIHexDecode" in packing:
        content = content.hex().encode() + b">"
    inside = the_picture(cleaned(pdf_with(content, [*packing, "/DCTDecode"])))
    assert b"Exif" not in inside and b"house 12" not in inside
    shown = Image.open(io.BytesIO(inside)).tobytes()
    assert shown == Image.open(io.BytesIO(photograph())).tobytes()


def test_the_colours_of_a_photograph_inside_a_pdf_stay_as_they_are() -> None:
    colours = [None, pikepdf.Dictionary(ColorTransform=0)]
    content = pdf_with(zlib.compress(photograph()), ["/FlateDecode", "/DCTDecode"], colours)
    with pikepdf.open(io.BytesIO(cleaned(content))) as fresh:
        assert fresh.pages[0].Resources.XObject.Im0.DecodeParms.ColorTransform == 0


def pdf_with(content: bytes, filters: list[str], settings: list | None = None) -> bytes:
    """A page with one picture in it, packed by these filters."""
    document = pikepdf.new()
    image = pikepdf.Stream(
        document, b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=60, Height=40
    )
    names = [pikepdf.Name(name) for name in filters]
    image.write(content, filter=pikepdf.Array(names), decode_parms=settings)
    page = document.add_blank_page()
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    out = io.BytesIO()
    document.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return out.getvalue()


def the_picture(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as document:
        return document.pages[0].Resources.XObject.Im0.read_raw_bytes()


def test_a_jpeg_without_remarks_is_the_same_picture() -> None:
    before = photograph()
    after = without_remarks(before)
    assert b"house 12" not in after and b"Exif" not in after
    assert Image.open(io.BytesIO(after)).tobytes() == Image.open(io.BytesIO(before)).tobytes()
    assert without_remarks(b"no picture") == b"no picture"


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


def kept(opinion: Opinion, by: Cadre, content: bytes = b"") -> Attachment:
    opinion.attach(by=by, files=files.clean_all([upload(content or picture())]))
    return opinion.attachments.last()


def opened(attachment: Attachment, by: Cadre) -> object:
    client = Client()
    client.force_login(by)
    return client.get(reverse("attachment", args=[attachment.pk]))


def test_files_are_added_from_the_page(
    case: Opinion, coordinator: Cadre, client: Client, media: Path
) -> None:
    client.force_login(coordinator)
    sent = carried(case, files=[upload(picture()), upload(pdf(), "letter.pdf")])
    response = client.post(reverse("opinion-attach", args=[case.number]), sent)
    assert response.status_code == 302
    assert [file.media_type for file in case.attachments.all()] == ["image/jpeg", "application/pdf"]
    assert len(list(media.rglob("*.*"))) == 2


def test_a_wrong_file_leaves_nothing_behind(
    case: Opinion, coordinator: Cadre, client: Client, media: Path
) -> None:
    client.force_login(coordinator)
    sent = carried(case, files=[upload(picture()), upload(b"MZ", "tool.exe")])
    response = client.post(reverse("opinion-attach", args=[case.number]), sent)
    assert response.status_code == 422 and "tool.exe" in response.content.decode()
    assert not case.attachments.exists() and not list(media.rglob("*.*"))


def test_a_picture_opens_in_the_page_a_pdf_as_a_download(case: Opinion, coordinator: Cadre) -> None:
    shown = opened(kept(case, coordinator), coordinator)
    saved = opened(kept(case, coordinator, pdf()), coordinator)
    assert shown["Content-Type"] == "image/jpeg" and shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Type"] == "application/pdf" and saved["Content-Disposition"].startswith(
        "attachment"
    )
    assert {shown["X-Content-Type-Options"], saved["X-Content-Type-Options"]} == {"nosniff"}
    assert "no-store" in shown["Cache-Control"]


def test_the_name_on_the_disk_tells_nothing(case: Opinion, coordinator: Cadre) -> None:
    assert case.number not in kept(case, coordinator).file.name


def test_an_outsider_gets_404_for_a_file(case: Opinion, coordinator: Cadre, outsider: Cadre) -> None:
    assert opened(kept(case, coordinator), outsider).status_code == 404


def test_the_accused_get_404_for_a_file(
    visitor: Cadre, coordinator: Cadre, secretary: Cadre, committee: Unit
) -> None:
    case = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    assert opened(kept(case, coordinator), secretary).status_code == 404


def test_opening_a_file_of_a_confidential_case_leaves_a_trace(visitor: Cadre, coordinator: Cadre) -> None:
    case = make_opinion(by=visitor, kind="confidential")
    opened(kept(case, coordinator), coordinator)
    assert list(Look.objects.values_list("cadre", "kind")) == [(coordinator.pk, "file")]


def test_a_file_that_is_missing_from_the_disk_gets_404(case: Opinion, coordinator: Cadre) -> None:
    attachment = kept(case, coordinator)
    Path(attachment.file.path).unlink()
    assert opened(attachment, coordinator).status_code == 404


@pytest.mark.parametrize("pk", [0, 10**30])
def test_an_id_that_is_none_gets_404(pk: int, coordinator: Cadre, client: Client) -> None:
    client.force_login(coordinator)
    assert client.get(f"/attachments/{pk}/").status_code == 404


def test_a_stranger_is_asked_to_sign_in(case: Opinion, coordinator: Cadre, client: Client) -> None:
    attachment = kept(case, coordinator)
    assert client.get(reverse("attachment", args=[attachment.pk])).status_code == 302
