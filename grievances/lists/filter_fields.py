"""What the filters of lists are made of: choices with labels, the tree of categories, days, places."""

from collections.abc import Callable, Iterator
from datetime import date

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model, Q
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from grievances.forms.fields import LabelChoice
from grievances.models import Category
from villages.models import Level, Region
from villages.scope import within
from villages.templatetags.looks import day as day_in_words

# Grids are all called "first grid": only villages and what lies above them are found by name.
_UPWARDS = ("", "parent__", "parent__parent__", "parent__parent__parent__")
_PLACE = "SELECT code, name, name_en FROM villages_region WHERE code = %s"


class KnownChoice:
    """A choice of rows that may have been read before: many filters then ask the database for all of theirs at
    once."""

    known: dict[str, Model] | None = None

    def to_python(self, value: object) -> object:
        if self.known is None or value in self.empty_values:
            return super().to_python(value)
        if str(value) not in self.known:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return self.known[str(value)]


class LineInput(forms.TextInput):
    """A line of text, written as Django's template would: that takes as long as the rows of a short list."""

    def render(
        self, name: str, value: object, attrs: dict | None = None, renderer: object = None
    ) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]
        given = {} if widget["value"] is None else {"value": widget["value"]}
        return format_html(
            '<input type="text" name="{}"{} class="form-control">',
            widget["name"],
            flatatt(given | widget["attrs"]),
        )


class LabelFilter(django_filters.ModelChoiceFilter):
    """One of some things with a label in the reader's language."""

    field_class = type("LabelField", (KnownChoice, django_filters.fields.ModelChoiceField, LabelChoice), {})


class _CategoryTree(forms.models.ModelChoiceIterator):
    """Each category of the first level, with those of the second below it."""

    def __iter__(self) -> Iterator[tuple]:
        yield ("", self.field.empty_label)
        every = list(self.queryset)
        for top in every:
            if top.parent_id is None:
                below = [self.choice(one) for one in every if one.parent_id == top.pk]
                yield (top.label, [(self.choice(top)[0], _("%s: all") % top.label), *below])


class _CategoryField(KnownChoice, django_filters.fields.ModelChoiceField, LabelChoice):
    """By its id; from another installation's pages by its code, which is the same everywhere."""

    iterator = _CategoryTree

    def to_python(self, value: object) -> object:
        if self.known is None and isinstance(value, str) and value and not value.isdigit():
            value = Category.objects.filter(code=value).values_list("pk", flat=True).first() or value
        return super().to_python(value)


class CategoryFilter(django_filters.ModelChoiceFilter):
    """A category of either level."""

    field_class = _CategoryField

    def __init__(self, **kwargs: object) -> None:
        super().__init__(queryset=Category.objects.order_by("position", "code"), **kwargs)


def day_filter(label: str, method: str, *more: Callable[[date], None]) -> django_filters.DateFilter:
    """A day of this or the last century, chosen from the browser's calendar; ``more`` are further validators."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    bounds = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2099, 12, 31))]
    return django_filters.DateFilter(label=label, method=method, widget=widget, validators=[*bounds, *more])


class DaysInOrder(forms.Form):
    """The form of a list's filters: no last day lies before its first."""

    def clean(self) -> dict[str, object]:
        data = super().clean()
        for what in ("recorded", "answered", "due"):
            first, last = data.get(f"{what}_from"), data.get(f"{what}_to")
            if first and last and last < first:
                self.add_error(f"{what}_to", _("This is before the first day."))
        return data


def not_in_the_future(day: date) -> None:
    """Nobody knows what tomorrow's figures are."""
    if day > timezone.localdate():
        raise ValidationError(_("This day lies in the future; today is shown."))


def in_place(value: str) -> Q:
    """In the region with this code, or in any whose name holds these words."""
    if value.isascii() and value.isdigit():
        return within(value)
    named = Q()
    for above in _UPWARDS:
        name = Q(**{f"{above}name__contains": value}) | Q(**{f"{above}name_en__icontains": value})
        named |= name & ~Q(**{f"{above}level": Level.GRID})
    return Q(region_id__in=Region.objects.filter(named).values("pk"))


def place_in_words(value: str) -> str:
    """The place of a code; other words as they were typed."""
    if value.isascii() and value.isdigit():
        for region in Region.objects.raw(_PLACE, [value]):
            return region.label
    return value


def in_words(name: str, field: forms.Field, value: object) -> str:
    """What a filter is set to."""
    if value is True:
        return str(_("yes"))
    if name == "region":
        return place_in_words(value)
    if isinstance(value, date):
        return day_in_words(value)
    choices = {} if hasattr(field, "queryset") else dict(getattr(field, "choices", ()))
    return str(choices.get(value, getattr(value, "label", value)))
