"""Forms of the steps that are done on many cases at once: the fields of the single ones, offered for all of them."""

import uuid
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.bulk.choosing import Chosen, cases_of, read, written
from grievances.flow.duties import head_of
from grievances.people.absences import with_absences
from grievances.workflow import Verb
from villages.models import CODE_LENGTH, Cadre, Level, Role, Unit
from villages.scope import any_of, within

from .checking import about_field, tell_means
from .choices import UnitChoice
from .dispatching import by_id
from .fields import CategoryChoice, LabelChoice, long_text, people_of
from .step import day

_TOWN, _DISTRICT = CODE_LENGTH[Level.TOWN], CODE_LENGTH[Level.DISTRICT]


class BulkForm(forms.Form):
    """The chosen cases with the versions that were seen, and a key that makes the order happen once.

    The other cleaned fields are the arguments of the verb.
    """

    use_required_attribute = False
    chosen = forms.CharField(widget=forms.HiddenInput, required=False, label=gettext_lazy("Cases"))
    key = forms.UUIDField(widget=forms.HiddenInput)

    reloads = False

    def __init__(self, *args: object, chosen: Chosen, by: Cadre, **kwargs: object) -> None:
        """``chosen`` are the cases as far as they are known; a form that is sent brings its own."""
        self.by, self.cases = by, cases_of(chosen, by)
        first = {"chosen": written(chosen), "key": uuid.uuid4()}
        super().__init__(*args, initial=first | kwargs.pop("initial", {}), **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """Narrow choices to these cases and this person."""

    def clean_chosen(self) -> Chosen:
        chosen = read(self.cleaned_data["chosen"].split())
        if not self.cases.exists():
            raise ValidationError(_("Choose at least one case."))
        return chosen

    def arguments(self) -> dict[str, object]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("chosen", "key")}

    def to_try(self) -> dict[str, object]:
        """The same for a preview, which asks for nothing case by case."""
        return self.arguments()


class BulkAssignForm(BulkForm):
    reloads = True
    unit = UnitChoice(label=gettext_lazy("Responsible unit"))
    person = LabelChoice(
        Cadre.objects.none(),
        label=gettext_lazy("Responsible person"),
        required=False,
        empty_label=gettext_lazy("the unit's head"),
    )
    reason = long_text(gettext_lazy("Remark"), required=False, rows=2)

    def prepare(self) -> None:
        self.fields["unit"].queryset = _units_for(self.cases, self.by)
        self.fields["unit"].widget.attrs["data-reload"] = "reload"
        asked = self.data.get("unit") if self.is_bound else self.initial.get("unit")
        people = people_of(by_id(self.fields["unit"].queryset, asked))
        self.fields["person"].queryset = with_absences(people)

    def clean(self) -> dict[str, object]:
        data = super().clean()
        unit = data.get("unit")
        self.head = head_of(unit) if unit and not data.get("person") else None
        if unit and not data.get("person") and self.head is None and "person" not in self.errors:
            self.add_error("person", _("This unit has no head: choose a person."))
        return data

    def to_try(self) -> dict[str, object]:
        given = self.arguments()
        return given | {"person": given["person"] or self.head}


class BulkReassignForm(BulkAssignForm):
    reason = long_text(gettext_lazy("Reason"), rows=2)


class BulkTransferForm(BulkForm):
    """Colleagues of any of the units that work on these cases; who fits which case, the verb decides."""

    person = LabelChoice(Cadre.objects.none(), label=gettext_lazy("Colleague"))
    reason = long_text(gettext_lazy("Remark"), required=False, rows=2)

    def prepare(self) -> None:
        units = Unit.objects.filter(pk__in=self.cases.values("unit"))
        groups = [Q(pk__in=people_of(unit).values("pk")) for unit in units[:_MOST_UNITS]]
        self.fields["person"].queryset = with_absences(Cadre.objects.filter(any_of(groups)))


class BulkRecategoriseForm(BulkForm):
    category = CategoryChoice()
    reason = long_text(gettext_lazy("Reason"), rows=2, required=False)


class BulkSuperviseForm(BulkForm):
    text = long_text(gettext_lazy("What is asked"))
    due = day(gettext_lazy("Answer by"))

    def prepare(self) -> None:
        self.initial.setdefault("due", timezone.localdate() + timedelta(days=7))

    def clean_due(self) -> object:
        if self.cleaned_data["due"] < timezone.localdate():
            raise ValidationError(_("The day lies in the past."))
        return self.cleaned_data["due"]


class BulkTellForm(BulkForm):
    """What the informants were told, all in one way: letters that were handed out, a round of telephoning."""

    about = about_field()
    means = tell_means()
    remark = long_text(gettext_lazy("Remark"), required=False, rows=2)


BULK_FORMS: dict[Verb, type[BulkForm]] = {
    Verb.ASSIGN: BulkAssignForm,
    Verb.TRANSFER: BulkTransferForm,
    Verb.REASSIGN: BulkReassignForm,
    Verb.RECATEGORISE: BulkRecategoriseForm,
    Verb.SUPERVISE: BulkSuperviseForm,
    Verb.TELL: BulkTellForm,
}

# Units whose people one list of colleagues holds: a head has one or few.
_MOST_UNITS = 20


def _units_for(cases: QuerySet, coordinator: Cadre) -> QuerySet[Unit]:
    """The districts' units and the towns' own; committees only where all cases lie in one town.

    Within the coordinator's reach; whether a unit may answer for a case, the verb decides.
    """
    places = set(cases.order_by().values_list("region_id", flat=True).distinct())
    towns = {place[:_TOWN] for place in places if len(place) >= _TOWN}
    above = {code[:length] for code in places for length in CODE_LENGTH.values() if length <= _DISTRICT}
    near = Q(region_id__in=sorted(above | towns))
    if len(towns) == 1:
        near |= within(towns.pop())
    reach = any_of([within(post.region_id) for post in coordinator.posts_as(Role.COORDINATOR)])
    return Unit.objects.filter(near & reach).order_by("region_id", "path")
