"""Forms of the lead unit: taking a case, more time, and the answer."""

import hashlib
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.answering.filling import refuse_left_over
from grievances.answering.letters import letter
from grievances.attachments import files
from grievances.flow import clocks
from grievances.flow.calendar import last_day
from grievances.models import InformantKind, Kind
from grievances.sight import looks
from grievances.steps.handling import NOT_PAST
from grievances.workflow import Ground, Outcome, TellMeans
from villages.templatetags.looks import day as day_words

from .drafting import DraftedForm
from .fields import ManyFiles, long_text
from .step import StepForm, day, moment

_TOLD = [("", _("not told yet")), *TellMeans.choices]


def told_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("The informant was told"), choices=_TOLD, required=False)


def grounds_for(kind: str) -> list[tuple[str, str]]:
    """None is chosen beforehand. Only a suggestion or praise is noted with thanks."""
    noted = kind in (Kind.SUGGESTION, Kind.PRAISE)
    fitting = [choice for choice in Ground.choices if noted or choice[0] != Ground.NOTED]
    return [("", _("Choose…")), *fitting]


class TellingForm(StepForm):
    """A step after which the informant is told something – if there is one to tell."""

    told = told_field()

    def prepare(self) -> None:
        if self.opinion.informant_kind == InformantKind.ANONYMOUS:
            del self.fields["told"]
            self.hint = _("Anonymous: there is nobody to tell.")


class AcceptForm(TellingForm):
    pass


class ApproveForm(TellingForm):
    reason = long_text(_("Remark"), required=False, rows=2)
    field_order = ["reason", "told"]


class ExtensionForm(StepForm):
    hint = _("Once a case, at most 30 days. The deadline runs on until the head agrees.")
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=clocks.MOST_EXTENSION_DAYS, initial=15)
    reason = long_text(_("Reason"))


class PutAsideForm(StepForm):
    hint = _(
        "The case leaves “in hand” until that morning, or until something happens to it. No deadline stops: it shows "
        "as late when it is late."
    )
    waits_for = forms.CharField(label=_("What it waits for"), max_length=200)
    until = day(_("Until"))
    despite = forms.BooleanField(label=_("Put it aside although the deadline passes"), required=False)

    def prepare(self) -> None:
        today = timezone.localdate()
        self.fields["until"].widget.attrs["min"] = (today + timedelta(days=1)).isoformat()
        if self.opinion.due_at:
            last = day_words(last_day(self.opinion.due_at))
            self.fields["until"].help_text = _("The deadline is %s.") % last


class AnswerForm(TellingForm, DraftedForm):
    """Two texts: the internal account, and the very words that the informant will get."""

    previews = True
    account = long_text(_("What was done (internal)"))
    public = long_text(_("Answer to the informant"), help_text=_("These words are what the informant gets."))
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    field_order = ["account", "public", "told"]

    def prepare(self) -> None:
        super().prepare()
        self.begin()

    def clean(self) -> dict[str, object]:
        """The words with all filled in that is known by now; the informant never reads an empty place."""
        data = super().clean()
        if data.get("public"):
            data["public"] = self.filled(data["public"])
            try:
                refuse_left_over(data["public"])
            except ValidationError as error:
                self.take(error)
        return data

    def preview(self) -> str:
        """The letter as the informant will get it; the form remembers that it was seen."""
        text = self._letter()
        self.renew(seen=_digest(text))
        return text

    def was_previewed(self) -> bool:
        """Saved only when the letter is still the one that was seen."""
        return self.cleaned_data["seen"] == _digest(self._letter())

    def _letter(self) -> str:
        names = [person.name for person in looks.named_on_paper(self.opinion, self.by)]
        told = {name: self.cleaned_data.get(name) for name in ("ground", "planned_for", "passed_to")}
        return str(letter(self.opinion, self.cleaned_data["public"], names=names, **told))

    def arguments(self) -> dict[str, object]:
        return {name: value for name, value in super().arguments().items() if name not in ("seen", "taken")}


class ExplainForm(AnswerForm):
    outcome = Outcome.EXPLAINED
    ground = forms.ChoiceField(label=_("Ground"), choices=Ground.choices)
    planned_for = day(_("Planned for (if it is planned)"), required=False)
    passed_to = forms.CharField(label=_("Passed on to (if outside)"), required=False, max_length=100)
    field_order = ["ground", "planned_for", "passed_to", "account", "public", "told"]

    def prepare(self) -> None:
        self.fields["ground"].choices = grounds_for(self.opinion.kind)
        super().prepare()
        self.fields["planned_for"].widget.attrs["min"] = timezone.localdate().isoformat()

    def clean(self) -> dict[str, object]:
        return check_ground(self, super().clean())


def check_ground(form: forms.Form, data: dict[str, object]) -> dict[str, object]:
    """What a ground asks for besides."""
    if data.get("ground") == Ground.PLANNED and not data.get("planned_for"):
        form.add_error("planned_for", _("Say for when it is planned."))
    if data.get("planned_for") and data["planned_for"] < timezone.localdate():
        form.add_error("planned_for", NOT_PAST)
    if data.get("ground") == Ground.OUTSIDE and not data.get("passed_to"):
        form.add_error("passed_to", _("Say to whom it was passed on."))
    return data


class OnTheSpotForm(StepForm):
    account = long_text(_("What was done"))
    said_at = moment(_("When"))


class ExplainOnTheSpotForm(OnTheSpotForm):
    ground = forms.ChoiceField(label=_("Ground"), choices=Ground.choices)
    field_order = ["ground", "account", "said_at"]

    def prepare(self) -> None:
        # Later plans and other offices need a written answer.
        later = {Ground.PLANNED, Ground.OUTSIDE}
        self.fields["ground"].choices = [c for c in grounds_for(self.opinion.kind) if c[0] not in later]


class AttachForm(StepForm):
    files = ManyFiles(label=_("Photographs or PDF files"), help_text=files.LIMITS)

    def clean_files(self) -> list[object]:
        return files.clean_all(self.cleaned_data["files"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
