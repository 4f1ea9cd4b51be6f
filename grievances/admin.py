"""Reference pages of the loop: categories with their questions, dispatch rules, the working calendar."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grievances.flow.reckoning import reckon_all
from grievances.models import CalendarDay, Category, DispatchRule, EscalationRule, Question, QuestionKind
from villages.admin import Kept


class Removable(Kept):
    """Rows that no case hangs on: they may be deleted, and the log keeps that."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


class QuestionForm(forms.ModelForm):
    """A question to choose from has something to choose."""

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        if cleaned.get("kind") == QuestionKind.CHOICE and not cleaned.get("choices"):
            raise ValidationError({"choices": _("Say what there is to choose from.")})
        return cleaned


class Questions(admin.TabularInline):
    """Given answers keep the wording that was asked, so a question may change or go."""

    model = Question
    form = QuestionForm
    extra = 1


@admin.register(Category)
class CategoryAdmin(Kept):
    """Categories are retired. One stays where it is in the tree: figures by category lead back years."""

    list_display = ["code", "name", "name_en", "parent", "handling_days", "day_kind", "position", "retired"]
    list_filter = ["retired", "demands_accused", "assigns_itself", ("parent", admin.EmptyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["code", "name", "name_en"]
    fields = [
        "code", "parent", "name", "name_en", "handling_days", "day_kind", "demands_accused", "assigns_itself",
        "position", "retired",
    ]  # fmt: skip
    inlines = [Questions]

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> list[str]:
        return ["code", "parent"] if obj else []

    def save_model(self, request: HttpRequest, obj: Category, form: forms.ModelForm, change: bool) -> None:
        """Who switches on that a rule assigns is named in the history of each case that it assigns."""
        if "assigns_itself" in form.changed_data:
            obj.switched_on_by = request.user if obj.assigns_itself else None
        super().save_model(request, obj, form, change)


@admin.register(DispatchRule)
class DispatchRuleAdmin(Removable):
    """The first rule that fits decides: narrow ones come before wide ones."""

    list_display = ["position", "category", "region", "unit", "local", "note"]
    list_display_links = ["position", "category"]
    list_filter = ["local", ("region", admin.EmptyFieldListFilter)]
    list_select_related = ["category", "region", "unit"]
    search_fields = ["category__name", "category__name_en", "unit__name", "unit__name_en", "note"]
    autocomplete_fields = ["category", "region", "unit"]
    fields = ["position", "category", "region", "unit", "local", "note"]


@admin.register(EscalationRule)
class EscalationRuleAdmin(Kept):
    """Rules are retired: what they escalated says which rule it was."""

    list_display = ["clock", "category", "days", "when", "level", "retired"]
    list_display_links = ["clock"]
    list_filter = ["clock", "level", "retired"]
    list_select_related = ["category"]
    search_fields = ["category__name", "category__name_en"]
    autocomplete_fields = ["category"]
    fields = ["clock", "category", "days", "when", "level", "retired"]


@admin.register(CalendarDay)
class CalendarDayAdmin(Removable):
    """Holidays, and weekend days that are worked. With a day, the open deadlines that it touches move."""

    list_display = ["day", "working", "name"]
    list_filter = ["working"]
    search_fields = ["name"]
    ordering = ["-day"]
    fields = ["day", "working", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: CalendarDay | None = None) -> list[str]:
        return ["day"] if obj else []

    def save_model(self, request: HttpRequest, obj: CalendarDay, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._reckon(request)

    def delete_model(self, request: HttpRequest, obj: CalendarDay) -> None:
        super().delete_model(request, obj)
        self._reckon(request)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        super().delete_queryset(request, queryset)
        self._reckon(request)

    def _reckon(self, request: HttpRequest) -> None:
        moved = reckon_all()
        said = ngettext("%d open deadline was recomputed.", "%d open deadlines were recomputed.", moved)
        self.message_user(request, said % moved, messages.INFO)
