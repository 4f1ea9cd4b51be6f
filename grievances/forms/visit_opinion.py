"""An opinion heard on a visit: the shared form, with what makes it quick with one thumb."""

from collections.abc import Callable, Iterable
from functools import cache

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.errors import StepRefused
from grievances.models import Category, InformantKind, Opinion, Urgency
from grievances.problems.alike import alike_as_typed
from grievances.steps.record import Said
from villages.models import Cadre, Household

from .fields import TEXT_LIMIT, CategoryChoice
from .opinion import OpinionForm

OTHER = "other"
_RECENT = 4


class VisitOpinionForm(OpinionForm):
    """Categories used last stand first as one tap; who spoke is the head of the household, or named."""

    # Checked as a category: the choices offered change with what somebody writes down meanwhile.
    pick = forms.CharField(
        label=gettext_lazy("What it is about"), required=False, max_length=18, widget=forms.RadioSelect
    )
    category = CategoryChoice(required=False, label=gettext_lazy("Another category"))
    name = forms.CharField(label=gettext_lazy("Who spoke"), required=False, max_length=40)
    telephone = forms.CharField(label=gettext_lazy("Telephone"), required=False, max_length=30)
    # The number of the open matter that is the same, as it was offered.
    same = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: object,
        household: Household | None,
        recent: Callable[[], Iterable[Category]] = list,
        **kwargs: object,
    ) -> None:
        self.household = household
        super().__init__(*args, **kwargs)
        # The script beside this form fetches the questions without sending everything else.
        self.fields["category"].widget.attrs.pop("data-reload", None)
        self.fields["files"].widget.attrs["accept"] = "image/jpeg,image/png,image/webp,application/pdf"
        for name in ("kind", "urgency"):
            # One tap instead of a list that opens, and a list that closes.
            self.fields[name].widget = forms.RadioSelect(choices=self.fields[name].choices)
        self.fields["urgency"].initial = Urgency.NORMAL
        # Demanded of whoever writes anything down: a block that was left alone is none.
        self.fields["text"].demanded = self.fields["category"].demanded = True
        self.fields["name"].demanded = household is None
        # Read when they are shown.
        self.fields["pick"].widget.choices = cache(lambda: self._picks(recent()))
        self.fields["name"].help_text = (
            _("Left empty: %s.") % household.head if household else _("Not for confidential or anonymous.")
        )

    def _picks(self, recent: Iterable[Category]) -> list[tuple[str, str]]:
        offered = {str(one.pk): one.label for one in recent}
        picked = self["pick"].value()
        if picked and picked not in offered and picked.isdecimal():
            offered |= {str(one.pk): one.label for one in Category.objects.filter(pk=picked)}
        return [*offered.items(), (OTHER, _("other…"))]

    def chosen_category(self) -> object:
        """What was picked with one tap, else what was chosen from the whole list."""
        return picked(self["pick"].value()) or super().chosen_category()

    def category_field(self) -> str:
        """The taps, unless there are none or they lead to the whole list."""
        return "pick" if self.offers_taps() and self["pick"].value() != OTHER else "category"

    def offers_taps(self) -> bool:
        """Whether there is a tap beside the way to the whole list."""
        return len(list(self.fields["pick"].widget.choices)) > 1

    def alike(self) -> list[Opinion]:
        """What is offered as the same matter, as far as the block is filled in."""
        typed = {name: str(self[name].value() or "") for name in ("text", "accused")}
        return alike_as_typed(
            typed["text"][:TEXT_LIMIT], category=self.chosen_category(), accused=typed["accused"],
            place=self.region, by=self.by,
        )  # fmt: skip

    def is_blank(self) -> bool:
        """Nothing was written, added or done: the block was left alone."""
        said = any((self[name].value() or "").strip() for name in ("text", "account", "name"))
        return not said and not self.files.getlist(self.add_prefix("files")) if self.is_bound else not said

    def clean_category(self) -> Category | None:
        chosen = self.chosen_category()
        if chosen == super().chosen_category():
            return self.cleaned_data["category"]
        return self.fields["category"].clean(chosen)

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write down what they said."))
        if not self.household and data.get("informant") == InformantKind.NAMED and not data.get("name"):
            self.add_error("name", _("Write the name, or choose confidential or anonymous."))
        return data

    def record(self, **fields: object) -> Opinion:
        """Write it down. Raises ValidationError and StepRefused; what is wrong is then shown at its field."""
        fields["said"] = self._said()
        try:
            return super().record(**fields)
        except ValidationError as error:
            self._take(error)
            raise
        except StepRefused as error:
            self.add_error("on_the_spot", str(error))
            raise

    def _said(self) -> Said | None:
        """Who spoke; None is the household's head, whom the shared form knows."""
        data = self.cleaned_data
        if data["informant"] == InformantKind.ANONYMOUS:
            return Said(kind=data["informant"])
        if not data["name"] and self.household:
            return None
        return Said(
            data["informant"], name=data["name"], telephone=data["telephone"], household=self.household,
            address=self.household.address if self.household else "",
        )  # fmt: skip

    def _take(self, error: ValidationError) -> None:
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)


def picked(tapped: object) -> object:
    """The category of a tap; nothing for the one that leads to the whole list."""
    return tapped if tapped != OTHER else None


def recent_categories(cadre: Cadre) -> list[Category]:
    """The categories that the cadre wrote down last, the latest first."""
    mine = Opinion.objects.filter(recorded_by=cadre).order_by()
    used = mine.values("category").annotate(last=Max("pk")).order_by("-last")[:_RECENT]
    found = Category.objects.filter(retired=False).in_bulk([row["category"] for row in used])
    return [found[row["category"]] for row in used if row["category"] in found]
