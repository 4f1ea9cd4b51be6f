"""Numbers: district, year, sequence, check digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grievances import numbers


@given(st.integers(1, 99_999_999), st.integers(2020, 2060), st.sampled_from(["DF", "TH", "320904"]))
def test_every_number_is_read_back_as_it_was_written(sequence: int, year: int, letters: str) -> None:
    number = numbers.compose(letters, year, sequence)
    assert numbers.normalise(number) == number


@given(st.integers(1, 99_999), st.integers(0, 4), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(sequence: int, place: int, shift: int) -> None:
    number = numbers.compose("DF", 2026, sequence)
    at = 5 + place
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    with pytest.raises(ValueError, match="DF26"):
        numbers.normalise(wrong)


@pytest.mark.parametrize("typed", ["df26-00412-{}", "ＤＦ２６－００４１２－{}", " DF26 - 00412 - {} "])
def test_a_number_is_understood_as_people_type_it(typed: str) -> None:
    digit = numbers.check_digit("DF26-00412")
    assert numbers.normalise(typed.format(digit)) == f"DF26-00412-{digit}"


@pytest.mark.parametrize("typed", ["", "412", "DF26-00412", "DF26-00412-x", "a-b-c-d", "é" * 50])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        numbers.normalise(typed)
