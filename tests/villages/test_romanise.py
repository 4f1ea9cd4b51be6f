"""English names of places, and letters of districts."""

import pytest

from villages.loading.romanise import abbreviation, english_name


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("恒北村", "Hengbei village"),
        ("阜南村委会", "Funan village"),
        ("高新居委会", "Gaoxin community"),
        ("海棠社区", "Haitang community"),
        ("丰华街道", "Fenghua street"),
        ("草堰镇", "Caoyan town"),
        ("大丰经济开发区", "Dafeng economic development zone"),
        ("大中农场", "Dazhong farm"),
        ("大丰区", "Dafeng district"),
        ("盐都区", "Yandu district"),
        ("昆山（沭阳）工业园区", "Kunshan (Shuyang) industrial park"),
        ("大丰港经济开发区虚拟社区", "Dafenggang economic development zone virtual community"),
        ("村", "Cun"),
    ],
)
def test_a_place_is_named_in_english(name: str, english: str) -> None:
    assert english_name(name) == english


@pytest.mark.parametrize(
    ("name", "taken", "letters"),
    [
        ("大丰区", set(), "DF"),
        ("大丰区", {"DF"}, "DFE"),
        ("丰县", set(), "FE"),
        ("大丰区", {"DF", "DFE", "DFEN", "DFENG"}, "DF2"),
        ("连云港经济技术开发区", set(), "LYGJ"),
    ],
)
def test_a_district_gets_letters_that_no_other_has(name: str, taken: set[str], letters: str) -> None:
    assert abbreviation(name, taken=taken) == letters
