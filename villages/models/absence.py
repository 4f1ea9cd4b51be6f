"""Absences: somebody is away from a day to a day, and one other keeps the desk meanwhile."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Self

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from villages.scope import any_of, paths_above, under
from villages.templatetags.looks import comma, day

from .cadre import Cadre
from .post import Post, Role

# Nobody who controls others keeps a desk that they control.
CONTROLS = (Role.AUDITOR, Role.ADMINISTRATOR)
_LONGEST = timedelta(days=366)


class AbsenceQuerySet(models.QuerySet):
    def in_force(self, on: date | None = None) -> Self:
        """Absences of a day, by default today; first and last day count."""
        day = on or timezone.localdate()
        return self.filter(since__lte=day, until__gte=day)

    def coming(self) -> Self:
        """What is in force or still to begin."""
        return self.filter(until__gte=timezone.localdate())

    def touching(self, *, since: date, until: date) -> Self:
        """Absences that share a day with the time from ``since`` until ``until``."""
        return self.filter(since__lte=until, until__gte=since)


class Absence(models.Model):
    """A cadre is away; the substitute gets the desk: the posts that are lent (``Cadre.lenders``)."""

    cadre = models.ForeignKey(
        Cadre, models.PROTECT, related_name="absences", db_index=False, verbose_name=gettext_lazy("cadre")
    )
    since = models.DateField(gettext_lazy("from"))
    until = models.DateField(gettext_lazy("until"), help_text=gettext_lazy("The last day away."))
    substitute = models.ForeignKey(
        Cadre,
        models.PROTECT,
        related_name="stands_in",
        db_index=False,
        verbose_name=gettext_lazy("who stands in"),
    )
    note = models.CharField(gettext_lazy("note"), max_length=200, blank=True)
    set_by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False, editable=False)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["since", "id"]
        verbose_name = gettext_lazy("absence")
        verbose_name_plural = gettext_lazy("absences")
        indexes = [
            models.Index(fields=["cadre", "until"], name="absence_of_cadre"),
            models.Index(fields=["substitute", "until"], name="absence_by_substitute"),
        ]
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_it_starts",
                condition=Q(until__gte=F("since")),
                violation_error_message=gettext_lazy("The last day lies before the first."),
            ),
            models.CheckConstraint(
                name="absence_has_a_substitute",
                condition=~Q(cadre=F("substitute")),
                violation_error_message=gettext_lazy("Nobody stands in for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cadre} {self.since}–{self.until} → {self.substitute}"

    @property
    def is_in_force(self) -> bool:
        return self.since <= timezone.localdate() <= self.until

    def clean(self) -> None:
        """Raises ValidationError that names the field: the days, or who stands in."""
        if None in (self.since, self.until, self.substitute_id, self.cadre_id):
            return
        self._check_days()
        self._check_substitute()
        self._check_others()

    @classmethod
    def set(cls, *, by: Cadre, **fields: object) -> Self:
        """Note an absence. Raises ValidationError; of two at the same moment that exclude each other one is refused."""
        absence = cls(set_by=by, **fields)
        absence.full_clean()
        try:
            with transaction.atomic():
                absence.save()
        except IntegrityError:
            # Somebody else was quicker: by now it can be said whose absence it is.
            absence.clean()
            raise
        return absence

    def end(self) -> None:
        """They are back today: the desk is lent no more. What has not begun is forgotten."""
        yesterday = timezone.localdate() - timedelta(days=1)
        if self.since > yesterday:
            self.delete()
            return
        self.until = min(self.until, yesterday)
        self.save(update_fields=["until"])

    def _check_days(self) -> None:
        if self.until < self.since:
            raise ValidationError({"until": _("The last day lies before the first.")})
        if self.until < timezone.localdate():
            raise ValidationError({"until": _("These days are over.")})
        if self.until - self.since > _LONGEST:
            raise ValidationError(
                {"until": _("At most a year: whoever is away for longer hands the post over.")}
            )

    def _check_substitute(self) -> None:
        """Of the same unit, or of one above or below it, for each post that is lent."""
        if self.substitute_id == self.cadre_id:
            raise ValidationError({"substitute": _("Nobody stands in for themselves.")})
        if not self.substitute.is_active or self.substitute.alone.roles.intersection(CONTROLS):
            raise ValidationError(
                {"substitute": _("Auditors, administrators and people who have left can't stand in.")}
            )
        posts = self.cadre.desk_posts
        if not posts:
            raise ValidationError(_("They have no desk that somebody could keep."))
        apart = [post.unit.label for post in posts if not self.substitute.is_in_line_with(post.unit)]
        if apart:
            words = {"unit": comma().join(dict.fromkeys(apart))}
            raise ValidationError(
                {
                    "substitute": _(
                        "Choose somebody of the same unit, or of one above or below it: %(unit)s."
                    )
                    % words
                }
            )
        if self.set_by_id == self.substitute_id and not self._gives_nothing_new(posts):
            raise ValidationError(
                {"substitute": _("Somebody else must name you: nobody takes a desk by themselves.")}
            )
        if not self._may_be_lent(posts):
            words = _("They have desks in other units, too: they or an administrator must note it.")
            raise ValidationError(words)

    def _may_be_lent(self, posts: Iterable[Post]) -> bool:
        """Whether who notes the absence may lend these desks: one's own, an administrator any, a head those of the
        own units and no other that the same person has."""
        if self.set_by_id == self.cadre_id or Role.ADMINISTRATOR in self.set_by.roles:
            return True
        headed = [post.unit for post in self.set_by.own_posts if post.role == Role.HEAD]
        return all(any(unit.contains(post.unit) for unit in headed) for post in posts)

    def _gives_nothing_new(self, posts: Iterable[Post]) -> bool:
        """Whether the substitute heads the units and so may do all that already."""
        headed = [post.unit for post in self.substitute.own_posts if post.role == Role.HEAD]
        working = (Role.HANDLER, Role.HEAD)
        return all(
            post.role in working and any(unit.contains(post.unit) for unit in headed) for post in posts
        )

    def _check_others(self) -> None:
        """No overlap, and no chains: whoever is away stands in for nobody. A trigger refuses the same."""
        others = Absence.objects.touching(since=self.since, until=self.until).exclude(pk=self.pk)
        people = [self.cadre_id, self.substitute_id]
        found = others.filter(Q(cadre__in=people) | Q(substitute=self.cadre_id)).select_related(
            "cadre", "substitute"
        )
        for other in found:
            raise ValidationError(self._against(other))

    def _against(self, other: "Absence") -> dict[str, str]:
        words = {
            "who": other.cadre.label, "substitute": other.substitute.label,
            "since": day(other.since), "until": day(other.until),
        }  # fmt: skip
        if other.cadre_id == self.cadre_id:
            return {
                "since": _("%(who)s is away from %(since)s until %(until)s already: end that first.") % words
            }
        if other.cadre_id == self.substitute_id:
            away = _("%(who)s is away from %(since)s until %(until)s: choose somebody else.")
            return {"substitute": away % words}
        keeps = _("%(substitute)s stands in for %(who)s until %(until)s: somebody else must do that first.")
        return {"since": keeps % words}


def candidates(cadre: Cadre) -> "models.QuerySet[Cadre]":
    """Who could stand in for a cadre: of the same units and of those above and below, but nobody who controls."""
    units = [post.unit for post in cadre.desk_posts]
    near = [under(unit.path, field="unit__path") | Q(unit__path__in=paths_above(unit.path)) for unit in units]
    posts = Post.objects.in_force()
    fitting = posts.filter(any_of(near)).exclude(role__in=CONTROLS).values("cadre")
    found = Cadre.objects.filter(is_active=True, pk__in=fitting).exclude(pk=cadre.pk)
    return found.exclude(pk__in=posts.filter(role__in=CONTROLS).values("cadre")).order_by("name", "pk")
