"""The reference pages: Django's admin, under the program's own sign-in."""

from collections.abc import Iterable
from urllib.parse import quote

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

_OURS = {"villages", "grievances"}


class ReferenceConfig(AdminConfig):
    """Django's admin, with the site below."""

    default_site = "villages.reference.ReferenceSite"


class ReferenceSite(admin.AdminSite):
    """Reference data for administrators. Others get 403; passwords are changed where everybody does."""

    site_header = site_title = _("Reference data")
    index_title = _("What may be edited")
    site_url = "/people/"
    enable_nav_sidebar = False

    def register(
        self, models: type[Model] | Iterable[type[Model]], admin_class: type | None = None, **options: object
    ) -> None:
        """Takes our own tables only: those that libraries bring along are not reference data."""
        wanted = [models] if isinstance(models, ModelBase) else models
        ours = [model for model in wanted if model._meta.app_label in _OURS]
        super().register(ours, admin_class, **options)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('sign-in')}?next={quote(wanted)}")

    def password_change(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect("password-change")
