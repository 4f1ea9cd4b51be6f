"""The units of a district, one row each; sub-units name the unit that they are part of."""

from pathlib import Path

from django.db import transaction

from villages.models import Region, Unit, UnitKind

from .problems import Problems
from .report import Report
from .table import Column, Row, read_table

_COLUMNS = [
    Column("code", 40),
    Column("name"),
    Column("name_en", 150, required=False),
    Column("kind", 12),
    Column("parent", 40, required=False),
    Column("region", 12),
    Column("telephone", 30, required=False, optional=True),
]
_LONGEST_PATH = Unit._meta.get_field("path").max_length


@transaction.atomic
def load_units(path: Path | str) -> Report:
    """Add and change units by their code. Those missing from the file stay. Raises LoadRefused."""
    problems = Problems(Path(path).name)
    rows = read_table(path, _COLUMNS, problems)
    return _Loading(rows, problems).run()


class _Loading:
    def __init__(self, rows: list[Row], problems: Problems) -> None:
        self.problems = problems
        self.rows: dict[str, Row] = {}
        for row in rows:
            if row["code"] in self.rows:
                problems.add(
                    row.number, f"the code {row['code']} stands in row {self.rows[row['code']].number} too"
                )
            self.rows.setdefault(row["code"], row)
        self.known = {unit.code: unit for unit in Unit.objects.select_related("parent")}
        self.regions = set(Region.objects.open().values_list("code", flat=True))
        self.report = Report("added", "changed", "unchanged")

    def run(self) -> Report:
        for row in self.rows.values():
            for reason in self._wrong(row):
                self.problems.add(row.number, reason)
        self.problems.stop_if_any()
        for row in sorted(self.rows.values(), key=lambda row: len(self._above(row["code"]))):
            self._put(row)
        self.problems.stop_if_any()
        return self.report

    def _wrong(self, row: Row) -> list[str]:
        parent, reasons = row["parent"], []
        if row["kind"] not in UnitKind.values:
            reasons.append(f"unknown kind {row['kind']!r}; known: {', '.join(UnitKind.values)}")
        if row["region"] not in self.regions:
            reasons.append(f"there is no open region {row['region']}")
        if parent and parent not in self.rows and parent not in self.known:
            reasons.append(f"unknown parent {parent}")
        if row["code"] in self._above(row["code"]):
            reasons.append(f"{row['code']} would be a part of itself")
        if sum(len(code) + 1 for code in [row["code"], *self._above(row["code"])]) >= _LONGEST_PATH:
            reasons.append("too many units above it")
        return reasons

    def _parent_of(self, code: str) -> str:
        if code in self.rows:
            return self.rows[code]["parent"]
        unit = self.known.get(code)
        return unit.parent.code if unit and unit.parent else ""

    def _above(self, code: str) -> list[str]:
        """Codes of the units above, as they will be; a circle ends where it closes."""
        above = []
        while (code := self._parent_of(code)) and code not in above:
            above.append(code)
        return above

    def _put(self, row: Row) -> None:
        unit = self.known.get(row["code"])
        parent = Unit.objects.filter(code=row["parent"]).first()
        if unit is None:
            unit, outcome = Unit(code=row["code"], parent=parent), "added"
        else:
            unit.refresh_from_db()  # a unit above may have moved, and this one with it
            outcome = "changed" if self._moved(unit, parent) else "unchanged"
        values = {
            "name": row["name"],
            "name_en": row["name_en"],
            "kind": row["kind"],
            "region_id": row["region"],
        }
        if "telephone" in row:
            values["telephone"] = row["telephone"]
        if any(getattr(unit, name) != value for name, value in values.items()):
            outcome = "added" if outcome == "added" else "changed"
        self.report.count(outcome)
        if outcome != "unchanged":
            self._save(row, unit, values)

    def _moved(self, unit: Unit, parent: Unit | None) -> bool:
        if unit.parent_id == (parent.pk if parent else None):
            return False
        unit.move(parent=parent)
        return True

    def _save(self, row: Row, unit: Unit, values: dict[str, str]) -> None:
        for name, value in values.items():
            setattr(unit, name, value)
        if self.problems.check(row.number, unit, exclude=["parent", "region", "path"]):
            unit.save()
