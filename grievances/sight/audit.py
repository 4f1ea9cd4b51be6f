"""What the auditor reads: looks at what is protected, withdrawn opinions, and what administrators did."""

import json
from dataclasses import dataclass
from datetime import date, timedelta

import django_filters
from django.contrib.admin.models import LogEntry
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.flow.calendar import midnight
from grievances.lists.chips import ChippedFilter
from grievances.lists.filter_fields import day_filter
from grievances.models import Event, Look, LookKind
from grievances.sight.access import visible
from grievances.workflow import Verb
from villages.models import Absence, Cadre, Post, Role, Unit
from villages.one_time import IN_THE_LOG
from villages.scope import any_of, within

# What gives rights, or takes them: by Django's name for the table.
_GIVES_RIGHTS: dict[str, type[Model]] = {
    "post": Post, "cadre": Cadre, "unit": Unit, "absence": Absence,
}  # fmt: skip
# The rest of a post never changes, and is part of its name here.
_DAYS = {"since", "until"}


def looks(auditor: Cadre) -> QuerySet[Look]:
    """Looks at cases and households of the auditor's places, and all exports; the newest first."""
    places = [within(post.region_id, field="household__grid_id") for post in auditor.posts_as(Role.AUDITOR)]
    mine = visible(auditor, opinion="opinion__") | any_of(places) | Q(kind=LookKind.EXPORT)
    found = Look.objects.filter(mine).select_related("cadre", "opinion", "household__grid__parent")
    return found.order_by("-at", "-id")


def withdrawn(auditor: Cadre) -> QuerySet[Event]:
    """Withdrawals of opinions that the auditor sees, the newest first."""
    events = Event.objects.filter(visible(auditor, opinion="opinion__"), verb=Verb.WITHDRAW)
    return events.select_related("actor", "opinion").order_by("-recorded_at", "-id")


def rights() -> QuerySet[LogEntry]:
    """What administrators did to posts, accounts and units, anywhere: their rights reach everywhere too."""
    entries = LogEntry.objects.filter(content_type__app_label="villages")
    entries = entries.filter(content_type__model__in=_GIVES_RIGHTS)
    return entries.select_related("user", "content_type").order_by("-id")


class TraceFilter(ChippedFilter):
    """By who did it, and by days; ``who`` and ``when`` name the columns."""

    who, when = "cadre", "at"
    person = django_filters.CharFilter(
        label=gettext_lazy("person (name or sign-in name)"), method="of_person", max_length=40
    )
    since = day_filter(gettext_lazy("from"), "from_day")
    until = day_filter(gettext_lazy("until"), "until_day")

    def of_person(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(Q(**{f"{self.who}__name": value}) | Q(**{f"{self.who}__username": value}))

    def from_day(self, found: QuerySet, name: str, value: date) -> QuerySet:
        return found.filter(**{f"{self.when}__gte": midnight(value)})

    def until_day(self, found: QuerySet, name: str, value: date) -> QuerySet:
        return found.filter(**{f"{self.when}__lt": midnight(value + timedelta(days=1))})


class LookFilter(TraceFilter):
    kind = django_filters.ChoiceFilter(label=gettext_lazy("kind"), choices=LookKind.choices)


class WithdrawnFilter(TraceFilter):
    who, when = "actor", "recorded_at"


class RightsFilter(TraceFilter):
    who, when = "user", "action_time"
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("kind"),
        field_name="content_type__model",
        choices=[
            ("post", gettext_lazy("posts")),
            ("cadre", gettext_lazy("accounts and one-time passwords")),
            ("unit", gettext_lazy("units")),
            ("absence", gettext_lazy("absences")),
        ],
    )


@dataclass(frozen=True)
class Deed:
    """One entry of the log in words: what was done, to whom or what, and the values that were set."""

    entry: LogEntry
    what: str
    to: str
    values: str


def in_words(entries: list[LogEntry]) -> list[Deed]:
    """The entries of a page; what they are about is read in one query for each sort."""
    things = {kind: _things(kind, model, entries) for kind, model in _GIVES_RIGHTS.items()}
    return [_deed(entry, things[entry.content_type.model].get(entry.object_id)) for entry in entries]


def _things(kind: str, model: type[Model], entries: list[LogEntry]) -> dict[str, Model]:
    wanted = [entry.object_id for entry in entries if entry.content_type.model == kind]
    rows = model.objects.filter(pk__in=wanted)
    if model is Post:
        rows = rows.select_related("cadre", "unit", "region")
    if model is Absence:
        rows = rows.select_related("cadre", "substitute")
    return {str(row.pk): row for row in rows} if wanted else {}


def _deed(entry: LogEntry, thing: Model | None) -> Deed:
    kind = entry.content_type.model
    said = _parts(entry)
    what = _WORDS[kind, entry.is_addition()]
    if IN_THE_LOG in said.get("changed", {}).get("fields", []):
        what = _("one-time password given")
    return Deed(entry, str(what), _named(thing, entry), _values(kind, said.get("set", {})))


_WORDS = {
    ("post", True): gettext_lazy("post given"),
    ("post", False): gettext_lazy("post changed"),
    ("cadre", True): gettext_lazy("account made, with a one-time password"),
    ("cadre", False): gettext_lazy("account changed"),
    ("unit", True): gettext_lazy("unit made"),
    ("unit", False): gettext_lazy("unit changed"),
    ("absence", True): gettext_lazy("desk lent during an absence"),
    ("absence", False): gettext_lazy("absence ended"),
}


def _parts(entry: LogEntry) -> dict:
    """The parts of a message as Django writes it; nothing of one that is no such message."""
    try:
        return {name: value for part in json.loads(entry.change_message) for name, value in part.items()}
    except (ValueError, AttributeError, TypeError):
        return {}


def _named(thing: Model | None, entry: LogEntry) -> str:
    if isinstance(thing, Post):
        parts = [_account(thing.cadre), thing.get_role_display(), thing.unit.label, thing.region.label]
        return " · ".join(map(str, parts))
    if isinstance(thing, Cadre):
        return _account(thing)
    return str(thing or entry.object_repr)


def _account(cadre: Cadre) -> str:
    return f"{cadre.label} ({cadre.username})"


def _values(kind: str, values: dict) -> str:
    shown = {name: value for name, value in values.items() if kind != "post" or name in _DAYS}
    return ", ".join(_value(_GIVES_RIGHTS[kind], name, value) for name, value in shown.items())


def _value(model: type[Model], name: str, value: object) -> str:
    try:
        label = model._meta.get_field(name).verbose_name
    except FieldDoesNotExist:
        label = name
    words = {True: _("yes"), False: _("no"), None: "–", "": "–"}
    return f"{label}: {words.get(value, value)}"
