"""Filters that stand above their list as chips."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property

import django_filters

from grievances.lists.filter_fields import in_words
from villages.paging import without_place

# In an address: the fields of the filters are shown.
OPEN_FIELDS = "filters"
# In an address: the saved view that the list shows.
VIEW = "view"


class ChippedFilter(django_filters.FilterSet):
    """Filters that stand above their list as chips, each of which can be taken off."""

    def chips(self) -> Iterator[tuple[str, str, str]]:
        """(label, value in words, address without it) of every filter that is set."""
        for name, value in self.is_set().items():
            without = without_place(self.data)
            without.pop(name, None)
            field = self.form.fields[name]
            yield str(field.label), in_words(name, field, value), f"?{without.urlencode()}"

    def is_set(self) -> dict[str, object]:
        """The filters that are set, by name."""
        self.form.is_valid()
        given = self.form.cleaned_data.items()
        return {name: value for name, value in given if value not in (None, "", False) and name != "order"}

    def told(self) -> Iterator[tuple[str, str]]:
        """(label, value) of every filter that is set, as a file says it: days as 2026-11-25."""
        for name, value in self.is_set().items():
            field = self.form.fields[name]
            words = value.isoformat() if isinstance(value, date) else in_words(name, field, value)
            yield str(field.label), words

    def ordering(self) -> Iterator[tuple[str, str]]:
        """(label, value) of the order, where one is chosen."""
        self.form.is_valid()
        value = self.form.cleaned_data.get("order")
        if value:
            field = self.form.fields["order"]
            yield str(field.label), in_words("order", field, value)

    @property
    def is_open(self) -> bool:
        """Whether the fields are shown: when they are asked for, or when something in them is wrong."""
        return OPEN_FIELDS in self.data or bool(self.form.errors)

    @cached_property
    def opened(self) -> str:
        """The same list with the fields."""
        return f"?{self.data.urlencode()}&{OPEN_FIELDS}=1".replace("?&", "?")

    @property
    def closed(self) -> str:
        """The same list without the fields."""
        query = self.data.copy()
        query.pop(OPEN_FIELDS, None)
        return f"?{query.urlencode()}"

    @cached_property
    def export(self) -> str:
        """The page that gives the list as a file: below the list's own address."""
        return self._below("export/")

    def _below(self, name: str) -> str:
        return f"{name}?{self.as_set}"

    @cached_property
    def as_set(self) -> str:
        """What is set, as it stands in an address."""
        query = without_place(self.data)
        query.pop(OPEN_FIELDS, None)
        query.pop(VIEW, None)
        return query.urlencode()

    def carried(self) -> Iterator[tuple[str, str]]:
        """What is set in the fields that are not shown: a search by words keeps it."""
        for name in (*self.form.fields, VIEW):
            if name != "text":
                yield from ((name, value) for value in self.data.getlist(name) if value)
