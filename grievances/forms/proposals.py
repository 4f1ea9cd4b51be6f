"""Taking the proposals for many cases: of each its own unit and person, as they were shown."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.dispatching.proposals import Proposal
from villages.models import Cadre, Unit

from .bulk import BulkForm
from .fields import long_text

# The case's id, its proposed unit and person.
_ONE = re.compile(r"(\d{1,18})\.(\d{1,18})\.(\d{1,18})", re.ASCII)

Each = dict[int, dict[str, object]]


class TakeProposalsForm(BulkForm):
    """The chosen cases, and what was proposed for each when somebody saw it."""

    proposed = forms.CharField(widget=forms.HiddenInput, required=False, label=gettext_lazy("Proposals"))
    reason = long_text(gettext_lazy("Remark"), required=False, rows=2)

    def clean_proposed(self) -> Each:
        found = [_ONE.fullmatch(word) for word in self.cleaned_data["proposed"].split()]
        if not found or None in found:
            raise ValidationError(_("The proposals can't be read. Choose the cases again in the list."))
        each = {int(one[1]): {"unit": int(one[2]), "person": int(one[3])} for one in found}
        units, people = ({given[name] for given in each.values()} for name in ("unit", "person"))
        known = Unit.objects.filter(pk__in=units).count(), Cadre.objects.filter(pk__in=people).count()
        if known != (len(units), len(people)):
            raise ValidationError(_("The proposals can't be read. Choose the cases again in the list."))
        return each

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if "proposed" in data and set(data.get("chosen", ())) - set(data["proposed"]):
            self.add_error("proposed", _("Nothing is proposed for some of these cases."))
        return data

    def arguments(self) -> dict[str, object]:
        return {"reason": self.cleaned_data["reason"]}


def written(proposals: dict[int, Proposal]) -> str:
    """Proposals as one text, for the form."""
    return " ".join(f"{pk}.{one.unit.pk}.{one.person.pk}" for pk, one in proposals.items())
