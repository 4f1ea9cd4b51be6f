"""Files that come in: limited, re-encoded, stripped of what they tell beside the picture."""

import io
import warnings

import pikepdf
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from grievances.models import Attachment

MOST_FILES = 8
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2400
LIMITS = gettext_lazy("At most 8 files of 10 MB each: photographs (JPEG, PNG, WebP) or PDF.")
_PICTURES = ("JPEG", "PNG", "WEBP")
# What could run, open or smuggle something when a PDF is opened.
_UNWANTED = ("/OpenAction", "/AA", "/Names", "/AcroForm", "/Metadata", "/Collection")


def clean_all(uploads: list[UploadedFile]) -> list[Attachment]:
    """Attachments, not saved yet. Raises ValidationError naming the file that is wrong."""
    if len(uploads) > MOST_FILES:
        raise ValidationError(_("At most %d files at once.") % MOST_FILES)
    return [clean(upload) for upload in uploads]


def clean(upload: UploadedFile) -> Attachment:
    """One re-encoded file."""
    if upload.size > MOST_BYTES:
        raise ValidationError(_("“%s” is larger than 10 MB.") % _short(upload))
    head = upload.read(5)
    upload.seek(0)
    content, media_type = _pdf(upload) if head == b"%PDF-" else _picture(upload)
    # Written to disk only when the row is saved, so a form that fails leaves nothing behind.
    return Attachment(media_type=media_type, size=len(content), file=ContentFile(content, name="file"))


def _short(upload: UploadedFile) -> str:
    return (upload.name or "?")[-40:]


def _picture(upload: UploadedFile) -> tuple[bytes, str]:
    """The pixels, upright, in a new JPEG: position, comment and everything else stay behind."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(upload, formats=_PICTURES)
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError(_("“%s” has too many pixels.") % _short(upload))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except ValidationError:
        raise
    except Exception as error:  # a broken picture can raise nearly anything
        raise ValidationError(
            _("“%s” is not a photograph or PDF that can be read.") % _short(upload)
        ) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh = Image.new("RGB", upright.size)
    fresh.paste(upright)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=85)
    return out.getvalue(), "image/jpeg"


def _pdf(upload: UploadedFile) -> tuple[bytes, str]:
    """The pages, without scripts, embedded files, forms and metadata."""
    try:
        with pikepdf.open(upload) as source:
            for name in _UNWANTED:
                if name in source.Root:
                    del source.Root[name]
            for page in source.pages:
                for name in ("/AA", "/Annots"):
                    if name in page:
                        del page[name]
            del source.docinfo
            out = io.BytesIO()
            source.save(out)
    except pikepdf.PdfError as error:
        raise ValidationError(
            _("“%s” is not a PDF that can be read, or it is locked.") % _short(upload)
        ) from error
    return out.getvalue(), "application/pdf"
