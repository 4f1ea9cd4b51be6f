"""A visit: when, who went, and what the household says about last time."""

import uuid
from datetime import datetime, timedelta
from functools import partial

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.models import Opinion, Visit, VisitKind
from grievances.visits.looking_back import Back, Word
from villages.models import Cadre, Post, Region

from .fields import LabelChoice, RowsLater, long_text

MOST_OPINIONS = 10
_CLOCKS_DIFFER = timedelta(minutes=2)
_LONGEST_AGO = timedelta(days=366)


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class ColleaguesField(RowsLater, forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def clean(self, value: list[str] | None) -> QuerySet[Cadre]:
        return super().clean(value) if value else Cadre.objects.none()

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
    remarks = long_text(gettext_lazy("Remarks on the visit"), required=False, rows=2)

    def __init__(self, *args: object, by: Cadre | None, **kwargs: object) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        kwargs["initial"] = {"key": uuid.uuid4(), "count": 1, "said_at": now} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        # Nobody: the phone knows who went along.
        self.fields["cadres"].queryset = partial(colleagues_of, by) if by else Cadre.objects.none()
        if not self.is_bound and "cadres" not in self.initial:
            self.initial["cadres"] = last_companions(by)

    def clean_said_at(self) -> datetime:
        said_at, now = self.cleaned_data["said_at"], timezone.now()
        if said_at > now + _CLOCKS_DIFFER:
            raise forms.ValidationError(_("The visit lies in the future."))
        if said_at < now - _LONGEST_AGO:
            raise forms.ValidationError(_("More than a year ago: please look at the date again."))
        return min(said_at, now)


class WayForm(VisitForm):
    """Met on the way: a place instead of a household, where nobody can be away."""

    nobody_home = None
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[choice for choice in VisitKind.choices if choice[0] != VisitKind.HOUSEHOLD],
    )
    place = LabelChoice(Region.objects.none(), label=gettext_lazy("Place"), empty_label=None)
    field_order = ["kind", "place", "said_at"]

    def __init__(self, *args: object, places: QuerySet[Region], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places


class LookBackForm(forms.Form):
    """One matter of last time, answered with one tap."""

    PREFIX = "back"
    use_required_attribute = False
    word = forms.ChoiceField(
        label=gettext_lazy("Is it done?"), required=False, widget=forms.RadioSelect, choices=Word.choices
    )
    remark = forms.CharField(label=gettext_lazy("In their words"), required=False, max_length=400)

    def __init__(self, *args: object, opinion: Opinion, **kwargs: object) -> None:
        self.opinion = opinion
        super().__init__(*args, prefix=f"{self.PREFIX}{opinion.pk}", **kwargs)

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if data.get("remark") and not data.get("word"):
            self.add_error("word", _("Choose one: done, not done, or not satisfied."))
        return data

    @property
    def answer(self) -> str:
        """What the unit answered the last time, for the household to hear again; of a protected matter it
        stands in the case only."""
        if self.opinion.is_protected:
            return ""
        answers = list(self.opinion.answers.all())
        return answers[-1].public if answers else ""

    def back(self) -> Back:
        return Back(self.opinion, self.cleaned_data["word"], self.cleaned_data["remark"])


def colleagues_of(cadre: Cadre) -> QuerySet[Cadre]:
    """Who may have gone along: those with a post in one of the cadre's units today."""
    units = [post.unit_id for post in cadre.posts_in_force]
    there = Post.objects.in_force().filter(unit__in=units).values("cadre")
    return Cadre.objects.filter(is_active=True, pk__in=there).exclude(pk=cadre.pk)


def last_companions(cadre: Cadre) -> list[Cadre]:
    """Those who went along the last time."""
    last = Visit.objects.filter(recorded_by=cadre).order_by("-pk").first()
    return list(last.cadres.exclude(pk=cadre.pk)) if last else []
