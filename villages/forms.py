"""Forms of the accounts."""

from django.contrib.auth import authenticate, forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables


class PasswordChangeForm(forms.PasswordChangeForm):
    """A new password that is really new: a one-time password can't be kept.

    Wrong old passwords count as failed sign-ins do, so an open session doesn't let anybody guess them.
    """

    def __init__(self, *args: object, request: HttpRequest, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    @sensitive_variables("password")
    def clean_old_password(self) -> str:
        password = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.username, password=password) is None:
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password

    def clean_new_password1(self) -> str:
        password = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise ValidationError(_("Choose a password other than the present one."))
        return password
