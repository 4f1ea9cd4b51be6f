"""The official file of regions: code, name, level, parent."""

from datetime import date
from itertools import chain
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from villages.models import CODE_LENGTH, Level, Region, RegionName
from villages.scope import any_of, within

from .problems import LoadRefused, Problems
from .report import Report
from .romanise import abbreviation, english_name
from .table import Column, Row, read_table

# More than this share of the regions looked at is not closed without being asked for.
CLOSED_UNASKED = 0.05
_BATCH = 2000
_COLUMNS = [
    Column("code", 15),
    Column("name"),
    Column("level", 10),
    Column("parent", 12, required=False),
]
_UPDATED = ["name", "name_en", "closed_on", "continued_as", "abbreviation", "search_text"]


def load_regions(path: Path | str, *, continued: dict[str, str], even_many: bool = False) -> Report:
    """Add, rename, reopen and close regions so that the table says what the file says.

    What vanished is closed only where the file speaks of it: inside its roots, at its levels, never a grid.
    ``continued`` names vanished regions with those that they go on as. Raises LoadRefused.
    """
    problems = Problems(Path(path).name)
    rows = read_table(path, _COLUMNS, problems)
    with transaction.atomic():
        return _Loading(rows, problems, continued).run(even_many=even_many)


def roots(parents: dict[str, str]) -> list[str]:
    """What a file is about, given each code's parent: its topmost regions – but a province or a city that
    only leads to the one below it is a heading, and says nothing about its other parts."""
    children: dict[str, list[str]] = {}
    for code, parent in parents.items():
        children.setdefault(parent if parent in parents else "", []).append(code)
    found = []
    for code in children.get("", []):
        while len(code) < CODE_LENGTH[Level.DISTRICT] and len(children.get(code, [])) == 1:
            code = children[code][0]
        found.append(code)
    return found


