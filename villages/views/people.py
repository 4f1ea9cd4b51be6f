"""The administrator's page: people, their posts, and the reference data."""

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from villages.models import Cadre, Post, Role
from villages.paging import page_of
from villages.policy import for_roles


class PeopleFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(method="named", label=_("name or sign-in name"))
    role = django_filters.ChoiceFilter(
        field_name="posts__role", choices=Role.choices, label=_("role"), distinct=True
    )

    class Meta:
        model = Cadre
        fields: list[str] = []

    def named(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(Q(name__contains=value) | Q(username__istartswith=value))


@for_roles(Role.ADMINISTRATOR)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Cadres with their posts in force."""
    posts = Post.objects.in_force().select_related("unit", "region")
    found = PeopleFilter(
        request.GET, Cadre.objects.prefetch_related(Prefetch("posts", posts, to_attr="current_posts"))
    )
    page = page_of(found.qs, request)
    return render(request, "villages/people.html", {"filter": found, "page": page})
