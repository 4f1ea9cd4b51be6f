"""Files that come in: limited, re-encoded, stripped of what they tell beside the picture."""

import io
import os
import secrets
import warnings
from math import ceil

import pikepdf
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from grievances.attachments.jpegs import without_remarks
from grievances.models import Attachment, InformantKind, Opinion

MOST_FILES = 8
MOST_BYTES = 10 * 1024 * 1024
# A progressive JPEG of so many takes 170 MB to read, however small the file; phones take up to 24.5 million.
MOST_PIXELS = {"JPEG": 25_000_000, "PNG": 20_000_000, "WEBP": 20_000_000}
LONGEST_SIDE = 2400
_RANDOM_IDS_FROM = 1 << 40
LIMITS = gettext_lazy("At most 8 files of 10 MB each: photographs (JPEG, PNG, WebP) or PDF.")
# What could run, tell or smuggle something on a page of a PDF.
_UNWANTED = ("/AA", "/Annots", "/AF", "/Metadata", "/PieceInfo")


def clean_all(uploads: list[UploadedFile]) -> list[Attachment]:
    """Attachments, not saved yet. Raises ValidationError naming each file that is wrong."""
    if len(uploads) > MOST_FILES:
        raise ValidationError(_("At most %d files at once.") % MOST_FILES)
    found, problems = [], []
    for upload in uploads:
        try:
            found.append(clean(upload))
        except ValidationError as error:
            problems.append(error)
    if problems:
        raise ValidationError(problems)
    return found


def clean(upload: UploadedFile) -> Attachment:
    """One re-encoded file, not saved yet: a form that fails leaves nothing on the disk."""
    if upload.size > MOST_BYTES:
        raise ValidationError(_("“%s” is larger than 10 MB.") % _short(upload))
    head = upload.read(5)
    upload.seek(0)
    content, media_type = _pdf(upload) if head == b"%PDF-" else _picture(upload)
    return Attachment(media_type=media_type, size=len(content), file=ContentFile(content, name="file"))


def keep(attachment: Attachment, opinion: Opinion) -> None:
    """Save a file that came with the opinion itself. One of an anonymous opinion tells no order and no time."""
    attachment.opinion, attachment.added_at = opinion, opinion.recorded_at
    if opinion.informant_kind != InformantKind.ANONYMOUS:
        attachment.save()
        return
    attachment.pk = _RANDOM_IDS_FROM + secrets.randbelow(_RANDOM_IDS_FROM)
    attachment.save(force_insert=True)
    moment = opinion.recorded_at.timestamp()
    os.utime(attachment.file.path, (moment, moment))


def _short(upload: UploadedFile) -> str:
    return (upload.name or "?")[-40:]


def _picture(upload: UploadedFile) -> tuple[bytes, str]:
    """The pixels, upright, in a new JPEG: position, comment and everything else stay behind."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(upload, formats=tuple(MOST_PIXELS))
            if picture.width * picture.height > MOST_PIXELS[picture.format]:
                raise ValidationError(_too_large(upload, MOST_PIXELS[picture.format]))
            upright = _small_and_upright(picture)
    except ValidationError:
        raise
    except Exception as error:  # a broken picture can raise nearly anything
        raise ValidationError(
            _("“%s” is not a photograph or PDF that can be read.") % _short(upload)
        ) from error
    fresh = Image.new("RGB", upright.size, "white")
    fresh.paste(upright, mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=85)
    return out.getvalue(), "image/jpeg"


def _too_large(upload: UploadedFile, pixels: int) -> str:
    words = {"name": _short(upload), "limit": pixels // 1_000_000}
    return (
        _("“%(name)s” has more than %(limit)d million pixels: choose a smaller size in the camera.") % words
    )


def _small_and_upright(picture: Image.Image) -> Image.Image:
    longest = max(picture.size)
    picture.draft("RGB", tuple(ceil(side * LONGEST_SIDE / longest) for side in picture.size))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    see_through = "A" in upright.getbands() or "transparency" in upright.info
    return upright.convert("RGBA" if see_through else "RGB")


def _pdf(upload: UploadedFile) -> tuple[bytes, str]:
    """The pages in a new PDF, without scripts, embedded files, forms and metadata."""
    refused = _("“%s” is not a PDF that can be read, or it is locked.") % _short(upload)
    try:
        with pikepdf.open(upload) as source, pikepdf.new() as fresh:
            if source.is_encrypted or not len(source.pages):
                raise ValidationError(refused)
            fresh.pages.extend(source.pages)
            _strip(fresh)
            out = io.BytesIO()
            fresh.save(out)
    except ValidationError:
        raise
    except Exception as error:  # qpdf passes on whatever it stumbles over
        raise ValidationError(refused) from error
    return out.getvalue(), "application/pdf"


def _strip(document: pikepdf.Pdf) -> None:
    for page in document.pages:
        _drop(page.obj, *_UNWANTED)
    for thing in document.objects:
        if isinstance(thing, pikepdf.Stream):
            _drop(thing, "/Metadata", "/AF", "/PieceInfo")
            _strip_jpeg(thing, document)


def _strip_jpeg(stream: pikepdf.Stream, document: pikepdf.Pdf) -> None:
    """A photograph on a page without its remarks, also where it was packed once more."""
    *packing, last = _several(stream.get("/Filter")) or [None]
    if last not in ("/DCTDecode", "/DCT"):
        return
    settings = _several(stream.get("/DecodeParms")) or [None] * (len(packing) + 1)
    packed = pikepdf.Stream(document, b"")
    packed.write(stream.read_raw_bytes(), filter=packing, decode_parms=settings[:-1])
    plain = without_remarks(packed.read_bytes())
    stream.write(plain, filter=pikepdf.Name.DCTDecode, decode_parms=settings[-1])


def _several(value: pikepdf.Object | None) -> list[pikepdf.Object]:
    """One thing or an array of them, as PDF allows for filters, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def _drop(thing: pikepdf.Object, *names: str) -> None:
    for name in names:
        if name in thing:
            del thing[name]
