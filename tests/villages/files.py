"""CSV files for the loading tests, written as a district would hand them in."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

REGIONS = """code,name,level,parent
32,江苏省,province,
3209,盐城市,city,32
320904,大丰区,district,3209
320904001,丰华街道,town,320904
320904001001,高新居委会,village,320904001
320904001201,阜南村委会,village,320904001
320904101,草堰镇,town,320904
320904101201,恒北村,village,320904101
"""


def write(folder: Path, text: str, *, name: str = "file.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def load(command: str, folder: Path, text: str, *options: str) -> None:
    call_command(command, write(folder, text), *options)


def refusal(command: str, folder: Path, text: str, *options: str) -> str:
    """What the command says when it refuses the file."""
    with pytest.raises(CommandError) as refused:
        load(command, folder, text, *options)
    return str(refused.value)
