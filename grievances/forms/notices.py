"""How somebody wants to be told."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grievances.messaging.choosing import chosen, settings_of
from grievances.messaging.kinds import Kind, kinds
from grievances.models import How, MessageSettings
from villages.models import Cadre

_HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class NoticeSettingsForm(forms.Form):
    """The office address, the hour of what is told together, and one choice a kind."""

    email = forms.EmailField(
        label=_("Office e-mail address"),
        max_length=254,
        required=False,
        help_text=_("Your address at the office, not a private one. Left empty: nothing comes by e-mail."),
    )
    digest_hour = forms.TypedChoiceField(
        label=_("What is told together comes at"), choices=_HOURS, coerce=int
    )

    def __init__(self, *args: object, cadre: Cadre, **kwargs: object) -> None:
        self.cadre, self.kept = cadre, settings_of([cadre])[cadre.pk]
        initial = {"email": cadre.email, "digest_hour": self.kept.digest_hour}
        super().__init__(*args, initial=initial, **kwargs)
        for kind in kinds():
            self.fields[f"kind_{kind.name}"] = _choice(kind, self.kept)

    def save(self) -> None:
        """Only what is chosen here: neither the language, nor anything else of the person."""
        data = self.cleaned_data
        self.cadre.email = data["email"]
        self.cadre.save(update_fields=["email"])
        chosen_now = {kind.name: data[f"kind_{kind.name}"] for kind in kinds()}
        MessageSettings.objects.update_or_create(
            cadre=self.cadre,
            defaults={"digest_hour": data["digest_hour"], "choices": self.kept.choices | chosen_now},
            create_defaults={
                "digest_hour": data["digest_hour"], "choices": chosen_now, "language": self.kept.language,
            },
        )  # fmt: skip


def _choice(kind: Kind, kept: MessageSettings) -> forms.ChoiceField:
    possible = [(how.value, how.label) for how in How if kind.may_be(how)]
    return forms.ChoiceField(
        label=kind.label,
        choices=possible,
        initial=chosen(kept, kind),
        help_text=_("Belongs to your duty: it can't be switched off.") if kind.demanded else "",
    )
