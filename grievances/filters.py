"""The filters of every list of opinions: today's, or as they were on a past day."""

from datetime import date, datetime, timedelta
from functools import cached_property

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.flow.calendar import midnight
from grievances.flow.deadlines import SOON
from grievances.lists.chips import OPEN_FIELDS, ChippedFilter
from grievances.lists.filter_fields import (
    CategoryFilter,
    DaysInOrder,
    LabelFilter,
    LineInput,
    day_filter,
    in_place,
    not_in_the_future,
)
from grievances.lists.own_filters import OwnFilters, Whose
from grievances.measures import figures
from grievances.models import Campaign, Category, InformantKind, Kind, Opinion, OpinionSpan, Source, Urgency
from grievances.search import searching
from grievances.sight.access import gathered_by_units
from grievances.workflow import OPEN, Ground, State
from villages.models import Unit
from villages.scope import under
from villages.search import LONGEST_QUERY

_ORDER_LABELS = [
    ("due", _("deadline")),
    ("newest", _("newest first")),
    ("latest", _("latest change first")),
    ("number", _("number")),
    ("place", _("place")),
]
_ALL = 10**9  # a limit, so that the database doesn't join both questions into one again
FIGURE_LABELS = {
    "collected": _("collected"),
    "assigned": _("with unit and person"),
    "resolved": _("resolved"),
    "explained": _("explained"),
    "closed": _("closed"),
    "open": _("open"),
    "late": _("late"),
    "attempted": _("called back"),
    "contacted": _("contacted"),
    "asked": _("asked whether it is solved"),
    "solved": _("solved"),
    "satisfied": _("satisfied"),
}


def _campaigns(request: HttpRequest) -> QuerySet[Campaign]:
    return Campaign.objects.visible_to(request.user)


