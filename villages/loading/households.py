"""Households of a district's grids."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from villages.models import CODE_LENGTH, Household, HouseholdContact, Level, Need, Region
from villages.search.pinyin import initials
from villages.secrets import keyed_hash

from .problems import Problems
from .report import Report
from .table import Column, Row, read_table

_BATCH = 2000
_COLUMNS = [
    Column("grid", 15),
    Column("number", 20),
    Column("head", 40),
    Column("address", 200, required=False, optional=True),
    Column("members", 3, required=False, optional=True),
    Column("needs", 400, required=False, optional=True),
    Column("telephone", 30, required=False, optional=True),
    Column("centre", 3, required=False, optional=True),
]
_YES_NO = {"": False, "0": False, "no": False, "否": False, "1": True, "yes": True, "是": True}
_TELEPHONE = re.compile(r"^[0-9+() -]{5,30}$")
_FIELDS = ["head", "initials", "address", "members", "is_centre", "search_text"]


@transaction.atomic
def load_households(path: Path | str, *, make_grids: bool = False) -> Report:
    """Add and change households by grid and number. Columns that the file lacks, and households missing
    from it, stay as they are. Raises LoadRefused."""
    problems = Problems(Path(path).name)
    rows = read_table(path, _COLUMNS, problems)
    return _Loading(rows, problems, make_grids=make_grids).run()


class _Loading:
    def __init__(self, rows: list[Row], problems: Problems, *, make_grids: bool) -> None:
        self.rows, self.problems, self.make_grids = rows, problems, make_grids
        places = Region.objects.open().filter(level__in=[Level.VILLAGE, Level.GRID])
        self.places = set(places.values_list("code", flat=True))
        self.needs = dict(Need.objects.values_list("code", "pk"))
        self.report = Report("added", "changed", "unchanged", "grids added")

    def _known(self, rows: list[Row]) -> dict[tuple[str, str], Household]:
        """What exists already, a batch at a time: a district's households don't fit into memory at once."""
        found = Household.objects.filter(
            grid_id__in={row["grid"] for row in rows}, number__in={row["number"] for row in rows}
        )
        found = found.select_related("contact").prefetch_related("needs")
        return {(household.grid_id, household.number): household for household in found}

    def run(self) -> Report:
        self._check()
        self.problems.stop_if_any()
        self._make_grids()
        for start in range(0, len(self.rows), _BATCH):
            self._put(self.rows[start : start + _BATCH])
        return self.report

    def _check(self) -> None:
        seen: dict[tuple[str, str], int] = {}
        for row in self.rows:
            key = row["grid"], row["number"]
            if key in seen:
                self.problems.add(row.number, f"{row['number']} stands in row {seen[key]} for the same grid")
            seen.setdefault(key, row.number)
            for reason in (*self._wrong_place(row["grid"]), *self._wrong_cells(row)):
                self.problems.add(row.number, reason)

    def _wrong_place(self, grid: str) -> Iterator[str]:
        if not (grid.isascii() and grid.isdigit() and len(grid) == CODE_LENGTH[Level.GRID]):
            yield f"{grid!r} is not a grid's code: {CODE_LENGTH[Level.GRID]} digits"
        elif grid not in self.places and grid[: CODE_LENGTH[Level.VILLAGE]] not in self.places:
            yield f"unknown village {grid[: CODE_LENGTH[Level.VILLAGE]]}"
        elif grid not in self.places and not self.make_grids:
            yield f"unknown grid {grid} (--make-grids makes the missing ones)"

    def _wrong_cells(self, row: Row) -> Iterator[str]:
        members, telephone = row.get("members", ""), row.get("telephone", "")
        if members and not (members.isascii() and members.isdigit()):
            yield f"members is not a number: {members!r}"
        if telephone and not _TELEPHONE.match(telephone):
            yield "telephone is not a telephone number"
        if row.get("centre", "").lower() not in _YES_NO:
            yield f"centre is neither yes nor no: {row['centre']!r}"
        for need in _needs(row):
            if need not in self.needs:
                yield f"unknown need {need!r}"

    def _make_grids(self) -> None:
        missing = {row["grid"] for row in self.rows} - self.places
        grids = [self._grid(code) for code in sorted(missing)]
        Region.objects.bulk_create(grids, batch_size=_BATCH)
        self.report.counts["grids added"] = len(grids)

    def _grid(self, code: str) -> Region:
        village, number = code[: CODE_LENGTH[Level.VILLAGE]], int(code[CODE_LENGTH[Level.VILLAGE] :])
        return Region(
            code=code, level=Level.GRID, parent_id=village, name=f"第{number}网格", name_en=f"Grid {number}"
        )

    def _put(self, rows: list[Row]) -> None:
        """Write a batch: households, then what hangs on them."""
        known = self._known(rows)
        new, old, touched = [], [], []
        for row in rows:
            household = known.get((row["grid"], row["number"]))
            if household is None:
                household = Household(grid_id=row["grid"], number=row["number"])
                new.append(household)
                outcome = "added"
            else:
                outcome = "changed" if self._differs(household, row) else "unchanged"
                old.extend([household] if outcome == "changed" else [])
            self.report.count(outcome)
            if outcome != "unchanged":
                _fill(household, row)
                touched.append((household, row))
        Household.objects.bulk_create(new)
        Household.objects.bulk_update(old, _FIELDS)
        self._put_contacts([(household, row) for household, row in touched if "telephone" in row])
        self._put_needs([(household, row) for household, row in touched if "needs" in row])

    def _differs(self, household: Household, row: Row) -> bool:
        values = _values(row)
        if any(getattr(household, name) != value for name, value in values.items()):
            return True
        if "needs" in row and {need.code for need in household.needs.all()} != set(_needs(row)):
            return True
        contact = getattr(household, "contact", None)
        known = contact.telephone_hash if contact else ""
        return "telephone" in row and known != keyed_hash(row["telephone"])

    def _put_contacts(self, touched: list[tuple[Household, Row]]) -> None:
        HouseholdContact.objects.filter(household__in=[household for household, _row in touched]).delete()
        HouseholdContact.objects.bulk_create(
            HouseholdContact(
                household=household, telephone=row["telephone"], telephone_hash=keyed_hash(row["telephone"])
            )
            for household, row in touched
            if row["telephone"]
        )

    def _put_needs(self, touched: list[tuple[Household, Row]]) -> None:
        link = Household.needs.through
        link.objects.filter(household__in=[household for household, _row in touched]).delete()
        link.objects.bulk_create(
            link(household=household, need_id=self.needs[need])
            for household, row in touched
            for need in _needs(row)
        )


def _needs(row: Row) -> list[str]:
    return list(dict.fromkeys(code.strip() for code in row.get("needs", "").split("|") if code.strip()))


def _values(row: Row) -> dict[str, object]:
    """The household's own fields, as far as the file speaks of them."""
    values: dict[str, object] = {"head": row["head"]}
    if "address" in row:
        values["address"] = row["address"]
    if row.get("members"):
        values["members"] = int(row["members"])
    if "centre" in row:
        values["is_centre"] = _YES_NO[row["centre"].lower()]
    return values


def _fill(household: Household, row: Row) -> None:
    for name, value in _values(row).items():
        setattr(household, name, value)
    household.initials = initials(household.head)
    household.search_text = household.to_search()
