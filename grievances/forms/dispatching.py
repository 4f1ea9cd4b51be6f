"""Forms of those who give a case its unit and person, and of those who help."""

from functools import partial

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grievances.dispatching.proposals import propose
from grievances.flow.relations import assisting_units
from grievances.people import absences
from grievances.people.absences import with_absences
from villages.models import Cadre, Level, Region, Unit
from villages.written import row_by_key

from .choices import UnitChoice, free_of_blame, is_offered, units_for, units_near
from .fields import CategoryChoice, LabelChoice, long_text, people_of
from .step import StepForm


class AssignForm(StepForm):
    """What is proposed is filled in, with its reason, and can be taken by one button."""

    reloads = True
    proposal = None
    unit = UnitChoice(label=_("Responsible unit"))
    person = LabelChoice(
        Cadre.objects.none(), label=_("Responsible person"), required=False, empty_label=_("the unit's head")
    )
    reason = long_text(_("Remark"), required=False, rows=2)

    def prepare(self) -> None:
        self.fields["unit"].queryset = partial(units_for, self.opinion, self.by)
        self.fields["unit"].widget.attrs["data-reload"] = "reload"
        if not self.is_bound and "reload" not in self.initial:
            self._propose()
        unit = self.fields["unit"].known = self._chosen()
        self.fields["person"].queryset = lambda: with_absences(people_of(unit))

    def _propose(self) -> None:
        self.proposal = propose(self.opinion, coordinator=self.by)
        self.hint = f"{self.proposal.reason} {absences.hint(self.proposal.person)}".strip()
        self.initial |= {"unit": self.proposal.unit, "person": self.proposal.person}

    def _chosen(self) -> Unit | None:
        """The unit that is chosen so far, whatever else is filled in."""
        asked = self.data.get("unit") if self.is_bound else self.initial.get("unit")
        key = _id(asked)
        unit = row_by_key(Unit, key) if key else None
        return unit if unit and is_offered(unit, self.opinion, self.by) else None


class ReassignForm(AssignForm):
    reason = long_text(_("Reason"), rows=2)

    def _propose(self) -> None:
        """Somebody else than the rules found: nothing is proposed."""


class ReferForm(StepForm):
    to = LabelChoice(Region.objects.none(), label=_("To the coordinators of"))
    reason = long_text(_("Reason"))

    def prepare(self) -> None:
        code = self.opinion.region_id
        levels = Region.objects.filter(code__in=[code[:6], code[:9]], level__in=[Level.DISTRICT, Level.TOWN])
        self.fields["to"].queryset = levels.exclude(pk=self.opinion.desk_id)


class TransferForm(StepForm):
    person = LabelChoice(Cadre.objects.none(), label=_("Colleague"))
    reason = long_text(_("Remark"), required=False, rows=2)

    def prepare(self) -> None:
        people = people_of(self.opinion.unit).exclude(pk=self.opinion.person_id)
        self.fields["person"].queryset = with_absences(people)


class AssistForm(StepForm):
    unit = UnitChoice(label=_("Assisting unit"))
    reason = long_text(_("What they are to do"), required=False, rows=2)

    def prepare(self) -> None:
        there = [self.opinion.unit_id, *(unit.pk for unit in assisting_units(self.opinion))]
        near = units_near(self.opinion.region_id).exclude(pk__in=there)
        self.fields["unit"].queryset = free_of_blame(near, self.opinion)


class RecategoriseForm(StepForm):
    category = CategoryChoice()
    reason = long_text(_("Reason"), rows=2, required=False)


class NameAccusedForm(StepForm):
    hint = _("Whoever is named, with all of their unit, no longer sees the case and can't answer for it.")
    unit = UnitChoice(label=_("Unit"), required=False)
    cadre = forms.CharField(label=_("or cadre (sign-in name or whole name)"), required=False, max_length=40)

    def prepare(self) -> None:
        self.fields["unit"].queryset = units_near(self.opinion.region_id)

    def clean_cadre(self) -> Cadre | None:
        words = self.cleaned_data["cadre"].strip()
        if not words:
            return None
        found = list(Cadre.objects.filter(username=words)) or list(Cadre.objects.filter(name=words)[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("Nobody, or more than one person, is called that."))
        return found[0]


def by_id(rows: QuerySet, asked: object) -> object | None:
    """The row with a typed id; None for whatever is no id."""
    key = _id(asked)
    return rows.filter(pk=key).first() if key else None


def _id(asked: object) -> int | None:
    typed = str(getattr(asked, "pk", asked) or "")
    return int(typed) if typed.isdecimal() and len(typed) <= 18 else None
