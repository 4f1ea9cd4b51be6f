"""A campaign with its goals, meetings and task force."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grievances.models import Campaign, DeploymentMeeting, Goal, TaskForceMember
from villages.models import Cadre


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CampaignForm(forms.ModelForm):
    class Meta:
        model = Campaign
        fields = ("name", "name_en", "year", "starts", "ends", "plan")
        widgets = {"starts": _day(), "ends": _day()}


class MemberForm(forms.ModelForm):
    """A member by sign-in name: nobody picks from ten thousand."""

    cadre = forms.ModelChoiceField(
        Cadre.objects.filter(is_active=True),
        to_field_name="username",
        widget=forms.TextInput,
        label=_("sign-in name"),
        error_messages={"invalid_choice": _("Nobody signs in with this name.")},
    )

    class Meta:
        model = TaskForceMember
        fields = ("cadre", "duty")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["cadre"] = self.instance.cadre.username


PARTS = {
    "goals": forms.inlineformset_factory(
        Campaign, Goal, fields=("measure", "target", "text"), extra=2, max_num=12
    ),
    "meetings": forms.inlineformset_factory(
        Campaign, DeploymentMeeting, fields=("held_on", "title", "minutes"), extra=1, max_num=30,
        widgets={"held_on": _day()},
    ),
    "members": forms.inlineformset_factory(Campaign, TaskForceMember, form=MemberForm, extra=1, max_num=40),
}  # fmt: skip
