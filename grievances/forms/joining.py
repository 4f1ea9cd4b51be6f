"""Joining a common problem, one case or many, and answering many cases of one problem with one text."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.answering.filling import names, refuse_unknown
from grievances.bulk.choosing import Chosen
from grievances.models import CommonProblem, Opinion, ProblemMembership
from grievances.problems.common_problems import named_in, near, smallest_region
from grievances.steps.joining import accused_of, title_for
from grievances.workflow import Ground, Verb
from villages.models import Cadre

from .answering import check_ground, grounds_for
from .bulk import BulkForm
from .drafting import NONE_YET
from .fields import LabelChoice, long_text
from .step import ReasonForm, StepForm, day

# So many open problems of the place are offered, the newest.
_MOST = 50
NAMES_NOBODY = gettext_lazy("These words name who spoke (%s): leave the name out.")


def _problem_field() -> LabelChoice:
    return LabelChoice(
        CommonProblem.objects.none(),
        label=gettext_lazy("Common problem"),
        required=False,
        empty_label=gettext_lazy("a new one"),
    )


def _title_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Title of a new one"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Names the matter and the place, never who spoke."),
    )


def offered(place: str, cadre: Cadre, accused: str | None = None) -> QuerySet[CommonProblem]:
    """Open common problems near a place; of those with accusations the ones against the same people."""
    found = CommonProblem.objects.open().visible_to(cadre).filter(near(place))
    if accused is not None:
        found = found.filter(accused=accused)
    newest = list(found.order_by("-opened_at", "-pk").values_list("pk", flat=True)[:_MOST])
    return CommonProblem.objects.filter(pk__in=newest).select_related("region__parent")


def _wanted(data: dict[str, object]) -> CommonProblem:
    """The one chosen, or a new one, which the same form begins once."""
    new = CommonProblem(key=uuid.uuid5(data["key"], "problem"), title=data["title"])
    return data["problem"] or new


class JoinForm(StepForm):
    problem = _problem_field()
    title = _title_field()
    reason = long_text(gettext_lazy("Remark"), required=False, rows=2)

    def prepare(self) -> None:
        case = self.opinion
        self.fields["problem"].queryset = offered(case.region_id, self.by, accused_of(case))
        self.initial.setdefault("title", title_for(case))

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if not data.get("problem") and "problem" not in self.errors:
            _check_title(self, data, [self.opinion])
        return data

    def arguments(self) -> dict[str, object]:
        return {"problem": _wanted(self.cleaned_data), "reason": self.cleaned_data["reason"]}


class LeaveForm(ReasonForm):
    hint = gettext_lazy("The case goes on by itself, as it stands.")


def _check_title(form: forms.Form, data: dict[str, object], cases: list[Opinion]) -> None:
    if "title" in form.errors:
        return
    if not (data.get("title") or "").strip():
        form.add_error("title", _("Write a title, or choose a common problem."))
    elif name := named_in(data["title"], cases, form.by):
        form.add_error("title", NAMES_NOBODY % name)


class BulkJoinForm(BulkForm):
    problem = _problem_field()
    title = _title_field()
    reason = long_text(gettext_lazy("Remark"), required=False, rows=2)

    def prepare(self) -> None:
        ends = self.cases.aggregate(first=Min("region_id"), last=Max("region_id"))
        if ends["first"]:
            place = smallest_region(ends["first"], ends["last"])
            self.fields["problem"].queryset = offered(place, self.by)
        before = self.initial.get("problem")
        if isinstance(before, dict):
            # An order that was to begin one is tried again: it may have begun it.
            begun = CommonProblem.objects.filter(key=before["key"]).first()
            self.initial |= {"problem": begun and begun.pk, "title": before["title"]}
        elif first := self.cases.select_related("category", "region__parent").order_by("pk").first():
            self.initial.setdefault("title", title_for(first))

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if not data.get("problem") and not self.errors:
            _check_title(self, data, list(self.cases.select_related("unit")))
        return data

    def arguments(self) -> dict[str, object]:
        return {"problem": _wanted(self.cleaned_data), "reason": self.cleaned_data["reason"]}


class BulkResolveForm(BulkForm):
    """One text for cases of one common problem; each gets it as an answer of its own."""

    account = long_text(gettext_lazy("What was done (internal)"))
    public = long_text(gettext_lazy("Answer to the informant"))

    def prepare(self) -> None:
        words = _("Each informant gets these words in a letter of their own. Filled in for each case: %s.")
        self.fields["public"].help_text = words % " ".join(names())

    def clean_chosen(self) -> Chosen:
        chosen = super().clean_chosen()
        current = ProblemMembership.objects.filter(opinion__in=self.cases, left_at=None)
        problems = list(current.values_list("problem", flat=True))
        if len(set(problems)) != 1 or len(problems) != self.cases.count():
            raise ValidationError(_("Only cases of one common problem are answered with one text."))
        return chosen

    def clean_account(self) -> str:
        refuse_unknown(self.cleaned_data["account"])
        return self.cleaned_data["account"]

    def clean_public(self) -> str:
        text = self.cleaned_data["public"]
        refuse_unknown(text)
        if name := named_in(text, self.cases.select_related("unit"), self.by):
            raise ValidationError(NAMES_NOBODY % name)
        return text

    def arguments(self) -> dict[str, object]:
        """Nobody sees the drafts of many cases: one that a colleague writes keeps its case from being answered so."""
        return super().arguments() | {"draft": NONE_YET}


class BulkExplainForm(BulkResolveForm):
    ground = forms.ChoiceField(label=gettext_lazy("Ground"), choices=Ground.choices)
    planned_for = day(gettext_lazy("Planned for (if it is planned)"), required=False)
    passed_to = forms.CharField(
        label=gettext_lazy("Passed on to (if outside)"), required=False, max_length=100
    )
    field_order = ["ground", "planned_for", "passed_to", "account", "public"]

    def prepare(self) -> None:
        super().prepare()
        kinds = set(self.cases.order_by().values_list("kind", flat=True).distinct()[:5])
        self.fields["ground"].choices = grounds_for(kinds.pop() if len(kinds) == 1 else "")

    def clean(self) -> dict[str, object]:
        return check_ground(self, super().clean())


PROBLEM_FORMS: dict[Verb, type[BulkForm]] = {
    Verb.JOIN: BulkJoinForm,
    Verb.RESOLVE: BulkResolveForm,
    Verb.EXPLAIN: BulkExplainForm,
}
