"""Deciding about a visit that can't be written down as it came: putting right what is wrong, or discarding it."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.models import Category, InformantKind, Why
from grievances.models.undecided import OF_PLACES, UndecidedVisit
from grievances.phones.packets import Content
from grievances.phones.showing import Shown
from grievances.visits.visiting import places_of
from villages.models import Cadre, Household, Level, Region

from .fields import CategoryChoice, LabelChoice


class DecisionForm(forms.Form):
    """What is asked depends on what is wrong, and on what the one who decides may see."""

    use_required_attribute = False

    def __init__(self, *args: object, row: UndecidedVisit, shown: Shown, by: Cadre, **kwargs: object) -> None:
        self.shown = shown
        super().__init__(*args, **kwargs)
        if shown.is_mine and OF_PLACES.intersection(row.reasons):
            self._ask_where(by)
        if Why.CATEGORY in row.reasons:
            self._ask_categories()

    def _ask_where(self, by: Cadre) -> None:
        self.fields["place"] = LabelChoice(
            places_of(by).select_related("parent").order_by("code"), label=_("Another place"),
            required=False, empty_label=_("as it was"),
        )  # fmt: skip
        self.fields["number"] = forms.CharField(
            label=_("House number in that grid"), required=False, max_length=20,
            help_text=_("Left empty: met on the way."),
        )  # fmt: skip
        for one in self.shown.opinions:
            if one.said and one.said["informant"] == InformantKind.NAMED and not one.said["name"]:
                self.fields[f"name_{one.number}"] = forms.CharField(
                    label=_("Opinion %(n)s: who said it") % {"n": one.number}, required=False, max_length=40,
                    help_text=_("Met on the way, they can't be told by the household."),
                )  # fmt: skip

    def _ask_categories(self) -> None:
        offered = CategoryChoice().queryset
        asked = {one.category.pk for one in self.shown.opinions if one.category}
        known = set(offered.filter(pk__in=asked).values_list("pk", flat=True))
        for one in self.shown.opinions:
            if one.category and one.category.pk not in known:
                label = _("Opinion %(n)s: what it is about") % {"n": one.number}
                self.fields[f"category_{one.number}"] = CategoryChoice(label=label)

    def clean(self) -> dict[str, object]:
        data = super().clean()
        place, number = data.get("place"), data.get("number")
        if number and not place:
            self.add_error("place", _("Choose the grid."))
        elif number:
            data["household"] = self._household(place, number)
        return data

    def _household(self, grid: Region, number: str) -> Household | None:
        plain = "".join(number.split())
        found = Household.objects.filter(grid=grid, gone_on=None) if grid.level == Level.GRID else ()
        household = next((one for one in found if "".join(one.number.split()) == plain), None)
        if household is None:
            self.add_error("number", _("No household with this number lives there."))
        return household

    def corrected(self) -> Content:
        """What was sent, with what was put right."""
        data, content = self.cleaned_data, dict(self.shown.content)
        if data.get("household"):
            content |= {"household": data["household"].pk, "place": data["place"].pk, "kind": "household"}
        elif data.get("place"):
            content |= {"household": None, "place": data["place"].pk}
            content["kind"] = "on_the_way" if content["kind"] == "household" else content["kind"]
        content["opinions"] = [
            said | self._put_right(n) for n, said in enumerate(content["opinions"], start=1)
        ]
        return content

    def _put_right(self, number: int) -> Content:
        category: Category | None = self.cleaned_data.get(f"category_{number}")
        name = self.cleaned_data.get(f"name_{number}")
        return ({"category": category.pk} if category else {}) | ({"name": name} if name else {})


class DiscardForm(forms.Form):
    """It is not written down: why."""

    use_required_attribute = False
    remark = forms.CharField(
        label=gettext_lazy("Why it is not written down"), max_length=400,
        help_text=gettext_lazy("Such as: written down already on another phone. The reason and the visit are kept."),
    )  # fmt: skip


class SealedFileForm(forms.Form):
    """The file of everything unsent, from a phone that can't send."""

    use_required_attribute = False
    file = forms.FileField(label=gettext_lazy("The file from the phone"))
