"""What the form of every step carries, and the forms that only ask for words."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from grievances.errors import StepRefused
from grievances.models import Opinion
from villages.models import Cadre

from .fields import long_text


class StepForm(forms.Form):
    """The version that the person saw, and a key that makes the step happen once.

    The other cleaned fields are the arguments of the verb.
    """

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    key = forms.UUIDField(widget=forms.HiddenInput)

    hint = ""
    reloads = False
    previews = False

    def __init__(self, *args: object, opinion: Opinion, by: Cadre, **kwargs: object) -> None:
        self.opinion, self.by = opinion, by
        kwargs["initial"] = {"version": opinion.version, "key": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """Narrow choices to this opinion and this person."""

    def arguments(self) -> dict[str, object]:
        """The verb's own arguments; what was left empty keeps the verb's default."""
        carried = {"version", "key"}
        empty = {"said_at"} if self.cleaned_data.get("said_at") is None else set()
        return {name: value for name, value in self.cleaned_data.items() if name not in carried | empty}

    def take(self, error: ValidationError) -> None:
        """Put the verb's errors at the fields that they name; others on top."""
        found = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
        for name, problems in found.items():
            self.add_error(name if name in self.fields else None, ValidationError(problems))

    def refused(self, error: StepRefused) -> None:
        """Say on top why the step was not done."""
        self.add_error(None, str(error))

    def after(self) -> None:
        """What is to be noted once the step is done."""

    def renew(self, **values: object) -> None:
        """Change hidden fields of a form that is shown again."""
        self.data = self.data.copy()
        for name, value in values.items():
            self.data[name] = value


def key_of(data: QueryDict) -> uuid.UUID | None:
    """The request's key, before anything else about the form is known."""
    try:
        return uuid.UUID(data.get("key", ""))
    except ValueError:
        return None


def moment(label: str) -> forms.DateTimeField:
    """When something was said or done, if it wasn't now."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    help_text = _("Left empty: now.")
    return forms.DateTimeField(label=label, required=False, widget=widget, help_text=help_text)


def day(label: str, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


class ReasonForm(StepForm):
    reason = long_text(_("Reason"))


class WithdrawForm(ReasonForm):
    hint = _("Only for a mistake, a test or a double; never because the informant gave up.")


class OptionalReasonForm(StepForm):
    reason = long_text(_("Remark"), required=False, rows=2)


class TextForm(StepForm):
    text = long_text(_("Text"))


class ReleaseForm(StepForm):
    hint = _("Nobody is named: after this the levels below see the case too.")
