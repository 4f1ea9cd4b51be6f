"""The filters of every list of opinions: today's, or as they were on a past day."""

from collections.abc import Iterator
from datetime import timedelta

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from grievances import figures
from grievances.calendar import midnight
from grievances.forms.fields import LabelChoice
from grievances.models import (
    Campaign,
    Category,
    InformantKind,
    Kind,
    Opinion,
    OpinionSpan,
    Source,
    Urgency,
)
from grievances.workflow import OPEN, Ground, State
from villages.models import Level, Region, Unit
from villages.scope import under, within

ORDERS = {
    "due": ("due_at", "pk"),
    "newest": ("-pk",),
    "place": ("region_id", "pk"),
}
_ORDER_LABELS = [("due", _("deadline")), ("newest", _("newest first")), ("place", _("place"))]
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


class LabelFilter(django_filters.ModelChoiceFilter):
    field_class = type("LabelField", (django_filters.fields.ModelChoiceField, LabelChoice), {})


class OpinionFilter(django_filters.FilterSet):
    """Filters for opinions and, on a past day, their spans."""

    figure = django_filters.ChoiceFilter(
        label=_("figure"), choices=list(FIGURE_LABELS.items()), method="of_figure"
    )
    state = django_filters.ChoiceFilter(label=_("state"), choices=State.choices)
    category = LabelFilter(
        label=_("category"),
        queryset=Category.objects.order_by("parent__position", "position", "code"),
        method="of_category",
    )
    region = django_filters.CharFilter(label=_("place (name or code)"), method="in_region", max_length=30)
    unit = LabelFilter(label=_("unit"), queryset=Unit.objects.all(), method="of_unit")
    person = django_filters.CharFilter(label=_("person"), method="of_person", max_length=40)
    source = django_filters.ChoiceFilter(label=_("source"), choices=Source.choices)
    kind = django_filters.ChoiceFilter(label=_("kind"), choices=Kind.choices, method="of_case")
    urgency = django_filters.ChoiceFilter(label=_("urgency"), choices=Urgency.choices, method="of_case")
    informant_kind = django_filters.ChoiceFilter(
        label=_("informant"), choices=InformantKind.choices, method="of_case"
    )
    ground = django_filters.ChoiceFilter(label=_("ground"), choices=Ground.choices)
    campaign = LabelFilter(label=_("campaign"), queryset=Campaign.objects.all())
    recorded_from = django_filters.DateFilter(label=_("recorded from"), method="recorded_since")
    recorded_to = django_filters.DateFilter(label=_("recorded to"), method="recorded_until")
    answered_from = django_filters.DateFilter(label=_("answered from"), method="answered_since")
    answered_to = django_filters.DateFilter(label=_("answered to"), method="answered_until")
    late = django_filters.BooleanFilter(label=_("late"), method="is_late", widget=forms.CheckboxInput)
    text = django_filters.CharFilter(label=_("words or number"), method="with_words", max_length=60)
    as_of = django_filters.DateFilter(label=_("as on the day"), method="unchanged")
    order = django_filters.ChoiceFilter(
        label=_("order"), choices=_ORDER_LABELS, method="ordered", empty_label=None
    )

    class Meta:
        model = Opinion
        fields: list[str] = []

    def __init__(self, data: QueryDict, queryset: QuerySet, *, request: HttpRequest) -> None:
        super().__init__(data, queryset, request=request)
        for name in ("recorded_from", "recorded_to", "answered_from", "answered_to", "as_of"):
            self.form.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    @property
    def past(self) -> bool:
        return self.queryset.model is OpinionSpan

    @property
    def day(self) -> object:
        return self.form.cleaned_data.get("as_of") if self.form.is_valid() else None

    def _case(self, name: str) -> str:
        """The path to a column that only the opinion itself has."""
        return f"opinion__{name}" if self.past else name

    def unchanged(self, found: QuerySet, name: str, value: object) -> QuerySet:
        return found

    def of_figure(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return figures.listed(found, value, as_of=self.day)

    def of_category(self, found: QuerySet, name: str, value: Category) -> QuerySet:
        return found.filter(Q(category=value) | Q(category__parent=value))

    def in_region(self, found: QuerySet, name: str, value: str) -> QuerySet:
        if value.isascii() and value.isdigit():
            return found.filter(within(value))
        named = Region.objects.filter(name__contains=value).exclude(level=Level.GRID).order_by("code")[:20]
        places = Q(pk__in=[])
        for region in named:
            places |= within(region.pk)
        return found.filter(places)

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

    def is_late(self, found: QuerySet, name: str, value: bool | None) -> QuerySet:
        moment = figures.moment_of(self.day)
        return found.filter(state__in=OPEN, due_at__lte=moment) if value else found

    def with_words(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(
            Q(**{self._case("text__contains"): value}) | Q(**{self._case("number__istartswith"): value})
        )

    def ordered(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.order_by(*ORDERS[value])

    def chips(self) -> Iterator[tuple[str, str, str]]:
        """(label, value in words, address without it) of every filter that is set."""
        if not self.form.is_valid():
            return
        for name, value in self.form.cleaned_data.items():
            if value in (None, "", False) or name == "order":
                continue
            without = self.data.copy()
            without.pop(name, None)
            without.pop("page", None)
            yield (
                str(self.form.fields[name].label),
                _in_words(self.form.fields[name], value),
                f"?{without.urlencode()}",
            )


def _in_words(field: forms.Field, value: object) -> str:
    if value is True:
        return str(_("yes"))
    labels = (
        dict(getattr(field, "choices", ()))
        if isinstance(field, forms.ChoiceField) and not hasattr(field, "queryset")
        else {}
    )
    return str(labels.get(value, getattr(value, "label", value)))
