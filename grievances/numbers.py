"""Numbers of opinions: district, year, sequence, check digit – DF26-00412-7."""

import re
import secrets
import unicodedata
import uuid

from django.db import connection

from villages.models import Level, Region
from villages.secrets import keyed_hash

SEQUENCE = "grievances_opinion_numbers"
# Anonymous opinions are numbered at random, far above the sequence: the next number would tell the order.
_ANONYMOUS_FROM, _ANONYMOUS_SPAN = 10_000_000, 90_000_000
# Two to six letters or digits of the district, then two of the year; the sequence has five digits or more.
_SHORTEST_BODY, _LONGEST_BODY, _SHORTEST_SEQUENCE = 4, 8, 5
_BEGUN = re.compile(r"[A-Z0-9]{2,}(-[0-9]*){0,2}")
# All that a new opinion needs to be told from others, in one question.
_NEXT = """
    SELECT nextval(%s), nextval(pg_get_serial_sequence('grievances_opinion', 'id')),
        (SELECT abbreviation FROM villages_region WHERE code = %s)
"""


def next_number(region: Region, year: int) -> tuple[str, int]:
    """A number never given before, and the key of its row. Gaps are allowed, so nobody waits for anybody."""
    district = region.at(Level.DISTRICT)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [SEQUENCE, district])
        sequence, key, letters = cursor.fetchone()
    return compose(letters or district, year, sequence), key


def anonymous_number(region: Region, year: int) -> str:
    """A number at random, of one that nothing else says when it was given."""
    return compose(district_letters(region), year, _ANONYMOUS_FROM + secrets.randbelow(_ANONYMOUS_SPAN))


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
    plain = _plain(text)
    parts = plain.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isalnum() for part in parts):
        raise ValueError(text)
    body = f"{parts[0]}-{parts[1]}"
    if parts[2] != str(check_digit(body)):
        raise ValueError(text)
    return plain


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper().replace(" ", "").replace("—", "-")


def beginnings(text: str) -> list[str]:
    """What a number that somebody typed, whole or in part, with hyphens or without, may begin with as it is
    written; nothing where it is too short, or no number."""
    plain = _plain(text)
    if len(plain) < _SHORTEST_BODY or not _BEGUN.fullmatch(plain) or plain.isalpha():
        return []
    if "-" in plain:
        return [plain]
    found = [plain] if len(plain) <= _LONGEST_BODY else []
    for length in range(_SHORTEST_BODY, min(_LONGEST_BODY, len(plain) - 1) + 1):
        found += _hyphenated(plain[:length], plain[length:])
    return found


def _hyphenated(district_and_year: str, rest: str) -> list[str]:
    """Where the hyphens may stand when so much is district and year."""
    if not (district_and_year[-2:].isdigit() and rest.isdigit()):
        return []
    found = [f"{district_and_year}-{rest}"]
    if len(rest) > _SHORTEST_SEQUENCE:
        found.append(f"{district_and_year}-{rest[:-1]}-{rest[-1]}")
    return found


def whole(text: str) -> list[str]:
    """The numbers, with their right check digit, that somebody may have typed."""
    found = []
    for number in beginnings(text):
        body, _hyphen, digit = number.rpartition("-")
        if "-" in body and digit == str(check_digit(body)):
            found.append(number)
    return found
