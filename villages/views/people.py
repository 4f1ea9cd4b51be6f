"""The administrator's page: people, their posts, and the reference data."""

from datetime import timedelta

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from villages.models import Cadre, Post, Role, Unit
from villages.paging import page_of
from villages.policy import for_roles
from villages.scope import under

# Posts that end within so many days are pointed out: their cases want handing over.
SOON = timedelta(days=30)


class PeopleFilter(django_filters.FilterSet):
    """Cadres by name, and by the posts that they hold today."""

    words = django_filters.CharFilter(method="named", label=_("name or sign-in name"))
    role = django_filters.ChoiceFilter(choices=Role.choices, method="in_role", label=_("role"))
    unit = django_filters.ModelChoiceFilter(queryset=Unit.objects.all(), method="in_unit", label=_("unit"))
    ending = django_filters.ChoiceFilter(
        choices=[("soon", _("within 30 days"))], method="ending_soon", label=_("post ends")
    )

    class Meta:
        model = Cadre
        fields: list[str] = []

    def named(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(Q(name__contains=value) | Q(username__istartswith=value))

    def in_role(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return _holding(found, Q(role=value))

    def in_unit(self, found: QuerySet, name: str, value: Unit) -> QuerySet:
        return _holding(found, under(value.path, field="unit__path"))

    def ending_soon(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return _holding(found, Q(until__lte=timezone.localdate() + SOON))


def _holding(found: QuerySet, post: Q) -> QuerySet:
    return found.filter(pk__in=Post.objects.in_force().filter(post).values("cadre"))


@for_roles(Role.ADMINISTRATOR)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Cadres with their posts in force."""
    found = listed(request)
    page = page_of(found.qs, request)
    return render(request, "villages/people.html", {"filter": found, "page": page})


def listed(request: HttpRequest) -> PeopleFilter:
    """The cadres that the address asks for."""
    posts = Post.objects.in_force().select_related("unit", "region")
    return PeopleFilter(
        request.GET, Cadre.objects.prefetch_related(Prefetch("posts", posts, to_attr="current_posts"))
    )
