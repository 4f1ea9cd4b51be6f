"""A note to colleagues."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from grievances.answering import notes
from grievances.models import Opinion
from villages.models import Cadre

from .fields import LabelChoice, LongText


class NoteForm(forms.Form):
    """The words, and one person to tell; more are called in the words themselves."""

    use_required_attribute = False
    key = forms.UUIDField(widget=forms.HiddenInput)
    text = LongText(
        label=_("Note"), max_length=notes.LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Call a colleague with @ and the name or sign-in name: they get a notice."),
    )  # fmt: skip
    person = LabelChoice(
        Cadre.objects.none(), label=_("Tell"), required=False, empty_label=_("nobody by name")
    )

    def __init__(self, data: object = None, *, opinion: Opinion, by: Cadre) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        self.readers = notes.readers(opinion)
        people = [one for one in self.readers if one.pk != by.pk]
        # Those who were read already: asked again, each choice would be a query.
        self.fields["person"].queryset = Cadre.objects.filter(pk__in=[one.pk for one in people])
        self.fields["person"].choices = [
            ("", self.fields["person"].empty_label), *((one.pk, one.label) for one in people)
        ]  # fmt: skip

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if "text" in data:
            try:
                data["mentioned"] = notes.mentioned_in(data["text"], self.readers)
            except forms.ValidationError as error:
                self.add_error("text", error)
        chosen = data.get("person")
        if chosen and chosen.pk not in {one.pk for one in data.get("mentioned", [])}:
            data.setdefault("mentioned", []).append(chosen)
        return data
