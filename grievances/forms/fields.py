"""Form fields that several forms share."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grievances.models import Category
from grievances.people import absences
from villages.models import Cadre, Post, Role, Unit
from villages.scope import under

if TYPE_CHECKING:
    from .questions import Chosen

TEXT_LIMIT = 4000
ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"


class LongText(forms.CharField):
    """Lines end with one character, as the browser counts them, not with the two that it sends."""

    def to_python(self, value: object) -> str:
        return super().to_python(value).replace("\r\n", "\n")


def long_text(label: str, *, rows: int = 4, required: bool = True, help_text: str = "") -> forms.CharField:
    return LongText(
        label=label, required=required, max_length=TEXT_LIMIT, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


def yes_no(label: str, *, required: bool = True) -> forms.TypedChoiceField:
    """Yes, no; None where neither was chosen."""
    return forms.TypedChoiceField(
        label=label, required=required, choices=[("yes", _("yes")), ("no", _("no"))],
        coerce=lambda value: value == "yes", empty_value=None, widget=forms.RadioSelect,
    )  # fmt: skip


class Choices(forms.models.ModelChoiceIterator):
    """The choices of a ``RowsLater`` field, which asks for its rows only now."""

    def __init__(self, field: "RowsLater") -> None:
        self.field = field

    @property
    def queryset(self) -> QuerySet:
        return self.field.queryset


class RowsLater:
    """A choice whose ``queryset`` may be given as a function: the rows are put in question when choices are shown or
    one is checked, and a form that was sent mostly shows none."""

    iterator = Choices

    def _rows(self) -> QuerySet:
        if callable(self._queryset):
            self._queryset = self._queryset()
        return self._queryset

    def _set_rows(self, rows: QuerySet | Callable[[], QuerySet]) -> None:
        self._queryset = rows if rows is None or callable(rows) else rows.all()
        self.widget.choices = self.choices

    queryset = property(_rows, _set_rows)


class LabelChoice(RowsLater, forms.ModelChoiceField):
    """A choice of things with a label in the reader's language; people say whether they are away, where the
    choice knows it (``grievances.people.absences.with_absences``)."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{"empty_label": _("Choose…")} | kwargs)

    def label_from_instance(self, obj: object) -> str:
        return absences.named(obj) if isinstance(obj, Cadre) else obj.label


class CategoryChoice(LabelChoice):
    """A category of the second level, grouped under the first. ``known`` are those that the form has read already."""

    known: "Chosen | None" = None

    def __init__(self, **kwargs: object) -> None:
        offered = Category.objects.filter(retired=False).exclude(parent=None).select_related("parent")
        super().__init__(
            offered.order_by("parent__position", "parent", "position", "code"),
            **{"label": _("What it is about")} | kwargs,
        )
        self.iterator = _GroupedByParent

    def to_python(self, value: object) -> Category | None:
        chosen = self.known.category(value) if self.known else None
        offered = chosen is not None and chosen.parent_id is not None and not chosen.retired
        return chosen if offered else super().to_python(value)


class _GroupedByParent(Choices):
    def __iter__(self) -> Iterable:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        group: list = []
        parent = None
        for category in self.queryset:
            if category.parent_id != getattr(parent, "pk", None):
                if group:
                    yield (parent.label, group)
                parent, group = category.parent, []
            group.append(self.choice(category))
        if group:
            yield (parent.label, group)


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__({"class": "form-control", "accept": ACCEPTED} | (attrs or {}))


class ManyFiles(forms.FileField):
    """Several files at once: a list."""

    widget = ManyFilesInput

    def clean(self, data: object, initial: object = None) -> list[UploadedFile]:
        single = super().clean
        return [single(one, initial) for one in (data if isinstance(data, list | tuple) else [data]) if one]


def people_of(unit: Unit | None) -> QuerySet[Cadre]:
    """Who can be responsible in a unit: its handlers and heads, and those of its sub-units."""
    if unit is None:
        return Cadre.objects.none()
    posts = Post.objects.in_force().filter(
        under(unit.path, field="unit__path"), role__in=[Role.HANDLER, Role.HEAD]
    )
    return Cadre.objects.filter(is_active=True, pk__in=posts.values("cadre"))
