"""The call-back list as a form: one line a case, by keyboard from one field to the next."""

import uuid

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.bulk.calling import Row, Said
from grievances.models import CallBackMeans
from grievances.workflow import Outcome

from .fields import TEXT_LIMIT
from .step import moment


def _answer(label: str) -> forms.TypedChoiceField:
    """Yes by 1, no by 2: a list of choices takes the digit that a choice begins with."""
    return forms.TypedChoiceField(
        label=label, required=False, empty_value=None, coerce=lambda value: value == "yes",
        choices=[("", "–"), ("yes", gettext_lazy("1 yes")), ("no", gettext_lazy("2 no"))],
    )  # fmt: skip


def _small(widget: forms.Widget) -> str:
    """Low enough for fifty rows."""
    kind = "select" if isinstance(widget, forms.Select) else "control"
    return f"form-{kind} form-{kind}-sm px-2"


class CallsForm(forms.Form):
    """What holds for all rows: how and when they were called, and a key that records each once."""

    use_required_attribute = False
    key = forms.UUIDField(widget=forms.HiddenInput)
    printed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8)
    means = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[
            one for one in CallBackMeans.choices if one[0] in (CallBackMeans.TELEPHONE, CallBackMeans.DOOR)
        ],
        initial=CallBackMeans.TELEPHONE,
    )
    said_at = moment(gettext_lazy("When"))

    def __init__(self, *args: object, printed: str = "", **kwargs: object) -> None:
        super().__init__(*args, initial={"key": uuid.uuid4(), "printed": printed}, **kwargs)


class CallForm(forms.Form):
    """One row; left empty, nothing is recorded of its case."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    contacted = _answer(gettext_lazy("Reached"))
    solved = _answer(gettext_lazy("Solved"))
    satisfied = _answer(gettext_lazy("Satisfied"))
    remark = forms.CharField(label=gettext_lazy("In their words"), required=False, max_length=TEXT_LIMIT)

    def __init__(self, *args: object, row: Row, **kwargs: object) -> None:
        self.row = row
        super().__init__(*args, prefix=f"c{row.case.pk}", initial={"version": row.case.version}, **kwargs)
        if row.case.outcome == Outcome.EXPLAINED:
            del self.fields["solved"]
        for field in self.fields.values():
            if not field.widget.is_hidden:
                # Fifty rows have the same labels: what is read out says which case.
                name = f"{field.label} {row.case.number}"
                field.widget.attrs |= {"aria-label": name, "class": _small(field.widget)}

    def clean(self) -> dict[str, object]:
        given = super().clean()
        if self.is_empty() or "contacted" in self.errors:
            return given
        if given.get("contacted") is None:
            self.add_error("contacted", _("Say whether the informant was reached."))
        elif not given["contacted"] and (
            given.get("solved") is not None or given.get("satisfied") is not None
        ):
            self.add_error(
                "contacted", _("Nobody was reached, and yet there are answers: correct one of them.")
            )
        return given

    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(
            self.data.get(self.add_prefix(name), "").strip() for name in self.fields if name != "version"
        )

    def said(self) -> Said:
        given = self.cleaned_data
        return Said(
            given["version"], given["contacted"], given.get("solved"), given["satisfied"], given["remark"]
        )

    def take(self, problems: dict[str, str]) -> None:
        """Put what the verb said at its fields."""
        for name, words in problems.items():
            self.add_error(name if name in self.fields else None, words)
        # As the case stands now: looked at again, the row can be sent again.
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = str(self.row.case.version)
