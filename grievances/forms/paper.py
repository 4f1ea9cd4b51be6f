"""What a desk's paper is to have on it."""

from django import forms
from django.utils.translation import gettext_lazy as _

PAGE, PDF = "page", "pdf"


class NamedForm(forms.Form):
    """A paper that names those who spoke only if that is asked for, and for a reason."""

    names = forms.BooleanField(
        label=_("With names and telephone numbers"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    reason = forms.CharField(
        label=_("With names: why are they needed on paper?"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, object]:
        given = super().clean()
        if given.get("names") and not given.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why: it stands beside the record of this paper."))
        return given


class PaperForm(NamedForm):
    """A page to print, or a file; with names only where that is offered."""

    made = forms.ChoiceField(
        label=_("Paper"), choices=[(PAGE, _("page to print")), (PDF, "PDF")], widget=forms.HiddenInput
    )

    def __init__(self, *args: object, offers_names: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not offers_names:
            del self.fields["names"], self.fields["reason"]
