"""What was written, and whether all of it is on the server, once and whole, or still on the phone."""

import uuid
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageStat

from grievances.models import Attachment, Opinion, UndecidedVisit, Visit

GRID = 4  # fields of a picture a side: each has its own shade, so that a half, or another picture, is noticed


@dataclass
class Written:
    """What the cadre wrote down: the measure of everything else."""

    visits: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    anonymous: int = 0
    pictures: dict[str, int] = field(default_factory=dict)  # identifier → which picture it is

    @property
    def entries(self) -> int:
        """What travels by itself: each visit, and each anonymous opinion."""
        return len(self.visits) + self.anonymous


def draw(number: int, file: Path) -> Path:
    """The picture with this number, larger than what a phone sends."""
    image = Image.new("RGB", (2000, 1500))
    pen = ImageDraw.Draw(image)
    for n in range(GRID * GRID):
        x, y = n % GRID * 500, n // GRID * 375
        pen.rectangle((x, y, x + 500, y + 375), fill=_shade(number, n))
    image.save(file, "JPEG", quality=92)
    return file


def _shade(number: int, n: int) -> tuple[int, int, int]:
    return (
        (number * 19 + n * 7) % 200 + 28,
        (number * 53 + n * 13) % 200 + 28,
        (number * 31 + n * 29) % 200 + 28,
    )


def is_picture(number: int, file: Path) -> bool:
    """Whether it is this picture, whole, on its way re-encoded twice."""
    with Image.open(file) as image:
        try:
            image.load()
        except OSError:  # cut short
            return False
        if max(image.size) != 1600:
            return False
        w, h = image.size[0] // GRID, image.size[1] // GRID
        for n in range(GRID * GRID):
            x, y = n % GRID * w, n // GRID * h
            middle = image.crop((x + w // 4, y + h // 4, x + 3 * w // 4, y + 3 * h // 4))
            mean = ImageStat.Stat(middle).mean
            if max(abs(a - b) for a, b in zip(mean, _shade(number, n), strict=True)) > 12:
                return False
    return True


def stored_entries(written: Written) -> int:
    """How many of the entries the server has."""
    visits = Visit.objects.filter(key__in=written.visits).count()
    alone = Opinion.objects.filter(text__in=[text for text in written.texts if "匿名" in text]).count()
    return visits + alone


def missing_or_doubled(written: Written, *, visits_before: int, media: Path) -> list[str]:
    """Everything that is not exactly once on the server, or not whole."""
    wrong = [
        *_counted("visit", {key: Visit.objects.filter(key=key).count() for key in written.visits}),
        *_counted("opinion", {text: Opinion.objects.filter(text=text).count() for text in written.texts}),
        *(problem for key, n in written.pictures.items() if (problem := _of_picture(key, n, media))),
    ]
    if (extra := Visit.objects.count() - visits_before - len(written.visits)) > 0:
        wrong.append(f"{extra} visits too many")
    if undecided := UndecidedVisit.objects.count():
        wrong.append(f"{undecided} visits wait for a decision")
    return wrong


def _counted(kind: str, found: dict[str, int]) -> list[str]:
    return [f"{kind} {key}: {n} times" for key, n in found.items() if n != 1]


def _of_picture(key: str, number: int, media: Path) -> str:
    rows = Attachment.objects.filter(key=uuid.UUID(key))
    if (n := rows.count()) != 1:
        return f"photograph {number}: {n} times"
    return "" if is_picture(number, media / rows.get().file.name) else f"photograph {number} is not whole"