class _Loading:
    """One load; every table is read once, and written at the end."""

    def __init__(self, rows: list[Row], problems: Problems, continued: dict[str, str]) -> None:
        self.rows, self.problems, self.continued = rows, problems, continued
        self.parents = {row["code"]: row["parent"] for row in rows}
        self.levels = {row["level"] for row in rows} - {Level.GRID}
        self.known: dict[str, Region] = Region.objects.select_for_update().in_bulk()
        self.letters = {region.abbreviation for region in self.known.values()}
        self.today: date = timezone.localdate()
        self.report = Report("added", "renamed", "reopened", "continued", "closed", "unchanged")
        self.old_names: list[RegionName] = []

    def run(self, *, even_many: bool) -> Report:
        vanished = self._vanished()
        self._check_rows(vanished)
        self._check_continued(vanished)
        self.problems.stop_if_any()
        self._check_share(vanished, even_many=even_many)
        changed = [*self._present(), *self._gone(vanished)]
        self._write(changed)
        return self.report

    def _looked_at(self) -> list[Region]:
        """Open regions of which the file says whether they still exist."""
        scope = any_of([within(code, field="code") for code in roots(self.parents)])
        return list(Region.objects.open().filter(scope, level__in=self.levels))

    def _vanished(self) -> dict[str, Region]:
        self.looked_at = self._looked_at()
        return {region.code: region for region in self.looked_at if region.code not in self.parents}

    def _check_rows(self, vanished: dict[str, Region]) -> None:
        seen: dict[str, int] = {}
        for row in self.rows:
            reason = _wrong_code(row)
            if row["code"] in seen:
                reason = f"the code {row['code']} stands in row {seen[row['code']]} already"
            seen.setdefault(row["code"], row.number)
            reason = reason or self._wrong_parent(row, vanished)
            if reason:
                self.problems.add(row.number, reason)

    def _wrong_parent(self, row: Row, vanished: dict[str, Region]) -> str:
        parent = row["parent"]
        if not parent or parent in self.parents:
            return ""
        known = self.known.get(parent)
        if known is None or known.closed_on:
            return f"unknown parent {parent}"
        return f"the parent {parent} is missing from the file" if parent in vanished else ""

    def _check_continued(self, vanished: dict[str, Region]) -> None:
        for old, new in self.continued.items():
            reason = self._wrong_continuation(old, new, vanished)
            if reason:
                raise LoadRefused(f"{old} can't be continued as {new}: {reason}. Nothing was changed.")

    def _wrong_continuation(self, old: str, new: str, vanished: dict[str, Region]) -> str:
        if old not in self.known:
            return f"there is no region {old}"
        if old in self.parents:
            return f"{old} still stands in the file"
        if len(new) != len(old):
            return "they are of different levels"
        known = self.known.get(new)
        gone = new in vanished or new in self.continued
        exists = new in self.parents or (known and not known.closed_on and not gone)
        return "" if exists else f"there is no open region {new}"

    def _check_share(self, vanished: dict[str, Region], *, even_many: bool) -> None:
        closing = len(vanished.keys() - self.continued.keys())
        if even_many or closing <= len(self.looked_at) * CLOSED_UNASKED:
            return
        raise LoadRefused(
            f"{self.problems.file} would close {closing:,} of {len(self.looked_at):,} regions, for example "
            f"{', '.join(sorted(vanished)[:3])}. Say --yes if that is right. Nothing was changed."
        )

    def _present(self) -> list[Region]:
        """The file's regions, as they are to be written."""
        changed = []
        for row in self.rows:
            region = self.known.get(row["code"])
            outcomes = self._add(row) if region is None else self._update(region, row["name"])
            for outcome in outcomes or ["unchanged"]:
                self.report.count(outcome)
            if outcomes:
                changed.append(self.known[row["code"]])
        return changed

    def _add(self, row: Row) -> list[str]:
        region = Region(
            code=row["code"], level=row["level"], parent_id=row["parent"] or None, name=row["name"],
            name_en=english_name(row["name"]),
        )  # fmt: skip
        self._abbreviate(region)
        self.known[region.code] = region
        return ["added"]

    def _update(self, region: Region, name: str) -> list[str]:
        outcomes = []
        if region.name != name:
            outcomes.append("renamed")
            self.report.lines.append(f"renamed: {region.code} {region.name} → {name}")
            self.old_names.append(RegionName(region=region, name=region.name, until=self.today))
            region.name, region.name_en = name, english_name(name)
            region.search_text = region.to_search()
        if region.closed_on:
            outcomes.append("reopened")
            region.closed_on = region.continued_as_id = None
        if self._abbreviate(region) and not outcomes:
            outcomes.append("renamed")
        return outcomes

    def _abbreviate(self, region: Region) -> bool:
        """A district gets letters once; they stay, because opinions are numbered by them."""
        if region.level != Level.DISTRICT or region.abbreviation:
            return False
        region.abbreviation = abbreviation(region.name, taken=self.letters)
        self.letters.add(region.abbreviation)
        return True

    def _gone(self, vanished: dict[str, Region]) -> list[Region]:
        """Regions to close, and those that go on as another."""
        return [self._close(self.known[code]) for code in sorted({*vanished, *self._newly_continued()})]

    def _newly_continued(self) -> list[str]:
        return [old for old, new in self.continued.items() if self.known[old].continued_as_id != new]

    def _close(self, region: Region) -> Region:
        region.closed_on = region.closed_on or self.today
        region.continued_as_id = self.continued.get(region.code, region.continued_as_id)
        if region.continued_as_id:
            self.report.count("continued", f"{region.code} {region.name} → {region.continued_as_id}")
        else:
            self.report.count("closed", f"{region.code} {region.name}")
        return region

    def _write(self, changed: list[Region]) -> None:
        new = sorted(
            (region for region in changed if region._state.adding), key=lambda region: len(region.code)
        )
        old = [region for region in changed if not region._state.adding]
        Region.objects.bulk_create(new, batch_size=_BATCH)  # from the widest down: parents first
        Region.objects.bulk_update(old, _UPDATED, batch_size=_BATCH)
        RegionName.objects.bulk_create(self.old_names, batch_size=_BATCH)


def _wrong_code(row: Row) -> str:
    """Why a row's code, level and parent don't belong together; empty if they do."""
    code, parent = row["code"], row["parent"]
    if row["level"] not in Level.values:
        return f"unknown level {row['level']!r}"
    if not (code.isascii() and code.isdigit()):
        return f"the code {code!r} is not a number"
    length = CODE_LENGTH[Level(row["level"])]
    if len(code) != length:
        return f"the code {code} has {len(code)} digits; a {row['level']} has {length}"
    above = code[: _length_above(length)]
    if parent != above:
        return f"unknown parent {parent!r}: {code} lies in {above or 'no other region'}"
    return ""


def _length_above(length: int) -> int:
    return max((shorter for shorter in chain([0], CODE_LENGTH.values()) if shorter < length), default=0)
