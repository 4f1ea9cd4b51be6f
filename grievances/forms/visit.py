"""A visit: when, who went, and what was said last time."""

import uuid
from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.models import Opinion, Visit, VisitKind
from villages.models import Cadre, Region

from .fields import LabelChoice, long_text

MOST_OPINIONS = 10


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class ColleaguesField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Cadre) -> str:
        return obj.label


class VisitForm(forms.Form):
    """The visit itself. The key makes a repeated request one visit."""

    use_required_attribute = False
    key = forms.UUIDField(widget=forms.HiddenInput)
    count = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_OPINIONS)
    said_at = forms.DateTimeField(label=gettext_lazy("When"), widget=MomentInput())
    cadres = ColleaguesField(Cadre.objects.none(), label=gettext_lazy("Who went with me"), required=False)
    nobody_home = forms.BooleanField(label=gettext_lazy("Nobody at home"), required=False)
    remarks = long_text(gettext_lazy("Remarks"), required=False, rows=2)

    def __init__(self, *args: object, by: Cadre, **kwargs: object) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        kwargs["initial"] = {"key": uuid.uuid4(), "count": 1, "said_at": now} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        units = [post.unit_id for post in by.posts_in_force]
        colleagues = Cadre.objects.filter(is_active=True, posts__unit__in=units).exclude(pk=by.pk).distinct()
        self.fields["cadres"].queryset = colleagues
        if not self.is_bound and "cadres" not in self.initial:
            last = Visit.objects.filter(recorded_by=by).order_by("-pk").first()
            self.initial["cadres"] = list(last.cadres.exclude(pk=by.pk)) if last else []

    def clean_said_at(self) -> datetime:
        said_at = self.cleaned_data["said_at"]
        if said_at > timezone.now() + timedelta(minutes=2):
            raise forms.ValidationError(_("The visit lies in the future."))
        return min(said_at, timezone.now())


class WayForm(VisitForm):
    """Met on the way: a place instead of a household."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[choice for choice in VisitKind.choices if choice[0] != VisitKind.HOUSEHOLD],
    )
    place = LabelChoice(Region.objects.none(), label=gettext_lazy("Place"))
    field_order = ["kind", "place", "said_at"]

    def __init__(self, *args: object, places: "forms.models.QuerySet[Region]", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places


class LookBackForm(forms.Form):
    """One matter of last time, answered with one tap."""

    word = forms.ChoiceField(
        label=gettext_lazy("Is it done?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("done", gettext_lazy("done")),
            ("not_done", gettext_lazy("not done")),
            ("unhappy", gettext_lazy("done, but not satisfied")),
        ],
    )
    remark = forms.CharField(label=gettext_lazy("In their words"), required=False, max_length=400)

    def __init__(self, *args: object, opinion: Opinion, **kwargs: object) -> None:
        self.opinion = opinion
        super().__init__(*args, prefix=f"back{opinion.pk}", **kwargs)
