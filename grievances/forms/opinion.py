"""Writing an opinion down: one form, on a visit as at the desk."""

from datetime import datetime
from functools import cache, partial

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.attachments import files
from grievances.flow.accusable import accusable
from grievances.models import (
    InformantKind,
    Kind,
    Opinion,
    Urgency,
)
from grievances.steps.record import Accused, Said
from villages.models import Cadre, Household, Region, Unit
from villages.templatetags.looks import bracketed

from .fields import CategoryChoice, ManyFiles, long_text
from .questions import Chosen, particular, question_field

UNKNOWN = "unknown"


class OpinionForm(forms.Form):
    """What one informant said about one thing. Without a text the form counts as not filled in."""

    use_required_attribute = False
    text = long_text(gettext_lazy("What they said"), required=False)
    category = CategoryChoice(required=False)
    informant = forms.ChoiceField(
        label=gettext_lazy("Informant"),
        choices=InformantKind.choices,
        initial=InformantKind.NAMED,
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices, initial=Kind.REQUEST)
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), choices=Urgency.choices)
    place = forms.CharField(
        label=gettext_lazy("Where exactly"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Kept for a named informant only: it could tell who spoke."),
    )
    accused = forms.ChoiceField(label=gettext_lazy("Complains about"), required=False)
    people = forms.IntegerField(
        label=gettext_lazy("Number of people"), min_value=1, max_value=9999, initial=1
    )
    files = ManyFiles(label=gettext_lazy("Photographs or PDF files"), required=False, help_text=files.LIMITS)
    on_the_spot = forms.BooleanField(label=gettext_lazy("Solved on the spot"), required=False)
    account = long_text(gettext_lazy("What was done"), required=False, rows=2)

    def __init__(
        self, *args: object, by: Cadre, place: Region, known: Chosen | None = None, **kwargs: object
    ) -> None:
        self.by, self.region = by, place
        super().__init__(*args, **kwargs)
        # Read when they are shown, or when one was chosen.
        self.fields["accused"].choices = cache(partial(_accusable, place))
        # What the category that is chosen so far asks.
        chosen = self.chosen_category()
        known = known or Chosen(chosen)
        self.fields["category"].known = known
        self.questions = {f"question_{q.pk}": q for q in known.questions(chosen)}
        for name, question in self.questions.items():
            self.fields[name] = question_field(question)

    def asked(self) -> list[forms.BoundField]:
        """The category's questions, for the template."""
        return [self[name] for name in self.questions]

    def chosen_category(self) -> object:
        """The category as it was typed; it need not be right."""
        return self["category"].value()

    def category_field(self) -> str:
        """The field that asks for the category."""
        return "category"

    def is_blank(self) -> bool:
        return not (self["text"].value() or "").strip()

    def clean_files(self) -> list[object]:
        return files.clean_all(self.cleaned_data["files"])

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if not data.get("category"):
            if "category" not in self.errors:
                self.add_error(self.category_field(), _("Choose what it is about."))
        elif data["category"].demands_accused and not data.get("accused"):
            self.add_error("accused", _("Say whom it complains about, or “not known”."))
        if data.get("on_the_spot"):
            self._check_on_the_spot(data)
        return data

    def _check_on_the_spot(self, data: dict[str, object]) -> None:
        if not data.get("account"):
            self.add_error("account", _("Say what was done."))
        if data.get("informant") == InformantKind.ANONYMOUS:
            problem = _("Not for an anonymous one: who solved it would tell where it was said.")
            self.add_error("on_the_spot", problem)

    def record(
        self,
        *,
        said_at: datetime,
        household: Household | None = None,
        said: Said | None = None,
        **fields: object,
    ) -> Opinion:
        """Write the opinion down, with its files, and solve it where it was solved."""
        data = self.cleaned_data
        said = said or Said(
            data["informant"], name=household.head if household else "", household=household,
            address=household.address if household else "", telephone=_telephone(household),
        )  # fmt: skip
        opinion = Opinion.record(
            by=self.by, text=data["text"], category=data["category"], region=self.region, said=said,
            said_at=said_at, accused=self._accused(), kind=data["kind"], urgency=data["urgency"],
            place=data["place"] if said.kind == InformantKind.NAMED else "", people=data["people"],
            particulars=self._particulars(), **fields,
        )  # fmt: skip
        for file in data["files"]:
            files.keep(file, opinion)
        if data["on_the_spot"]:
            opinion.solve_on_the_spot(by=self.by, account=data["account"])
        return opinion

    def _accused(self) -> list[Accused]:
        kind, _colon, pk = self.cleaned_data["accused"].partition(":")
        if not kind:
            return []
        if kind == UNKNOWN:
            return [Accused()]
        return [
            Accused(unit=Unit.objects.get(pk=pk))
            if kind == "unit"
            else Accused(cadre=Cadre.objects.get(pk=pk))
        ]

    def _particulars(self) -> list[dict[str, str]]:
        """Answers to the category's questions, each with the wording that was asked."""
        given = ((question, self.cleaned_data.get(name)) for name, question in self.questions.items())
        return [particular(question, answer) for question, answer in given if answer not in (None, "")]


def _telephone(household: Household | None) -> str:
    contact = getattr(household, "contact", None) if household else None
    return contact.telephone if contact else ""


def _accusable(place: Region) -> list[tuple[str, str]]:
    """Nobody, not known, the units of the place, and the people of its committee and town."""
    units, posts = accusable([place.pk])[place.pk]
    cadres = {post.cadre_id: post.cadre.label + bracketed(post.unit.label) for post in posts}
    return [
        ("", _("nobody in particular")),
        (UNKNOWN, _("not known")),
        (_("Unit"), [(f"unit:{unit.pk}", unit.label) for unit in units]),
        (_("Cadre"), [(f"cadre:{pk}", label) for pk, label in cadres.items()]),
    ]


class DeskOpinionForm(OpinionForm):
    """An opinion that came by telephone, letter, at a service centre …"""

    name = forms.CharField(
        label=gettext_lazy("Informant's name"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Needed for a named informant; of an anonymous one nothing is kept."),
    )
    telephone = forms.CharField(label=gettext_lazy("Telephone"), required=False, max_length=30)
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=200)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].widget.attrs["data-reload"] = "reload"
        self.fields["text"].required = self.fields["category"].required = True
        self.fields["name"].demanded = True

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if data.get("informant") == InformantKind.NAMED and not data.get("name"):
            self.add_error("name", _("Write the name, or choose confidential or anonymous."))
        return data

    def said(self) -> Said:
        data = self.cleaned_data
        return Said(
            data["informant"], name=data["name"], telephone=data["telephone"], address=data["address"]
        )
