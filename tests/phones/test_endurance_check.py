"""The endurance run's own check of photographs: it must notice what it is for."""

from pathlib import Path

import pytest
from PIL import Image

from tests.endurance.truth import draw, is_picture


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Picture 3 as a phone sends it."""
    file = tmp_path / "sent.jpg"
    with Image.open(draw(3, tmp_path / "taken.jpg")) as image:
        image.resize((1600, 1200)).save(file, "JPEG", quality=82)
    return file


def test_a_picture_that_came_whole_is_known(sent: Path) -> None:
    assert is_picture(3, sent)


def test_another_picture_is_noticed(sent: Path) -> None:
    assert not any(is_picture(n, sent) for n in range(12) if n != 3)


def test_half_a_picture_is_noticed(sent: Path) -> None:
    whole = sent.read_bytes()
    sent.write_bytes(whole[: len(whole) // 2])
    assert not is_picture(3, sent)


def test_a_picture_that_was_not_scaled_is_noticed(tmp_path: Path) -> None:
    assert not is_picture(3, draw(3, tmp_path / "taken.jpg"))
