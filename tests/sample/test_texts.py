"""The reference data and the sample's texts are whole, sound, and name nobody."""

import csv
import json
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GRIEVANCES = ROOT / "grievances"
TEXTS = GRIEVANCES / "sample" / "texts"
GROUNDS = {"policy", "planned", "court", "outside", "gave_up", "noted"}
KINDS = {"complaint", "request", "suggestion", "praise"}
URGENCIES = {"normal", "urgent", "danger"}


@cache
def table(name: str) -> list[dict[str, str]]:
    app = "villages" if name == "needs" else "grievances"
    with (ROOT / app / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def document(path: str) -> dict:
    return json.loads((GRIEVANCES / "sample" / path).read_text(encoding="utf-8"))


def words_in(node: object) -> Iterator[str]:
    """Every text in a document, however deep."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for child in node.values():
            yield from words_in(child)
    elif isinstance(node, list):
        for child in node:
            yield from words_in(child)


TOP_CODES = [row["code"] for row in table("categories") if not row["parent"]]
LEAVES = [(row["parent"], row["code"]) for row in table("categories") if row["parent"]]
FILES = ["names.json", "campaign.json", *(f"texts/{path.name}" for path in sorted(TEXTS.glob("*.json")))]


def leaf(top: str, code: str) -> dict:
    return document(f"texts/{top}.json")["subcategories"][code]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_tree_has_two_levels_and_parents_stand_first():
    seen: set[str] = set()
    for row in table("categories"):
        assert row["parent"] == "" or row["parent"] in seen & set(TOP_CODES)
        assert row["code"] not in seen
        seen.add(row["code"])
    assert len(TOP_CODES) >= 14
    assert len(LEAVES) >= 84


def test_each_second_level_code_begins_with_its_parent():
    assert all(code.startswith(f"{top}-") for top, code in LEAVES)


def test_each_term_is_shorter_than_the_law_sets():
    terms = [row for row in table("categories") if row["handling_days"]]
    assert terms
    assert all(1 <= int(row["handling_days"]) < 60 for row in terms)
    assert {row["day_kind"] for row in table("categories")} <= {"calendar", "working"}


def test_only_conduct_of_cadres_asks_whom_it_complains_about():
    asking = {row["parent"] or row["code"] for row in table("categories") if row["demands_accused"] == "1"}
    assert asking == {"conduct"}


@pytest.mark.parametrize("name", ["categories", "needs", "units"])
def test_names_exist_in_both_languages_and_are_not_doubled(name: str):
    rows = table(name)
    assert all(row["name"] and row["name_en"] and None not in row for row in rows)
    assert len({row["code"] for row in rows}) == len(rows)
    keys = [(row.get("parent"), row["name"]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_there_are_twenty_five_units_and_parents_stand_first():
    seen: set[str] = set()
    for row in table("units"):
        assert row["kind"] in {"department", "team"}
        assert (row["kind"] == "team") == (row["parent"] in seen)
        assert row["region"] == "320904"
        seen.add(row["code"])
    assert len(seen) == 25
    assert "discipline" in seen


def test_questions_fit_their_category_and_kind():
    leaves = {code for _, code in LEAVES}
    for row in table("questions"):
        assert row["category"] in leaves
        assert row["wording"] and row["wording_en"]
        assert row["kind"] in {"text", "choice", "date", "number", "yes_no"}
        pairs = [choice.split("=") for choice in row["choices"].split("|") if choice]
        assert (len(pairs) >= 2) == (row["kind"] == "choice")
        assert all(len(pair) == 2 and all(pair) for pair in pairs)
    assert len(table("questions")) >= 40


def test_every_category_has_a_file_and_every_file_a_category():
    assert {path.stem for path in TEXTS.glob("*.json")} == {*TOP_CODES, "_general"}
    for top in TOP_CODES:
        codes = [code for parent, code in LEAVES if parent == top]
        assert list(document(f"texts/{top}.json")["subcategories"]) == codes


@pytest.mark.parametrize(("top", "code"), LEAVES)
def test_each_category_has_opinions_and_answers(top: str, code: str):
    texts = leaf(top, code)
    assert len(texts["opinions"]) >= 6
    assert len(texts["resolved"]) >= 2
    assert {opinion["kind"] for opinion in texts["opinions"]} <= KINDS
    assert {opinion["kind"] for opinion in texts["opinions"]} & {"complaint", "request"}
    assert {opinion["urgency"] for opinion in texts["opinions"]} <= URGENCIES
    assert all(opinion["text"] for opinion in texts["opinions"])


@pytest.mark.parametrize("top", TOP_CODES)
def test_each_ground_is_known_and_each_answer_has_two_different_texts(top: str):
    texts = document(f"texts/{top}.json")
    parts = [texts, *texts["subcategories"].values()]
    for part in parts:
        assert set(part.get("explained", {})) <= GROUNDS
        groups = [part.get("adopted", []), part.get("resolved", []), *part.get("explained", {}).values()]
        answers = [answer for group in groups for answer in group]
        assert all(answer["account"] and answer["public"] != answer["account"] for answer in answers)
    assert texts["adopted"]
    assert texts["explained"]["noted"]


@pytest.mark.parametrize(("top", "code"), LEAVES)
def test_what_cannot_be_solved_can_be_explained_in_each_category(top: str, code: str):
    grounds = set(leaf(top, code).get("explained", {})) | set(document(f"texts/{top}.json")["explained"])
    assert grounds & {"policy", "planned", "court"}


def test_who_a_matter_was_passed_on_to_is_always_said():
    for path in TEXTS.glob("*.json"):
        texts = document(f"texts/{path.name}")
        for part in [texts, *texts.get("subcategories", {}).values()]:
            assert all(answer["passed_to"] for answer in part.get("explained", {}).get("outside", []))
    assert set(document("texts/_general.json")["explained"]) == GROUNDS


@pytest.mark.parametrize("path", [name for name in FILES if name.startswith("texts/")])
def test_every_placeholder_is_known(path: str):
    known = set(document("names.json")["placeholders"])
    assert all(placeholders(text) <= known for text in words_in(document(path)))


def test_what_is_known_only_at_the_answer_stands_in_no_opinion():
    later = {"date", "planned", "unit"}
    texts = [opinion["text"] for top, code in LEAVES for opinion in leaf(top, code)["opinions"]]
    assert not [text for text in texts if placeholders(text) & later]


@pytest.mark.parametrize("path", FILES)
def test_no_text_holds_a_number_as_long_as_a_telephone_or_identity_number(path: str):
    found = [text for text in words_in(document(path)) if re.search(r"\d[\d\s-]{4,}", text)]
    assert found == []


def test_no_opinion_and_no_answer_is_doubled():
    opinions = [opinion["text"] for top, code in LEAVES for opinion in leaf(top, code)["opinions"]]
    accounts = [answer["account"] for top, code in LEAVES for answer in leaf(top, code)["resolved"]]
    assert len(set(opinions)) == len(opinions) >= 550
    assert len(set(accounts)) == len(accounts) >= 180


def test_praise_and_suggestions_are_among_the_opinions():
    kinds = [opinion["kind"] for top, code in LEAVES for opinion in leaf(top, code)["opinions"]]
    assert {kind for kind in KINDS if kinds.count(kind) >= 20} == KINDS


def test_goals_are_percentages_and_meetings_have_minutes():
    for campaign in document("campaign.json").values():
        assert campaign["plan"] and campaign["task_force_description"]
        assert all(1 <= goal["target"] <= 100 and goal["text"] for goal in campaign["goals"])
        assert all(meeting["title"] and meeting["minutes"] for meeting in campaign["meetings"])
        assert all(placeholders(text) <= {"year"} for text in words_in(campaign))
