"""Forms of the accounts."""

from django.contrib.auth import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class PasswordChangeForm(forms.PasswordChangeForm):
    """A new password that is really new: a one-time password can't be kept."""

    def clean_new_password1(self) -> str:
        password = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise ValidationError(_("Choose a password other than the present one."))
        return password
