"""One form for each verb that a person does. Its cleaned fields are the verb's arguments."""

import hashlib
import uuid
from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances import clocks, files
from grievances.duties import may_dispatch_to
from grievances.models import CallBackMeans, Opinion
from grievances.proposals import propose
from grievances.workflow import Ground, TellMeans, Verb
from villages.models import Cadre, Level, Region, Unit

from .fields import CategoryChoice, LabelChoice, ManyFiles, long_text, people_of, yes_no

_TOLD = [("", _("not told yet")), *TellMeans.choices]


class StepForm(forms.Form):
    """What every step carries: the version that the person saw, and a key that makes it happen once."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
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
        """The verb's own arguments."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "key")}


class ReasonForm(StepForm):
    reason = long_text(_("Reason"))


class OptionalReasonForm(StepForm):
    reason = long_text(_("Remark"), required=False, rows=2)


class TextForm(StepForm):
    text = long_text(_("Text"))


class BareForm(StepForm):
    pass


class AssignForm(StepForm):
    """The proposal of the dispatch rules is filled in, with its reason."""

    reloads = True
    unit = LabelChoice(Unit.objects.none(), label=_("Responsible unit"), empty_label=_("Choose…"))
    person = LabelChoice(
        Cadre.objects.none(), label=_("Responsible person"), required=False, empty_label=_("the unit's head")
    )
    reason = long_text(_("Remark"), required=False, rows=2)

    def prepare(self) -> None:
        serving = Unit.objects.serving(self.opinion.region_id)
        allowed = [u.pk for u in serving if may_dispatch_to(self.by, u, self.opinion.region_id)]
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=allowed).order_by("region_id", "path")
        self.fields["unit"].widget.attrs["data-reload"] = "reload"
        if not self.is_bound and "unit" not in self.initial:
            proposal = propose(self.opinion, coordinator=self.by)
            self.hint = proposal.reason
            self.initial |= {"unit": proposal.unit, "person": proposal.person}
        self.fields["person"].queryset = people_of(self._chosen())

    def _chosen(self) -> Unit | None:
        asked = self.data.get("unit") if self.is_bound else self.initial.get("unit")
        asked = getattr(asked, "pk", asked)
        if not str(asked or "").isdecimal() or len(str(asked)) > 18:
            return None
        return self.fields["unit"].queryset.filter(pk=asked).first()


class ReassignForm(AssignForm):
    reason = long_text(_("Reason"), rows=2)


class ReferForm(StepForm):
    to = LabelChoice(Region.objects.none(), label=_("To the coordinators of"))
    reason = long_text(_("Reason"))

    def prepare(self) -> None:
        code = self.opinion.region_id
        levels = Region.objects.filter(code__in=[code[:6], code[:9]], level__in=[Level.DISTRICT, Level.TOWN])
        self.fields["to"].queryset = levels.exclude(pk=self.opinion.desk_id)


class OnTheSpotForm(StepForm):
    account = long_text(_("What was done"))


class ExplainOnTheSpotForm(OnTheSpotForm):
    ground = forms.ChoiceField(label=_("Ground"), choices=Ground.choices)


class AcceptForm(StepForm):
    told = forms.ChoiceField(label=_("The informant was told"), choices=_TOLD, required=False)

    def prepare(self) -> None:
        if self.opinion.informant_kind == "anonymous":
            del self.fields["told"]
            self.hint = _("Anonymous: there is nobody to tell.")


class TransferForm(StepForm):
    person = LabelChoice(Cadre.objects.none(), label=_("Colleague"))
    reason = long_text(_("Remark"), required=False, rows=2)

    def prepare(self) -> None:
        people = people_of(self.opinion.unit).exclude(pk=self.opinion.person_id)
        self.fields["person"].queryset = people


class ExtensionForm(StepForm):
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=clocks.MOST_EXTENSION_DAYS, initial=15)
    reason = long_text(_("Reason"))


class ApproveForm(StepForm):
    told = forms.ChoiceField(label=_("The informant was told"), choices=_TOLD, required=False)


