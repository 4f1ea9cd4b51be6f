"""Numbers of opinions: district, year, sequence, check digit – DF26-00412-7."""

import secrets
import unicodedata
import uuid

from django.db import connection

from villages.models import Level, Region
from villages.secrets import keyed_hash

SEQUENCE = "grievances_opinion_numbers"
# Anonymous opinions are numbered at random, far above the sequence: the next number would tell the order.
_ANONYMOUS_FROM, _ANONYMOUS_SPAN = 10_000_000, 90_000_000


def next_number(region: Region, year: int, *, anonymous: bool = False) -> str:
    """A number never given before. Gaps are allowed, so nobody waits for anybody."""
    sequence = _ANONYMOUS_FROM + secrets.randbelow(_ANONYMOUS_SPAN) if anonymous else _next()
    return compose(district_letters(region), year, sequence)


def number_of_request(region: Region, year: int, *, key: uuid.UUID) -> str:
    """The number of an anonymous opinion that this request writes down: the same for the same request,
    so that a double click is one opinion although no key is kept."""
    sequence = _ANONYMOUS_FROM + int(keyed_hash(f"number {key}"), 16) % _ANONYMOUS_SPAN
    return compose(district_letters(region), year, sequence)


def district_letters(region: Region) -> str:
    """The abbreviation of the region's district, or its official code where it has none."""
    code = region.at(Level.DISTRICT)
    known = Region.objects.filter(code=code).values_list("abbreviation", flat=True).first()
    return known or code


def _next() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [SEQUENCE])
        return cursor.fetchone()[0]


def compose(letters: str, year: int, sequence: int) -> str:
    body = f"{letters}{year % 100:02d}-{sequence:05d}"
    return f"{body}-{check_digit(body)}"


def check_digit(body: str) -> int:
    """ISO 7064 MOD 11,10 over the digits, letters counted as two digits (A = 10): finds every single wrong
    digit and nearly every swap of two."""
    product = 10
    for digit in "".join(str(int(sign, 36)) for sign in body if sign.isalnum()):
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


def normalise(text: str) -> str:
    """A number as somebody types or says it – full width, small letters, spaces – in its written form.

    Raises ValueError when it is not one, or its check digit is wrong.
    """
    plain = unicodedata.normalize("NFKC", text).upper().replace(" ", "").replace("—", "-")
    parts = plain.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isalnum() for part in parts):
        raise ValueError(text)
    body = f"{parts[0]}-{parts[1]}"
    if parts[2] != str(check_digit(body)):
        raise ValueError(text)
    return plain
