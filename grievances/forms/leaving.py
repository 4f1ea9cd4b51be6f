"""Who takes over from somebody who leaves, and what a successor says to it."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.models import Opinion
from villages.models import Cadre, Post

from .fields import long_text
from .step import day

Choices = list[tuple[str, str]]


class LeavingForm(forms.Form):
    """A successor for each group of cases, the posts that end, and their last day."""

    use_required_attribute = False
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    posts = forms.MultipleChoiceField(
        label=gettext_lazy("Posts that end"), required=False, widget=forms.CheckboxSelectMultiple
    )
    last_day = day(gettext_lazy("Last day of these posts"))

    def __init__(
        self, data: object, *, groups: list[tuple[str, str, Choices]], posts: list[Post], **kwargs: object
    ) -> None:
        super().__init__(
            data, initial={"last_day": timezone.localdate(), "posts": [post.pk for post in posts]}
        )
        self.groups, self.ending = groups, posts
        self.fields["posts"].choices = [
            (post.pk, f"{post.get_role_display()} · {post.unit.label}") for post in posts
        ]
        if not posts:
            del self.fields["posts"], self.fields["last_day"]
        for key, label, choices in groups:
            self.fields[f"to-{key}"] = forms.ChoiceField(
                label=label, choices=[("", _("Choose…")), *choices],
                error_messages={"required": _("Say who takes this over.")},
            )  # fmt: skip

    def clean_last_day(self) -> date:
        last = self.cleaned_data["last_day"]
        if last < timezone.localdate():
            raise ValidationError(_("The day lies in the past."))
        return last

    def to_fields(self) -> list[forms.BoundField]:
        return [self[f"to-{key}"] for key, _label, _choices in self.groups]

    def chosen_posts(self) -> list[Post]:
        wanted = set(self.cleaned_data.get("posts", []))
        return [post for post in self.ending if str(post.pk) in wanted]

    def successors(self, people: dict[int, Cadre]) -> dict[str, Cadre]:
        """{group: successor}"""
        return {key: people[int(self.cleaned_data[f"to-{key}"])] for key, _label, _choices in self.groups}


class SuccessionForm(forms.Form):
    """What is handed back, and why; the rest is accepted."""

    use_required_attribute = False
    cases = forms.ModelMultipleChoiceField(
        Opinion.objects.none(), label=gettext_lazy("Cases"), required=False
    )
    reason = long_text(gettext_lazy("Reason for handing back"), rows=2, required=False)

    def __init__(self, data: object, *, cases: object) -> None:
        super().__init__(data)
        self.fields["reason"].demanded = True
        self.fields["cases"].queryset = cases
        self.all_back = bool(data) and "all" in data
        self.hands_back = self.all_back or (bool(data) and "back" in data)

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if self.all_back:
            data["cases"] = list(self.fields["cases"].queryset)
        if self.hands_back and not data.get("cases") and "cases" not in self.errors:
            self.add_error("cases", _("Choose at least one case."))
        if self.hands_back and not data.get("reason", "").strip() and "reason" not in self.errors:
            self.add_error("reason", _("Say why you hand it back."))
        return data

    def handed_back(self) -> set[int]:
        return {case.pk for case in self.cleaned_data["cases"]} if self.hands_back else set()
