"""What a visitor must know about households: the list that households are marked with."""

from pathlib import Path

from django.db import transaction

from villages.models import Need

from .problems import Problems
from .report import Report
from .table import Column, read_table

_COLUMNS = [Column("code", 30), Column("name"), Column("name_en", 150, required=False)]


@transaction.atomic
def load_needs(path: Path | str) -> Report:
    """Add and rename needs, in the file's order. Those missing stay: households may have them."""
    problems = Problems(Path(path).name)
    report = Report("added", "changed", "unchanged")
    known = {need.code: need for need in Need.objects.all()}
    seen: set[str] = set()
    for position, row in enumerate(read_table(path, _COLUMNS, problems), start=1):
        if row["code"] in seen:
            problems.add(row.number, f"the code {row['code']} stands twice")
        seen.add(row["code"])
        values = {"name": row["name"], "name_en": row["name_en"], "position": position}
        need = known.get(row["code"]) or Need(code=row["code"])
        report.count(_outcome(need, values))
        problems.check(row.number, need, exclude=["code"] if need.pk else [])
        known[need.code] = need
    problems.stop_if_any()
    for code in seen:
        known[code].save()
    return report


def _outcome(need: Need, values: dict[str, object]) -> str:
    if need.pk is None:
        outcome = "added"
    else:
        outcome = (
            "unchanged" if all(getattr(need, name) == value for name, value in values.items()) else "changed"
        )
    for name, value in values.items():
        setattr(need, name, value)
    return outcome
