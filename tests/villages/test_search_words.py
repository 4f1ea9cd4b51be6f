"""Words as they are compared, their pairs – the same in Python and in the database – and the marks of hits."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_household, make_region, make_unit
from villages.models import Cadre, Household, Region, Unit
from villages.search import begins_or_has, holds_all, joined_fields, normalise, pairs, spread, words_of
from villages.templatetags.marks import marked

_SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_TEXTS = st.text(_SIGNS, max_size=60) | st.text("村口路灯 坏了a1ＡＢ陳\n", max_size=60)


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("村口　路灯", "村口 路灯"), ("ＡＢＣ１２", "abc12"), ("陳國強", "陈国强"), ("  a \n b  ", "a b"),
        ("Straße", "strasse"), ("㎡", "m2"), ("路\0灯", "路灯"), ("", ""),
    ],
)  # fmt: skip
def test_full_width_capitals_and_traditional_characters_become_one(typed: str, compared: str) -> None:
    assert normalise(typed) == compared


def test_a_question_is_cut_into_different_words_of_a_bounded_number() -> None:
    assert words_of(" 路灯  路燈 ＡＢ ") == ["路灯", "ab"]
    assert len(words_of(" ".join("甲乙丙丁戊己庚辛壬癸"))) == 8
    assert words_of("　 \n") == []
    assert words_of("路" * 100) == ["路" * 60]


def test_pairs_are_neighbours_without_spaces() -> None:
    assert pairs("路灯 坏了") == sorted(["路灯", "坏了"])
    assert pairs("路") == pairs("") == []


def _of_the_database(text: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT villages_bigrams(%s)", [text])
        return cursor.fetchone()[0]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_TEXTS)
def test_the_database_cuts_the_same_pairs(db: None, text: str) -> None:
    assert sorted(_of_the_database(text)) == pairs(text)


@given(text=_TEXTS)
def test_every_pair_of_a_word_is_a_pair_of_what_holds_it(text: str) -> None:
    plain = normalise(text)
    for word in plain.split():
        assert set(pairs(word)) <= set(pairs(plain))


@given(text=_TEXTS)
def test_each_sign_knows_the_place_that_it_came_from(text: str) -> None:
    plain, places = spread(text)
    assert len(plain) == len(places) and places == sorted(places)
    assert all(0 <= place < len(text) for place in places)


def test_no_word_is_found_across_two_fields() -> None:
    text = joined_fields("路灯", "坏了", "", "路灯")
    assert text == "路灯\n坏了" and "灯坏" not in pairs(text)


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("村口路灯坏了", "路灯", "村口<mark>路灯</mark>坏了"),
        ("村口路燈坏了", "路灯", "村口<mark>路燈</mark>坏了"),
        ("电话１２３", "123", "电话<mark>１２３</mark>"),
        ("路灯路灯", "路灯", "<mark>路灯路灯</mark>"),
        ("路灯和水管", "水管 路灯", "<mark>路灯</mark>和<mark>水管</mark>"),
        ("<script>路灯</script>", "路灯", "&lt;script&gt;<mark>路灯</mark>&lt;/script&gt;"),
        ("<b>&", "<b>", "<mark>&lt;b&gt;</mark>&amp;"),
        ("五㎡地", "m2", "五<mark>㎡</mark>地"),
        ("没有", "路灯", "没有"),
    ],
)  # fmt: skip
def test_hits_are_marked_in_the_original_and_everything_else_is_escaped(
    text: str, query: str, shown: str
) -> None:
    assert marked(text, words_of(query)) == shown


def test_a_hit_far_into_the_text_is_brought_to_its_beginning() -> None:
    shown = marked("很" * 100 + "路灯", ["路灯"])
    assert shown.startswith("…很") and shown.endswith("<mark>路灯</mark>") and len(shown) < 50


@given(text=st.text(st.sampled_from("<>&\"'路灯a陳 Ａ"), max_size=40), query=st.text("<&路a\"'", max_size=6))
def test_marks_never_let_markup_through(text: str, query: str) -> None:
    shown = marked(text, words_of(query)).replace("<mark>", "").replace("</mark>", "")
    assert not set(shown) & set("<>\"'")


def test_whoever_is_saved_is_found_by_name_and_initials(db: None) -> None:
    place = make_region(code="320904009", name="三龍镇")
    Unit.objects.filter(pk=make_unit(code="roads").pk).update(search_text="")
    unit = Unit.objects.get(code="roads")
    unit.name = "交通运输局"
    unit.save()
    cadre = Cadre.objects.create_user("zhang-wei", None, name="张伟")
    home = make_household(number="20 号", head="陳小明")
    for model, query, row in (
        (Region, "三龙", place), (Region, "slz", place), (Unit, "交通", unit), (Unit, "jtysj", unit),
        (Cadre, "张伟", cadre), (Cadre, "zhang wei", cadre), (Cadre, "zw", cadre), (Household, "陈小明", home),
        (Household, "20号", home), (Household, "cxm", home),
    ):  # fmt: skip
        found = model.objects.filter(holds_all("search_text", words_of(query), by=begins_or_has))
        assert list(found) == [row], query


def test_letters_and_digits_are_found_where_they_begin(db: None) -> None:
    thirteen, three = make_household(number="13 号"), make_household(number="3 号")
    assert set(Household.objects.search("3")) == {three}
    assert set(Household.objects.search("13")) == {thirteen}


def test_words_in_bulk_are_kept_too(db: None) -> None:
    grid = make_household().grid
    Household.objects.bulk_create([Household(grid=grid, number="8 号", head="王五")])
    assert Household.objects.search("王五").get().search_text == "8号\n王五"
