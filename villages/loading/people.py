"""A district's own people: a row for each post, so a person with two posts has two rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, RegexValidator
from django.db import transaction
from django.utils import timezone

from villages.models import Cadre, Post, Region, Role, Unit
from villages.one_time import give_one_time_password

from .problems import Problems
from .report import Report
from .table import Column, Row, read_table

_COLUMNS = [
    Column("username", 40),
    Column("name", 40),
    Column("telephone", 30, required=False),
    Column("role", 14),
    Column("unit", 40),
    Column("region", 15, required=False),
    Column("since", 10, required=False),
    Column("until", 10, required=False),
    Column("email", 254, required=False, optional=True),
]
_email = EmailValidator("email is not an e-mail address")
_username = RegexValidator(r"^[\w.@+-]+$", "a sign-in name has letters, digits and . @ + - _ only")


@dataclass
class Loaded:
    """The report, and the one-time passwords of new cadres: (sign-in name, name, password)."""

    report: Report
    passwords: list[tuple[str, str, str]]


def load_people(path: Path | str) -> Loaded:
    """Add cadres and posts, change names, telephones and e-mail addresses, end posts. Raises LoadRefused.

    An empty ``since`` or ``until`` says nothing: a post that exists, or existed, stays as it is, so loading
    an old file again gives nobody back what they lost; nor does an empty ``email``, as everybody sets their own.
    Whoever is missing from the file stays too.
    """
    problems = Problems(Path(path).name)
    rows = read_table(path, _COLUMNS, problems)
    with transaction.atomic():
        return _Loading(rows, problems).run()


class _Loading:
    def __init__(self, rows: list[Row], problems: Problems) -> None:
        self.rows, self.problems = rows, problems
        self.today = timezone.localdate()
        self.cadres = {cadre.username: cadre for cadre in Cadre.objects.all()}
        self.units = {unit.code: unit for unit in Unit.objects.select_related("region")}
        self.regions = set(Region.objects.open().values_list("code", flat=True))
        self.posts: dict[tuple, list[Post]] = {}
        for post in Post.objects.order_by("since").select_related("cadre", "unit"):
            self.posts.setdefault(_key(post.cadre.username, post.role, post.unit, post.region_id), []).append(
                post
            )
        self.report = Report(
            "people added",
            "people changed",
            "people unchanged",
            "posts added",
            "posts ended",
            "posts unchanged",
        )

    def run(self) -> Loaded:
        wanted = [self._read(row) for row in self.rows]
        self._check_doubles(wanted)
        self.problems.stop_if_any()
        passwords = list(self._people())
        for post in wanted:
            self._put(post)
        self.problems.stop_if_any()
        return Loaded(self.report, passwords)

    def _read(self, row: Row) -> "_Wanted":
        wanted = _Wanted(row, self.units.get(row["unit"]))
        for reason in self._wrong(row, wanted):
            self.problems.add(row.number, reason)
        return wanted

    def _wrong(self, row: Row, wanted: "_Wanted") -> Iterator[str]:
        if row["role"] not in Role.values:
            yield f"unknown role {row['role']!r}; known: {', '.join(Role.values)}"
        if wanted.unit is None:
            yield f"there is no unit {row['unit']}"
        if row["region"] and row["region"] not in self.regions:
            yield f"there is no open region {row['region']}"
        try:
            _username(row["username"])
            if row.get("email"):
                _email(row["email"])
            wanted.read_dates()
        except ValidationError as error:
            yield error.messages[0]

    def _check_doubles(self, wanted: list["_Wanted"]) -> None:
        """One person's rows agree on the person, and no post stands twice."""
        people: dict[str, Row] = {}
        posts: dict[tuple, int] = {}
        for post in wanted:
            row = post.row
            first = people.setdefault(row["username"], row)
            if _told(first) != _told(row):
                self.problems.add(
                    row.number,
                    f"{row['username']} has another name, telephone or email in row {first.number}",
                )
            key = (*post.key, post.since)
            if key in posts:
                self.problems.add(row.number, f"the same post stands in row {posts[key]}")
            posts.setdefault(key, row.number)

    def _people(self) -> Iterator[tuple[str, str, str]]:
        """Write the cadres; the passwords of new ones."""
        for row in {row["username"]: row for row in self.rows}.values():
            known = self.cadres.get(row["username"])
            if known is None:
                name, telephone, email = _told(row)
                cadre = Cadre(username=row["username"], name=name, telephone=telephone, email=email)
                password = give_one_time_password(cadre)
                cadre.save()
                self.cadres[cadre.username] = cadre
                self.report.count("people added")
                yield cadre.username, cadre.name, password
            else:
                self._change(known, row)

    def _change(self, cadre: Cadre, row: Row) -> None:
        name, telephone, email = _told(row)
        told = (name, telephone, email or cadre.email)
        if (cadre.name, cadre.telephone, cadre.email) == told:
            return self.report.count("people unchanged")
        cadre.name, cadre.telephone, cadre.email = told
        cadre.save(update_fields=["name", "telephone", "email", "search_text"])
        self.report.count("people changed")

    def _put(self, wanted: "_Wanted") -> None:
        existing = self._existing(wanted)
        if existing is None:
            self._begin(wanted)
        elif wanted.until and wanted.until != existing.until:
            self._end(wanted, existing)
        else:
            self.report.count("posts unchanged")

    def _existing(self, wanted: "_Wanted") -> Post | None:
        same = self.posts.get(wanted.key, [])
        if wanted.since:
            return next((post for post in same if post.since == wanted.since), None)
        return same[-1] if same else None

    def _begin(self, wanted: "_Wanted") -> None:
        post = Post(
            cadre=self.cadres[wanted.row["username"]], role=wanted.row["role"], unit=wanted.unit,
            region_id=wanted.region, since=wanted.since or self.today, until=wanted.until,
        )  # fmt: skip
        if post.until and post.until < post.since:
            return self.problems.add(wanted.row.number, "until lies before since")
        post.save()
        self.report.count("posts added")

    def _end(self, wanted: "_Wanted", post: Post) -> None:
        if post.until and post.until < self.today:
            return self.problems.add(
                wanted.row.number, f"this post ended on {post.until}; begin a new one by its since"
            )
        if wanted.until < post.since:
            return self.problems.add(wanted.row.number, f"until lies before the post began, {post.since}")
        try:
            post.end(on=wanted.until)
        except ValidationError as error:
            return self.problems.add_from(wanted.row.number, error)
        self.report.count("posts ended")


@dataclass
class _Wanted:
    """A post as a row wants it."""

    row: Row
    unit: Unit | None
    since: date | None = None
    until: date | None = None

    @property
    def region(self) -> str:
        return self.row["region"] or (self.unit.region_id if self.unit else "")

    @property
    def key(self) -> tuple:
        return _key(self.row["username"], self.row["role"], self.unit, self.region)

    def read_dates(self) -> None:
        self.since, self.until = _day(self.row, "since"), _day(self.row, "until")


def _told(row: Row) -> tuple[str, str, str]:
    """What a row says of the person: name, telephone, e-mail address."""
    return row["name"], row["telephone"], row.get("email", "")


def _key(username: str, role: str, unit: Unit | None, region: str) -> tuple:
    return username, role, unit.pk if unit else None, region


def _day(row: Row, column: str) -> date | None:
    try:
        return date.fromisoformat(row[column]) if row[column] else None
    except ValueError as error:
        raise ValidationError(f"{column} is not a date like 2026-03-01: {row[column]!r}") from error
