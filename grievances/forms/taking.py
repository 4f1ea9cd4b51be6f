"""What is asked about something that is taken along."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.utils.translation import gettext_lazy as _

from grievances.errors import RequestReused
from grievances.exports.making import TooManyWaiting
from grievances.exports.taken import Names

from .paper import NamedForm

_REASON_LIMIT = 400


class TakingForm(forms.Form):
    """A key that makes a file be ordered once."""

    use_required_attribute = False
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{"initial": {"key": uuid.uuid4()}} | kwargs)

    def clean_key(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()

    @contextmanager
    def ordering(self) -> Iterator[None]:
        """Says why a file can't be ordered, where it can't."""
        try:
            yield
        except RequestReused as error:
            self.add_error(None, str(error))
            self._renew()
        except TooManyWaiting:
            self.add_error(None, _("You have many files already: delete some under “My files” first."))

    def _renew(self) -> None:
        """Another key: what is sent next is another file."""
        self.data = self.data.copy()
        self.data["key"] = str(uuid.uuid4())


class ExportForm(TakingForm):
    """The format; and a reason where people are named, always or if they are asked for."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[("xlsx", _("Excel (XLSX)")), ("csv", _("text (CSV)"))],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
    names = forms.BooleanField(
        label=_("With names and telephone numbers"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    reason = forms.CharField(
        max_length=_REASON_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: object, names: Names = Names.NEVER, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.asks = names
        always = _("Why is the list with the names of the households needed?")
        self.fields["reason"].label = (
            always if names is Names.ALWAYS else _("With names: why are they needed in a file?")
        )
        self.fields["reason"].demanded = names is Names.ALWAYS
        if names is not Names.IF_ASKED:
            del self.fields["names"]
        if names is Names.NEVER:
            del self.fields["reason"]

    def clean(self) -> dict[str, object]:
        given = super().clean()
        needed = self.asks is Names.ALWAYS or given.get("names")
        if needed and not given.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why: it stands beside the record of this export."))
        return given

    @property
    def reason_given(self) -> str:
        """The reason, where the file names people."""
        needed = self.asks is Names.ALWAYS or self.cleaned_data.get("names")
        return self.cleaned_data["reason"] if needed else ""


class PaperOfManyForm(NamedForm, TakingForm):
    """Which paper of each of the chosen cases; of letters, whether they are addressed by name."""

    what = forms.ChoiceField(
        label=_("Paper of each case"),
        choices=[
            ("slips", _("dispatch slip")),
            ("letters", _("letter with the answer")),
            ("cases", _("case with its history")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: object, what: str | None = None, **kwargs: object) -> None:
        """``what`` is the paper that is chosen beforehand."""
        super().__init__(*args, **kwargs)
        self.fields["what"].initial = what or "slips"
        self.fields["names"].label = _("Letters: addressed by name")
        self.fields["reason"].label = _("By name: why are the names needed on paper?")

    @property
    def reason_given(self) -> str:
        """Why people are named, where they are: only letters are addressed to anybody."""
        named = self.cleaned_data["what"] == "letters" and self.cleaned_data.get("names")
        return self.cleaned_data["reason"] if named else ""
