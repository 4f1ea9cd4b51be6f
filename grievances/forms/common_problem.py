"""Forms of a common problem itself: its words, its plan, its unit, and its end."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.flow.duties import ACCUSED_MAY_NOT, head_of
from grievances.models import CommonProblem, Opinion
from grievances.problems.common_problems import is_accused_in, named_in
from villages.models import Cadre, Unit

from .choices import UnitChoice, units_near
from .dispatching import by_id
from .fields import LabelChoice, long_text, people_of
from .joining import NAMES_NOBODY


class VersionedForm(forms.Form):
    """Carries the version of the problem that the person saw."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: object, problem: CommonProblem, by: Cadre, **kwargs: object) -> None:
        self.problem, self.by = problem, by
        kwargs["initial"] = {"version": problem.version} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def check_names(self, *fields: str) -> None:
        """No word of it may name one of those who spoke."""
        members = Opinion.objects.visible_to(self.by).in_problem(self.problem).select_related("unit")
        opinions = list(members.order_by("pk")[:500])
        for field in fields:
            if name := named_in(self.cleaned_data.get(field) or "", opinions, self.by):
                self.add_error(field, NAMES_NOBODY % name)


class CommonProblemForm(VersionedForm):
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=100,
        help_text=gettext_lazy("Names the matter and the place, never who spoke."),
    )
    description = long_text(gettext_lazy("What the cause is"), required=False)
    plan = long_text(
        gettext_lazy("Plan"),
        required=False,
        help_text=gettext_lazy("What is done about it, by whom, and until when."),
    )
    unit = UnitChoice(label=gettext_lazy("Lead unit"), required=False, empty_label=gettext_lazy("none yet"))
    person = LabelChoice(
        Cadre.objects.none(),
        label=gettext_lazy("Responsible person"),
        required=False,
        empty_label=gettext_lazy("the unit's head"),
    )

    def __init__(self, *args: object, problem: CommonProblem, **kwargs: object) -> None:
        names = ("title", "description", "plan", "unit", "person")
        stands = {name: getattr(problem, name) for name in names}
        kwargs["initial"] = stands | kwargs.get("initial", {})
        super().__init__(*args, problem=problem, **kwargs)
        near = units_near(problem.region_id)
        if problem.unit_id:
            near = (near | Unit.objects.filter(pk=problem.unit_id)).order_by("region_id", "path")
        self.fields["unit"].queryset = near
        self.fields["unit"].widget.attrs["data-reload"] = "reload"
        asked = self.data.get("unit") if self.is_bound else self.initial.get("unit")
        self.fields["person"].queryset = people_of(by_id(near, asked))

    def clean(self) -> dict[str, object]:
        data = super().clean()
        unit, person = data.get("unit"), data.get("person")
        if unit and not person and "person" not in self.errors:
            person = data["person"] = head_of(unit)
        if person and not unit:
            data["person"] = None
        if is_accused_in(self.problem, unit=unit):
            self.add_error("unit", ACCUSED_MAY_NOT)
        elif is_accused_in(self.problem, cadre=person):
            self.add_error("person", ACCUSED_MAY_NOT)
        self.check_names("title", "description", "plan")
        return data

    def values(self) -> dict[str, object]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class EndingForm(VersionedForm):
    """How it ended, or why it goes on."""

    text = long_text(gettext_lazy("What came of it"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not self.problem.is_open:
            self.fields["text"].label = _("Reason")

    def clean(self) -> dict[str, object]:
        data = super().clean()
        self.check_names("text")
        return data
