"""The province's figures are the sum of its districts', whatever happens there."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grievances.tallies.counting import Counting
from tests.province.clusters import caught_up, leaving, places, until
from tests.province.conftest import NORTH, SOUTH, Ground
from tests.province.people import VERBS, step

STEPS = st.lists(
    st.tuples(st.sampled_from([NORTH, SOUTH]), st.sampled_from(VERBS), st.integers(0, 999)),
    min_size=1,
    max_size=14,
)


def assert_equal(ground: Ground, *codes: str) -> None:
    """The province has, or comes to have, exactly what may leave these districts."""
    for code in codes:
        district = ground.districts[code]
        caught_up(ground.province, district, code)
        with district.used():
            there = leaving(code), places(code)
        # While tables are copied, each by itself, the moment may be there before the tallies are.
        until(lambda code=code, there=there: _known(ground, code) == there, f"{code} is the same here")


def _known(ground: Ground, code: str) -> tuple[list, list]:
    with ground.province.used():
        return leaving(code), places(code)


def total(code: str) -> dict[str, int]:
    """All that is counted of a place, accusations too."""
    return Counting(None, code).total()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_sum_of_random_districts_is_the_province(province: Ground, steps: list) -> None:
    for code, verb, chance in steps:
        with province.districts[code].used():
            step(code, verb, chance)
    assert_equal(province, NORTH, SOUTH)
    there = []
    for code in (NORTH, SOUTH):
        with province.districts[code].used():
            there.append(_at_home(code))
    with province.province.used():
        here = total("32")
        assert here == total("3209")
        assert here == {name: sum(one[name] for one in there) for name in here}


def _at_home(code: str) -> dict[str, int]:
    """The district's own total, which it counts itself: not as a province does."""
    from django.test import override_settings

    with override_settings(PROVINCE=False):
        return total(code)
