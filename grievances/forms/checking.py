"""Forms of those who check an answer, push a case, or note what was said and told."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.flow.stories import asked
from grievances.models import CallBackMeans
from grievances.workflow import Outcome, TellMeans

from .fields import long_text, yes_no
from .step import StepForm, day, moment


def _means(*offered: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("How"), choices=[c for c in CallBackMeans.choices if c[0] in offered])


class CallBackForm(StepForm):
    """The three questions; of an explained case only whether the informant was reached, and is satisfied."""

    button = _("Save the call-back")
    contacted = yes_no(_("Was the informant reached?"))
    solved = yes_no(_("Is it solved?"), required=False)
    satisfied = yes_no(_("Is the informant satisfied?"), required=False)
    means = _means(CallBackMeans.TELEPHONE, CallBackMeans.DOOR)
    remark = long_text(_("In their words"), required=False, rows=2)
    said_at = moment(_("When"))

    def prepare(self) -> None:
        if self.opinion.outcome == Outcome.EXPLAINED:
            del self.fields["solved"]
        else:
            self.hint = _("“Not solved” gives the case back to the unit, for another round.")


class SpotCheckForm(StepForm):
    solved = yes_no(_("Is it solved?"))
    means = _means(CallBackMeans.ON_THE_SPOT, CallBackMeans.NOTICE)
    remark = long_text(_("What was seen"))
    said_at = moment(_("When"))


class SuperviseForm(StepForm):
    text = long_text(_("What is asked"))
    due = day(_("Answer by"))

    def prepare(self) -> None:
        self.initial.setdefault("due", timezone.localdate() + timedelta(days=7))


class AnswerSupervisionForm(StepForm):
    """Shows what was asked, by whom and until when; one answer is for all of it."""

    text = long_text(_("Answer"))

    def prepare(self) -> None:
        self.hint = "\n".join(map(str, asked(self.opinion)))


def about_field() -> forms.ChoiceField:
    """What the informant was told."""
    return forms.ChoiceField(
        label=_("About"),
        choices=[
            ("", _("Choose…")),
            ("accepted", _("it was accepted")),
            ("extended", _("more time is needed")),
            ("answered", _("the answer")),
        ],
    )


def tell_means() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("How"), choices=[("", _("Choose…")), *TellMeans.choices])


class TellForm(StepForm):
    about = about_field()
    means = tell_means()
    remark = long_text(_("Remark"), required=False, rows=2)
    said_at = moment(_("When"))


class CorrectForm(StepForm):
    hint = _("The text as it was first written down stays on the case.")
    text = long_text(_("Corrected text"), rows=6)
    reason = long_text(_("Reason"), rows=2, required=False)

    def prepare(self) -> None:
        self.initial.setdefault("text", self.opinion.words)
