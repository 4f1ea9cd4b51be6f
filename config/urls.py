"""Addresses of the whole site."""

from django.contrib import admin
from django.urls import include, path

from grievances.messaging.languages import language

urlpatterns = [
    path("language/", language, name="language"),
    path("reference/", admin.site.urls),
    path("", include("villages.urls")),
    path("", include("grievances.urls")),
]
