"""Reference pages of the ground: regions, units, people, posts, needs. Nothing is deleted here that a
case could hang on; people leave by the end of their posts."""

from datetime import date

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from villages.models import CODE_LENGTH, Cadre, Level, Need, Post, Region, RegionName, Unit
from villages.one_time import IN_THE_LOG, give_one_time_password

_FILTER_LOOKUPS = {"exact", "id__exact", "isnull", "isempty"}


class Kept(admin.ModelAdmin):
    """Rows that stay: they can be closed, ended or retired, never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: object, request: HttpRequest) -> bool:
        """What the list's own filters ask, and no more: any other question could guess a password's hash."""
        filters = [item if isinstance(item, str) else item[0] for item in self.get_list_filter(request)]
        field, _dash, kind = lookup.partition("__")
        return field in filters and kind in _FILTER_LOOKUPS

    def construct_change_message(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list, add: bool = False
    ) -> list[dict]:
        """Which fields changed, as Django says it, and what they were set to: the auditor reads both."""
        said = super().construct_change_message(request, form, formsets, add)
        names = form.cleaned_data if add else form.changed_data
        return [*said, {"set": {name: _plain(getattr(form.instance, name)) for name in names}}]


def _plain(value: object) -> object:
    """What a log keeps of a value: the key by which people know it, in no language."""
    if isinstance(value, Cadre):
        return value.username
    if isinstance(value, Region | Unit):
        return value.code
    return value if value is None or isinstance(value, bool) else str(value)


class OldNames(admin.TabularInline):
    model = RegionName
    extra = 0
    can_delete = False
    readonly_fields = ["name", "until"]

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Region)
class RegionAdmin(Kept):
    """Names in English may be mended; the rest comes from the official file, grids from a household file."""

    list_display = ["code", "name", "name_en", "level", "closed_on"]
    list_filter = ["level", ("closed_on", admin.EmptyFieldListFilter)]
    search_fields = ["^code", "name", "name_en"]
    fields = ["code", "level", "parent", "name", "name_en", "abbreviation", "closed_on", "continued_as"]
    readonly_fields = ["code", "level", "parent", "abbreviation", "continued_as"]
    inlines = [OldNames]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Region | None = None) -> bool:
        """At a province, districts and what lies in them say themselves how they are called."""
        theirs = settings.PROVINCE and obj is not None and len(obj.pk) > CODE_LENGTH[Level.CITY]
        return not theirs and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Region, form: forms.ModelForm, change: bool) -> None:
        if "name" in form.changed_data:
            RegionName.objects.create(region=obj, name=form.initial["name"], until=timezone.localdate())
        super().save_model(request, obj, form, change)


class UnitForm(forms.ModelForm):
    """A unit can't become a part of itself."""

    def clean_parent(self) -> Unit | None:
        parent = self.cleaned_data["parent"]
        if parent and self.instance.pk and self.instance.contains(parent):
            raise ValidationError(_("A unit can't be a part of itself or of its own sub-unit."))
        return parent


@admin.register(Unit)
class UnitAdmin(Kept):
    form = UnitForm
    list_display = ["path", "name", "name_en", "kind", "region", "telephone"]
    list_filter = ["kind"]
    list_select_related = ["region"]
    search_fields = ["name", "name_en", "code"]
    autocomplete_fields = ["parent", "region"]
    fields = ["code", "name", "name_en", "kind", "parent", "region", "telephone"]

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> list[str]:
        return ["code"] if obj else []

    def save_model(self, request: HttpRequest, obj: Unit, form: forms.ModelForm, change: bool) -> None:
        """A new place among the units goes through ``move``: it takes the sub-units along."""
        super().save_model(request, obj, form, change)
        if change and "parent" in form.changed_data:
            obj.move(parent=obj.parent)


@admin.register(Cadre)
class CadreAdmin(Kept):
    list_display = ["username", "name", "telephone", "is_active", "must_change_password", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["username", "name"]
    fields = ["username", "name", "telephone", "email", "is_active", "last_login"]
    readonly_fields = ["last_login"]
    actions = ["set_one_time_password"]

    def get_readonly_fields(self, request: HttpRequest, obj: Cadre | None = None) -> list[str]:
        return ["username", "last_login"] if obj else ["is_active", "last_login"]

    def save_model(self, request: HttpRequest, obj: Cadre, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.one_time_password = give_one_time_password(obj)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Cadre, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._passwords(request, [(obj, obj.one_time_password)])

    @admin.action(description=_("Give a one-time password"), permissions=["change"])
    def set_one_time_password(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        """Shown this once, on the answer's page itself: neither in a cookie nor in a log."""
        cadres = [cadre for cadre in chosen if cadre.is_active]
        if not cadres:
            self.message_user(request, _("None of them may sign in."), messages.WARNING)
            return None
        passwords = [(cadre, give_one_time_password(cadre)) for cadre in cadres]
        for cadre in cadres:
            cadre.save(update_fields=["password", "must_change_password"])
            self.log_change(request, cadre, [{"changed": {"fields": [IN_THE_LOG]}}])
        return self._passwords(request, passwords)

    def _passwords(self, request: HttpRequest, passwords: list[tuple[Cadre, str]]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("One-time passwords"),
            "passwords": passwords,
        }
        return TemplateResponse(request, "villages/one_time_passwords.html", context)


class PostForm(forms.ModelForm):
    """Ending a post shows its first day as text only, so the form has to compare the two itself."""

    by: Cadre  # who fills it in

    def clean_cadre(self) -> Cadre:
        cadre = self.cleaned_data["cadre"]
        if cadre == self.by:
            raise ValidationError(_("Another administrator must give you a post."))
        return cadre

    def clean_until(self) -> date | None:
        until = self.cleaned_data["until"]
        if until and self.instance.pk and until < self.instance.since:
            raise ValidationError(_("The last day lies before the first."))
        return until


@admin.register(Post)
class PostAdmin(Kept):
    """A post is begun and ended, by somebody else than who holds it; what it gives never changes in between."""

    form = PostForm
    list_display = ["cadre", "role", "unit", "region", "since", "until"]
    list_filter = ["role", ("until", admin.EmptyFieldListFilter)]
    list_select_related = ["cadre", "unit", "region"]
    search_fields = ["cadre__username", "cadre__name", "unit__name", "unit__code"]
    autocomplete_fields = ["cadre", "unit", "region"]
    fields = ["cadre", "role", "unit", "region", "since", "until"]

    def has_change_permission(self, request: HttpRequest, obj: Post | None = None) -> bool:
        own = obj is not None and obj.cadre_id == request.user.pk
        return not own and super().has_change_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: Post | None = None, **kwargs: object) -> type[PostForm]:
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Post | None = None) -> list[str]:
        if obj is None:
            return []
        over = obj.until is not None and obj.until < timezone.localdate()
        return [*self.fields] if over else [name for name in self.fields if name != "until"]


@admin.register(Need)
class NeedAdmin(Kept):
    list_display = ["code", "name", "name_en", "position", "retired"]
    search_fields = ["code", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Need | None = None) -> list[str]:
        return ["code"] if obj else []
