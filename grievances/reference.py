"""The reference data that comes with the product: categories, questions, dispatch and escalation rules, calendar."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from grievances.flow.calendar import official_days
from grievances.models import CalendarDay, Category, DispatchRule, EscalationRule, ModelAnswer, Question
from villages.models import Unit

_DATA = Path(__file__).parent / "data"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


@transaction.atomic
def load_categories() -> int:
    """Add the categories that are missing, each with its questions; how many were added.

    What is there already is the district's own: neither changed, nor given back a question that an
    administrator reworded or took away.
    """
    known = {category.code: category for category in Category.objects.all()}
    added = [_added(row, position, known) for position, row in enumerate(_rows("categories.csv"))]
    new = set(filter(None, added))
    Question.objects.bulk_create(
        Question(
            category=known[row["category"]], position=int(row["position"]), kind=row["kind"],
            wording=row["wording"], wording_en=row["wording_en"], choices=row["choices"],
        )
        for row in _rows("questions.csv")
        if row["category"] in new
    )  # fmt: skip
    return len(new)


def _added(row: dict[str, str], position: int, known: dict[str, Category]) -> str:
    """The code of a category that was not there yet."""
    if row["code"] in known:
        return ""
    known[row["code"]] = Category.objects.create(
        code=row["code"], parent=known.get(row["parent"]), name=row["name"], name_en=row["name_en"],
        position=position, handling_days=int(row["handling_days"] or 0) or None, day_kind=row["day_kind"],
        demands_accused=row["demands_accused"] == "1",
    )  # fmt: skip
    return row["code"]


@transaction.atomic
def load_rules() -> int:
    """The dispatch rules, where none exist yet but units do: afterwards they are the district's own.

    A rule whose unit the district doesn't have is left out.
    """
    if DispatchRule.objects.exists() or not Unit.objects.exists():
        return 0
    categories = {category.code: category for category in Category.objects.all()}
    units = {unit.code: unit for unit in Unit.objects.all()}
    rules = [
        DispatchRule(
            position=position,
            category=categories.get(row["category"]),
            unit=units.get(row["unit"]),
            local=row["local"],
            note=row["note"],
        )
        for position, row in enumerate(_rows("dispatch_rules.csv"))
        if not row["unit"] or row["unit"] in units
    ]
    return len(DispatchRule.objects.bulk_create(rules))


@transaction.atomic
def load_escalation_rules() -> int:
    """The escalation rules, where none exist yet: afterwards they are the district's own."""
    if EscalationRule.objects.exists():
        return 0
    rules = [
        EscalationRule(clock=row["clock"], days=int(row["days"]), when=row["when"], level=row["level"])
        for row in _rows("escalation_rules.csv")
    ]
    return len(EscalationRule.objects.bulk_create(rules))


@transaction.atomic
def load_model_answers() -> int:
    """Add the model answers that are missing; those that are there are the district's own, also if they were
    changed or retired."""
    categories = {category.code: category for category in Category.objects.all()}
    known = set(ModelAnswer.objects.exclude(code="").values_list("code", flat=True))
    added = [
        ModelAnswer(
            code=row["code"], category=categories.get(row["category"]), outcome=row["outcome"],
            ground=row["ground"], title=row["title"], text=row["text"],
        )
        for row in _rows("model_answers.csv")
        if row["code"] not in known and (not row["category"] or row["category"] in categories)
    ]  # fmt: skip
    return len(ModelAnswer.objects.bulk_create(added))


def fill_calendar(*years: int) -> dict[int, int]:
    """Days written per year; 0 where the official shifts aren't known yet and the year stays empty."""
    written = {}
    for year in years:
        days = [
            CalendarDay(day=day, working=working, name=name[:60])
            for day, (working, name) in official_days(year).items()
        ]
        CalendarDay.objects.bulk_create(days, ignore_conflicts=True)
        written[year] = len(days)
    return written


def years_around() -> tuple[int, int, int]:
    """Last year, this year and next year."""
    today = timezone.localdate()
    return (today - timedelta(days=365)).year, today.year, today.year + 1