class OpinionFilter(ChippedFilter, OwnFilters):
    """Filters for opinions and, on a past day, their spans."""

    figure = django_filters.ChoiceFilter(
        label=_("figure"), choices=list(FIGURE_LABELS.items()), method="of_figure"
    )
    state = django_filters.ChoiceFilter(label=_("state"), choices=State.choices)
    category = CategoryFilter(label=_("category"), method="of_category")
    region = django_filters.CharFilter(
        label=_("place"),
        method="in_region",
        max_length=30,
        widget=forms.TextInput(attrs={"placeholder": _("name or code")}),
    )
    unit = LabelFilter(label=_("unit"), queryset=Unit.objects.all(), method="of_unit")
    person = django_filters.CharFilter(label=_("person"), method="of_person", max_length=40)
    source = django_filters.ChoiceFilter(label=_("source"), choices=Source.choices)
    kind = django_filters.ChoiceFilter(label=_("kind"), choices=Kind.choices, method="of_case")
    urgency = django_filters.ChoiceFilter(label=_("urgency"), choices=Urgency.choices, method="of_case")
    informant_kind = django_filters.ChoiceFilter(
        label=_("informant"), choices=InformantKind.choices, method="of_case"
    )
    ground = django_filters.ChoiceFilter(label=_("ground"), choices=Ground.choices)
    campaign = LabelFilter(label=_("campaign"), queryset=_campaigns)
    recorded_from = day_filter(_("recorded from"), "recorded_since")
    recorded_to = day_filter(_("recorded to"), "recorded_until")
    answered_from = day_filter(_("answered from"), "answered_since")
    answered_to = day_filter(_("answered to"), "answered_until")
    due_from = day_filter(_("last day from"), "due_since")
    due_to = day_filter(_("last day to"), "due_until")
    late = django_filters.BooleanFilter(label=_("late"), method="is_late", widget=forms.CheckboxInput)
    soon = django_filters.BooleanFilter(label=_("due soon"), method="is_soon", widget=forms.CheckboxInput)
    unaccusing = django_filters.BooleanFilter(
        label=_("without accusations"), method="is_unaccusing", widget=forms.CheckboxInput
    )
    text = django_filters.CharFilter(
        label=_("words or number"),
        method="with_words",
        max_length=LONGEST_QUERY,
        widget=LineInput(attrs={"placeholder": _("words or number")}),
    )
    as_of = day_filter(_("as on the day"), "unchanged", not_in_the_future)
    order = django_filters.ChoiceFilter(
        label=_("order"), choices=_ORDER_LABELS, method="ordered", empty_label=_("as usual")
    )

    class Meta:
        model = Opinion
        form = DaysInOrder
        fields: list[str] = []

    # Filters that a narrower list has no use for.
    left_out: tuple[str, ...] = ()

    def __init__(
        self, data: QueryDict, queryset: QuerySet, *, request: HttpRequest, moment: datetime | None = None
    ) -> None:
        """``moment`` is the one as of which the rows are read; now, where they are today's.

        Only the fields that are shown or set are made: to make all takes longer than to read the rows.
        """
        self.base_filters = {
            name: made
            for name, made in type(self).base_filters.items()
            if name not in self.left_out and (name in data or name == "text" or OPEN_FIELDS in data)
        }
        super().__init__(data, queryset, request=request)
        self.moment = moment or timezone.now()

    @property
    def past(self) -> bool:
        """Whether the rows are spans: how the opinions stood on a past day."""
        return self.queryset.model is OpinionSpan

    @classmethod
    def names(cls) -> list[str]:
        """The filters that this list has."""
        return [name for name in cls.base_filters if name not in cls.left_out]

    def chosen(self, name: str) -> object:
        """What a filter is set to, or None: also where it holds something that makes no sense."""
        self.form.is_valid()
        return self.form.cleaned_data.get(name) or None

    @property
    def day(self) -> date | None:
        return self.chosen("as_of")

    def _case(self, name: str) -> str:
        """The path to a column that only the opinion itself has."""
        return f"opinion__{name}" if self.past else name

    def gathered(self) -> QuerySet:
        """The same rows in the same order, for when they are few: they are gathered first, by whatever index leads
        to them, and then put in order. Walked in their order, few rows of a place would be looked for among all."""
        order = self.qs.query.order_by
        keys = self.qs.select_related(None).order_by().values("pk")[:_ALL]
        return self.qs.model.objects.filter(pk__in=keys).for_rows().order_by(*order)

    def unchanged(self, found: QuerySet, name: str, value: object) -> QuerySet:
        return found

    def of_figure(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return figures.listed(found, value, at=self.moment)

    def of_category(self, found: QuerySet, name: str, value: Category) -> QuerySet:
        return found.filter(Q(category=value) | Q(category__parent=value))

    def in_region(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(in_place(value))

    def of_unit(self, found: QuerySet, name: str, value: Unit) -> QuerySet:
        return found.filter(under(value.path, field="unit__path"))

    def of_person(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(Q(person__name=value) | Q(person__username=value))

    def of_case(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(**{self._case(name): value})

    def recorded_since(self, found: QuerySet, name: str, value: object) -> QuerySet:
        return found.filter(**{self._case("recorded_at__gte"): midnight(value)})

    def recorded_until(self, found: QuerySet, name: str, value: object) -> QuerySet:
        return found.filter(**{self._case("recorded_at__lt"): midnight(value + timedelta(days=1))})

    def answered_since(self, found: QuerySet, name: str, value: object) -> QuerySet:
        return found.filter(answered_at__gte=midnight(value))

    def answered_until(self, found: QuerySet, name: str, value: object) -> QuerySet:
        return found.filter(answered_at__lt=midnight(value + timedelta(days=1)))

    def due_since(self, found: QuerySet, name: str, value: date) -> QuerySet:
        # Something is due at the midnight after its last day.
        return found.filter(state__in=OPEN, due_at__gt=midnight(value))

    def due_until(self, found: QuerySet, name: str, value: date) -> QuerySet:
        return found.filter(state__in=OPEN, due_at__lte=midnight(value + timedelta(days=1)))

    def is_late(self, found: QuerySet, name: str, value: bool | None) -> QuerySet:
        return found.filter(state__in=OPEN, due_at__lte=self.moment) if value else found

    def is_soon(self, found: QuerySet, name: str, value: bool | None) -> QuerySet:
        due = Q(state__in=OPEN, due_at__gt=self.moment, due_at__lte=self.moment + SOON)
        return found.filter(due) if value else found

    def is_unaccusing(self, found: QuerySet, name: str, value: bool | None) -> QuerySet:
        return figures.without_accusations(found) if value else found

    def with_words(self, found: QuerySet, name: str, value: str) -> QuerySet:
        # Looked for last, when the order is known; see filter_queryset.
        return found

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Words are looked for in what the other filters leave, as is quickest for the order and the page."""
        found = super().filter_queryset(queryset)
        if not found.query.order_by:
            found = self.in_usual_order(found)
        text = self.form.cleaned_data.get("text")
        own = gathered_by_units(self.request.user) if text and found.model is Opinion else None
        found = found.filter(own) if own else found
        return searching.search(found, text) if text else found

    @property
    def only_newest(self) -> int | None:
        """Among how many of the newest was looked, where the words stand in no index."""
        return searching.NEWEST if searching.only_newest(self.chosen("text") or "") else None

    def ordered(self, found: QuerySet, name: str, value: str) -> QuerySet:
        opinion = "opinion_id" if self.past else "pk"
        orders = {
            "due": ("due_at", opinion),
            "newest": ("-recorded_at", f"-{opinion}"),
            "latest": ("-since", "-opinion_id") if self.past else ("-recorded_at", "-pk"),
            "number": (self._case("number"),),
            "place": ("region_id", opinion),
        }
        return found.order_by(*orders[value])

    def in_usual_order(self, found: QuerySet) -> QuerySet:
        """What changed last comes first behind a figure and on a past day; else the newest; of late ones the
        last to become late, or, where it is what waits now, what has waited longest."""
        late = self.chosen("late") or self.chosen("soon") or self.chosen("by")
        if self.past:
            by_deadline = late or self.chosen("figure") == "late"
            return found.order_by("-due_at" if by_deadline else "-since", "-opinion_id")
        if self.chosen("whose") == Whose.NEWS:
            return found.order_by("-news_at", "-pk")
        return self.ordered(found, "order", "due" if late else "newest")


class DeskFilter(OpinionFilter):
    """The filters of a queue, which is always today's."""

    left_out = ("as_of", "figure", "unaccusing")
    due_only_open = False

    @cached_property
    def paper(self) -> str:
        """The page that gives the queue on paper."""
        return f"paper/?{self.as_set}"
