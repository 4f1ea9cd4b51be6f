"""What helps to write an answer, within its form: the draft that is kept, and model answers to begin with."""

from datetime import date
from typing import TYPE_CHECKING

from django import forms
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from grievances.answering import drafts, filling, model_answers, notes
from grievances.errors import StepRefused
from grievances.workflow import Ground, Outcome, TellMeans
from villages.models import Cadre

from .fields import LabelChoice, long_text
from .step import StepForm, day

if TYPE_CHECKING:
    from grievances.models import AnswerDraft, ModelAnswer, Opinion

NONE_YET = 0
_MOST = 2**31 - 1


class DraftedForm(StepForm):
    """The fields that a form of an answer carries along: which draft was seen, which model answer was taken.

    Posted with ``fill``, the form comes back with a model answer in it; nothing is saved.
    """

    keeps_draft = True
    theirs: "AnswerDraft | None" = None
    outcome = Outcome.RESOLVED
    draft = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=_MOST)
    taken = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**63 - 1)

    def clean_draft(self) -> int:
        """A form that says nothing of a draft has seen none."""
        return self.cleaned_data.get("draft") or NONE_YET

    def begin(self) -> None:
        """Begin with the draft, or go on with what was typed and the model answer that was chosen."""
        if self.is_bound:
            return
        if "draft" not in self.initial:
            self._take_draft()
        elif self.initial.get("fill"):
            self._fill(model_answers.offered(self.opinion, self.initial["fill"]))

    @cached_property
    def kept(self) -> "AnswerDraft | None":
        """The draft as it was when the page was asked for."""
        return drafts.draft_of(self.opinion)

    @cached_property
    def ready_texts(self) -> "list[ModelAnswer]":
        """The model answers offered, the most fitting first."""
        known = self.fields["ground"].choices if "ground" in self.fields else []
        grounds = [value for value, _label in known if value]
        return model_answers.fitting(
            self.opinion, self.outcome, ground=self._typed("ground"), grounds=grounds
        )

    @cached_property
    def colleagues(self) -> list[Cadre]:
        """Who could look through the draft; ``chosen`` is whoever was chosen when the form was sent."""
        found = notes.colleagues(self.opinion, self.by)
        for one in found:
            one.chosen = str(one.pk) == self._typed("colleague")
        return found

    @property
    def asks_a_colleague(self) -> bool:
        """Whether somebody began to say who is to look through it."""
        return bool(self.remark or self._typed("colleague"))

    @property
    def remark(self) -> str:
        """The word to that colleague, as far as it was typed."""
        return self._typed("remark")

    def _typed(self, name: str) -> str:
        values = self.data if self.is_bound else self.initial
        return str(values.get(name) or "")

    def _take_draft(self) -> None:
        draft = self.kept
        self.initial["draft"] = draft.version if draft else NONE_YET
        for name in drafts.WORDS if draft else ():
            self.initial[name] = getattr(draft, name) or ""

    def _fill(self, chosen: "ModelAnswer | None") -> None:
        """Put a model answer into the answer: in the place of one that nobody changed, else below what is there."""
        grounds = dict(self.fields["ground"].choices if "ground" in self.fields else [])
        if chosen is None or chosen.outcome != self.outcome or chosen.ground not in {"", *grounds}:
            return
        if chosen.ground:
            self.initial["ground"] = chosen.ground
        before = self._typed("public").replace("\r\n", "\n").strip()
        last = model_answers.offered(self.opinion, self._typed("taken"))
        if last and before == self.filled(last.text).strip():
            before = ""
        self.initial["public"] = "\n\n".join(filter(None, (before, self.filled(chosen.text))))
        self.initial["taken"] = chosen.pk
        self.fields["public"].widget.attrs["data-here"] = ""

    def filled(self, text: str) -> str:
        """With what is known of the case and, by now, of the form."""
        planned_for, passed_to = self._day(self._value("planned_for")), str(self._value("passed_to") or "")
        return filling.fill(text, filling.Filling(self.opinion, planned_for, passed_to))

    def _value(self, name: str) -> object:
        cleaned = getattr(self, "cleaned_data", {})
        return cleaned.get(name) or self._typed(name)

    def _day(self, value: object) -> date | None:
        if isinstance(value, date):
            return value
        try:
            return parse_date(str(value))
        except ValueError:
            return None

    def refused(self, error: StepRefused) -> None:
        """Of a draft that somebody else changed, show theirs beside what was typed: seen, it may be replaced."""
        super().refused(error)
        if isinstance(error, drafts.DraftChanged):
            self.theirs = error.draft
            self.renew(draft=error.draft.version)

    def after(self) -> None:
        """Count that the answer which was now given began with a model answer."""
        chosen = model_answers.offered(self.opinion, self.cleaned_data.get("taken"))
        if chosen:
            model_answers.note_use(chosen, self.opinion)


class DraftForm(forms.Form):
    """An answer as far as it is written: nothing is demanded yet, but what is there must fit. And, if a colleague
    is to look through it, who, with a word to them."""

    verb = forms.ChoiceField(choices=[(verb, verb.label) for verb in drafts.ANSWERS])
    draft = forms.IntegerField(required=False, min_value=0, max_value=_MOST)
    account = long_text(_("What was done (internal)"), required=False)
    public = long_text(_("Answer to the informant"), required=False)
    ground = forms.ChoiceField(label=_("Ground"), choices=[("", ""), *Ground.choices], required=False)
    planned_for = day(_("Planned for (if it is planned)"), required=False)
    passed_to = forms.CharField(label=_("Passed on to (if outside)"), required=False, max_length=100)
    told = forms.ChoiceField(
        label=_("The informant was told"), choices=[("", ""), *TellMeans.choices], required=False
    )

    @property
    def seen(self) -> int:
        return self.cleaned_data.get("draft") or NONE_YET

    def words(self) -> dict[str, object]:
        """What the draft keeps."""
        return {name: self.cleaned_data[name] for name in ("verb", *drafts.WORDS)}


class HandOverForm(DraftForm):
    """The draft, given to a colleague of the lead unit to look through."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    colleague = LabelChoice(Cadre.objects.none(), label=_("Colleague"))
    remark = forms.CharField(label=_("A word to them"), required=False, max_length=200)

    def __init__(self, *args: object, opinion: "Opinion", by: Cadre, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        people = [one.pk for one in notes.colleagues(opinion, by)]
        self.fields["colleague"].queryset = Cadre.objects.filter(pk__in=people)
