"""The filters of the list of common problems."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grievances.filters import ChippedFilter
from grievances.lists.filter_fields import CategoryFilter, LabelFilter, in_place
from grievances.models import Category, CommonProblem
from villages.models import Unit
from villages.scope import under

_STATES = [("open", _("open")), ("closed", pgettext_lazy("problem", "closed"))]


class CommonProblemFilter(ChippedFilter):
    """By state, place, category and lead unit."""

    export = ""  # no file of this list

    state = django_filters.ChoiceFilter(label=_("state"), choices=_STATES, method="in_state")
    category = CategoryFilter(label=_("category"), method="of_category")
    region = django_filters.CharFilter(
        label=_("place"),
        method="in_region",
        max_length=30,
        widget=forms.TextInput(attrs={"placeholder": _("name or code")}),
    )
    unit = LabelFilter(label=_("unit"), queryset=Unit.objects.all(), method="of_unit")

    class Meta:
        model = CommonProblem
        fields: list[str] = []

    def in_state(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(closed_at__isnull=value == "open")

    def of_category(self, found: QuerySet, name: str, value: Category) -> QuerySet:
        return found.filter(Q(category=value) | Q(category__parent=value))

    def in_region(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(in_place(value))

    def of_unit(self, found: QuerySet, name: str, value: Unit) -> QuerySet:
        return found.filter(under(value.path, field="unit__path"))
