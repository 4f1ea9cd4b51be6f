"""Signing in and out, the password, and the help that explains the words."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.contrib.messages.storage.cookie import CookieStorage
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from villages.forms import PasswordChangeForm


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Sign-in; axes counts the failures, Django takes the same time for an unknown name."""

    template_name = "villages/sign_in.html"
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        _forget_messages(request)
        return super().dispatch(request, *args, **kwargs)


class PasswordChange(PasswordChangeView):
    """A new password; it ends the cadre's other sessions."""

    template_name = "villages/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("home")

    def get_form_kwargs(self) -> dict[str, object]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: Form) -> HttpResponse:
        self.request.user.must_change_password = False
        self.request.user.save(update_fields=["must_change_password"])
        messages.success(self.request, _("Your password is changed. Other sessions have ended."))
        return super().form_valid(form)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    _forget_messages(request)
    logout(request)
    return redirect("sign-in")


def _forget_messages(request: HttpRequest) -> None:
    """What was still to be told is nothing for whoever sits here next: read unseen, so that it counts as told."""
    request.COOKIES.pop(CookieStorage.cookie_name, None)
    list(messages.get_messages(request))


@login_not_required
def locked_out(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """After too many wrong passwords from one place."""
    return render(request, "villages/locked_out.html", status=429)


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "villages/help.html")