class AnswerForm(StepForm):
    """Two texts: the internal account, and the very words that the informant will get."""

    previews = True
    account = long_text(_("What was done (internal)"))
    public = long_text(_("Answer to the informant"), help_text=_("These words are what the informant gets."))
    told = forms.ChoiceField(label=_("The informant was told"), choices=_TOLD, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def digest(self) -> str:
        """What was previewed: saved only when it is still the same."""
        return hashlib.sha256(self.cleaned_data["public"].encode()).hexdigest()

    def was_previewed(self) -> bool:
        return self.cleaned_data["seen"] == self.digest()

    def arguments(self) -> dict[str, object]:
        return {name: value for name, value in super().arguments().items() if name != "seen"}


class ExplainForm(AnswerForm):
    ground = forms.ChoiceField(label=_("Ground"), choices=Ground.choices)
    planned_for = forms.DateField(
        label=_("Planned for"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    passed_to = forms.CharField(label=_("Passed on to"), required=False, max_length=100)
    field_order = ["ground", "planned_for", "passed_to", "account", "public", "told"]


class CallBackForm(StepForm):
    contacted = yes_no(_("Was the informant reached?"))
    solved = yes_no(_("Is it solved?"), required=False)
    satisfied = yes_no(_("Is the informant satisfied?"), required=False)
    means = forms.ChoiceField(
        label=_("How"), choices=[c for c in CallBackMeans.choices if c[0] in ("telephone", "door")]
    )
    remark = long_text(_("In their words"), required=False, rows=2)

    def prepare(self) -> None:
        if self.opinion.outcome == "explained":
            del self.fields["solved"]


class SpotCheckForm(StepForm):
    solved = yes_no(_("Is it solved?"))
    means = forms.ChoiceField(
        label=_("How"), choices=[c for c in CallBackMeans.choices if c[0] in ("on_the_spot", "notice")]
    )
    remark = long_text(_("What was seen"))


class SuperviseForm(StepForm):
    text = long_text(_("What is asked"))
    due = forms.DateField(
        label=_("Answer by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def prepare(self) -> None:
        self.initial.setdefault("due", timezone.localdate() + timedelta(days=7))


class TellForm(StepForm):
    about = forms.ChoiceField(
        label=_("About"),
        choices=[
            ("accepted", _("it was accepted")),
            ("extended", _("more time is needed")),
            ("answered", _("the answer")),
        ],
    )
    means = forms.ChoiceField(label=_("How"), choices=TellMeans.choices)
    remark = long_text(_("Remark"), required=False, rows=2)


class AssistForm(StepForm):
    unit = LabelChoice(Unit.objects.none(), label=_("Assisting unit"))
    reason = long_text(_("Remark"), required=False, rows=2)

    def prepare(self) -> None:
        serving = Unit.objects.serving(self.opinion.region_id)
        self.fields["unit"].queryset = serving.exclude(pk=self.opinion.unit_id)


class CorrectForm(StepForm):
    text = long_text(_("Corrected text"), rows=6)
    reason = long_text(_("Reason"), rows=2, required=False)

    def prepare(self) -> None:
        self.initial.setdefault("text", self.opinion.words)


class RecategoriseForm(StepForm):
    category = CategoryChoice()
    reason = long_text(_("Reason"), rows=2, required=False)


class AttachForm(StepForm):
    files = ManyFiles(label=_("Photographs or PDF files"), help_text=files.LIMITS)

    def clean_files(self) -> list[object]:
        return files.clean_all(self.cleaned_data["files"])


class NameAccusedForm(StepForm):
    unit = LabelChoice(Unit.objects.none(), label=_("Unit"), required=False)
    cadre = forms.CharField(label=_("or cadre (sign-in name or whole name)"), required=False, max_length=40)

    def prepare(self) -> None:
        self.fields["unit"].queryset = Unit.objects.serving(self.opinion.region_id)

    def clean_cadre(self) -> Cadre | None:
        words = self.cleaned_data["cadre"].strip()
        if not words:
            return None
        found = list(Cadre.objects.filter(username=words)[:1]) or list(Cadre.objects.filter(name=words)[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("Nobody, or more than one person, is called that."))
        return found[0]


FORMS: dict[Verb, type[StepForm]] = {
    Verb.ASSIGN: AssignForm,
    Verb.REFER: ReferForm,
    Verb.SOLVE_ON_THE_SPOT: OnTheSpotForm,
    Verb.EXPLAIN_ON_THE_SPOT: ExplainOnTheSpotForm,
    Verb.WITHDRAW: ReasonForm,
    Verb.ACCEPT: AcceptForm,
    Verb.OBJECT: ReasonForm,
    Verb.UPHOLD: OptionalReasonForm,
    Verb.REFUSE: ReasonForm,
    Verb.TRANSFER: TransferForm,
    Verb.REASSIGN: ReassignForm,
    Verb.ASK_EXTENSION: ExtensionForm,
    Verb.APPROVE_EXTENSION: ApproveForm,
    Verb.REFUSE_EXTENSION: ReasonForm,
    Verb.RESOLVE: AnswerForm,
    Verb.EXPLAIN: ExplainForm,
    Verb.REWORK: ReasonForm,
    Verb.CALL_BACK: CallBackForm,
    Verb.SPOT_CHECK: SpotCheckForm,
    Verb.REOPEN: ReasonForm,
    Verb.SUPERVISE: SuperviseForm,
    Verb.INSTRUCT: SuperviseForm,
    Verb.ANSWER_SUPERVISION: TextForm,
    Verb.REQUEST_REVIEW: ReasonForm,
    Verb.ANSWER_REVIEW: TextForm,
    Verb.TELL: TellForm,
    Verb.ASSIST: AssistForm,
    Verb.CONTRIBUTE: TextForm,
    Verb.REMARK: TextForm,
    Verb.CORRECT: CorrectForm,
    Verb.RECATEGORISE: RecategoriseForm,
    Verb.ATTACH: AttachForm,
    Verb.NAME_ACCUSED: NameAccusedForm,
    Verb.RELEASE: BareForm,
}
