"""Saving a list as a view, and choosing the columns of lists."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.lists.columns import OPTIONAL
from grievances.models import Calls, Density, DeskSettings, SavedView, Sharing
from grievances.saved.finding import MOST_OWN, Asking, filter_class, names_of_lists
from villages.models import Cadre, Region, Role

_LONGEST_QUERY = SavedView._meta.get_field("query").max_length


def _columns(help_text: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext_lazy("Columns"), choices=OPTIONAL, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
    )  # fmt: skip


class SavedViewForm(forms.ModelForm):
    """A name for a list with its filter, and who finds it; a list and filter that make no sense are refused."""

    columns = _columns(gettext_lazy("None ticked: those that each reader has chosen."))
    grow_by = forms.IntegerField(
        label=gettext_lazy("Grown by at least"), min_value=1, max_value=500, required=False, initial=1,
        help_text=gettext_lazy("Cases more than when it last called. Counted up to 1,000."),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    queue = forms.CharField(required=False, widget=forms.HiddenInput)
    query = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = SavedView
        fields = ("name", "sharing", "columns", "calls", "grow_by", "queue", "query")
        widgets = {"sharing": forms.RadioSelect, "calls": forms.RadioSelect}
        labels = {"name": gettext_lazy("Name of the view")}

    def __init__(self, *args: object, by: Cadre, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.is_own = self.instance.pk is None or self.instance.owner_id == by.pk
        if not self.is_own:
            # Whom it calls and who finds it stays as the owner has it.
            for name in ("sharing", "calls", "grow_by"):
                del self.fields[name]
        else:
            self.fields["sharing"].choices = self._offered()
            self.fields["calls"].choices = Calls.choices

    def _offered(self) -> list[tuple[str, str]]:
        offered = [(Sharing.MINE.value, Sharing.MINE.label)]
        if self.by.unit:
            words = _("everyone of my unit: %s") % self.by.unit.label
            offered.append((Sharing.UNIT.value, words))
        if place := coordinated_by(self.by):
            offered.append((Sharing.PLACE.value, _("everyone in %s") % place.label))
        return offered

    def clean_queue(self) -> str:
        queue = self.cleaned_data["queue"]
        if queue not in names_of_lists(self.by):
            raise forms.ValidationError(_("The list of this view is none of yours."))
        return queue

    def clean_grow_by(self) -> int:
        return self.cleaned_data.get("grow_by") or 1

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if "queue" in data and "query" in data:
            self._clean_query(data)
        if self.instance.pk is None and self.by.saved_views.count() >= MOST_OWN:
            self.add_error(None, _("You have %d views, which is as many as there may be.") % MOST_OWN)
        return data

    def _clean_query(self, data: dict[str, object]) -> None:
        """Keeps what the list's filter knows; says of each field what is wrong."""
        asked = QueryDict(data["query"])
        kept = QueryDict(mutable=True)
        for name in filter_class(data["queue"]).names():
            if asked.get(name):
                kept[name] = asked[name]
        data["query"] = kept.urlencode()
        if len(data["query"]) > _LONGEST_QUERY:
            self.add_error(None, _("The filter is too long to be kept."))
            return
        found = filter_class(data["queue"])(kept, None, request=Asking(self.by))
        for name, problems in found.form.errors.items():
            label = found.form.fields[name].label
            for problem in problems:
                self.add_error(
                    None, _("Filter “%(name)s”: %(problem)s") % {"name": label, "problem": problem}
                )

    def _post_clean(self) -> None:
        self.instance.owner = self.instance.owner if self.instance.owner_id else self.by
        if self.is_own:
            shared = self.cleaned_data.get("sharing")
            self.instance.unit = self.by.unit if shared == Sharing.UNIT else None
            self.instance.region = coordinated_by(self.by) if shared == Sharing.PLACE else None
        super()._post_clean()

    def _get_validation_exclusions(self) -> set[str]:
        """The owner is known, so that two views of a name are noticed before the database refuses them."""
        return super()._get_validation_exclusions() - {"owner"}


def coordinated_by(cadre: Cadre) -> Region | None:
    """The widest place for which the cadre coordinates: with its people they may share a view."""
    places = [post.region for post in cadre.posts_as(Role.COORDINATOR)]
    return min(places, key=lambda place: len(place.pk), default=None)


class ListLookForm(forms.ModelForm):
    """Which columns lists show, and how close their rows stand."""

    columns = _columns(gettext_lazy("The number and what was said are always there. None ticked: as usual."))

    class Meta:
        model = DeskSettings
        fields = ("columns", "density")
        widgets = {"density": forms.RadioSelect}
        labels = {"density": gettext_lazy("Rows")}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["density"].choices = Density.choices
