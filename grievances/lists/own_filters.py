"""Filters that mean something else for everybody and every day: mine, my unit's, due this week, older than…

A saved view keeps them as they are, so that it stays true tomorrow, and for whoever it is shared with.
"""

from datetime import timedelta

import django_filters
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.flow.calendar import midnight
from grievances.workflow import OPEN
from villages.models import Cadre, Role
from villages.scope import any_of, under


class Whose(models.TextChoices):
    MINE = "mine", _("I answer for it")
    UNIT = "unit", _("my unit answers for it")
    HEARD = "heard", _("I wrote it down")
    NEWS = "news", _("I wrote it down, and there is news")


class By(models.TextChoices):
    TODAY = "today", _("today")
    WEEK = "week", _("this week")
    NEXT_WEEK = "next_week", _("next week")


_AGES = [
    ("1", _("more than a day ago")),
    ("3", _("more than 3 days ago")),
    ("7", _("more than 7 days ago")),
    ("15", _("more than 15 days ago")),
    ("30", _("more than 30 days ago")),
    ("60", _("more than 60 days ago")),
]


class OwnFilters(django_filters.FilterSet):
    """Of opinions or spans: the reader is that of the request, the day that as of which the list is read."""

    whose = django_filters.ChoiceFilter(label=_("whose"), choices=Whose.choices, method="of_reader")
    by = django_filters.ChoiceFilter(label=_("to be done by"), choices=By.choices, method="due_by")
    older = django_filters.ChoiceFilter(label=_("written down"), choices=_AGES, method="older_than")

    # Of answered cases it is the call-back that is due: a list of those says so by itself.
    due_only_open = True

    def of_reader(self, found: QuerySet, name: str, value: str) -> QuerySet:
        reader: Cadre = self.request.user
        if value == Whose.MINE:
            return found.filter(person=reader)
        if value == Whose.UNIT:
            posts = reader.posts_as(Role.HANDLER, Role.HEAD)
            return found.filter(any_of([under(post.unit.path, field="unit__path") for post in posts]))
        found = found.filter(**{self._case("recorded_by"): reader})
        if value == Whose.HEARD:
            return found
        since = reader.changes_seen_at
        news = {"news_at__gt": since} if since else {"news_at__isnull": False}
        return found.filter(**{self._case(field): given for field, given in news.items()})

    def due_by(self, found: QuerySet, name: str, value: str) -> QuerySet:
        """Also what is late already: it is to be done all the more."""
        day = timezone.localdate(self.moment)
        sunday = day + timedelta(days=6 - day.weekday())
        last = {By.TODAY: day, By.WEEK: sunday, By.NEXT_WEEK: sunday + timedelta(days=7)}[By(value)]
        due = Q(due_at__lte=midnight(last + timedelta(days=1)))
        return found.filter(due, state__in=OPEN) if self.due_only_open else found.filter(due)

    def older_than(self, found: QuerySet, name: str, value: str) -> QuerySet:
        first = timezone.localdate(self.moment) - timedelta(days=int(value))
        return found.filter(**{self._case("recorded_at__lt"): midnight(first)})
