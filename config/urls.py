"""Addresses of the whole site."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("language/", login_not_required(set_language), name="language"),
    path("reference/", admin.site.urls),
    path("", include("villages.urls")),
    path("", include("grievances.urls")),
]
