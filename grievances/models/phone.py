"""Phones that work without a network: whose they are, and whether they still may."""

from importlib import import_module
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre, Role

MOST_PHONES = 10
LONGEST_LABEL = 60


class PhoneQuerySet(models.QuerySet):
    def in_use(self) -> Self:
        """Those that nobody has ended."""
        return self.filter(ended_at=None)

    def looked_after_by(self, cadre: Cadre) -> Self:
        """The own ones; everybody's for an administrator."""
        return self if Role.ADMINISTRATOR in cadre.roles else self.filter(cadre=cadre)


class Phone(models.Model):
    """A browser on which a visitor turned offline use on. Of where it is, or what it is used for, nothing is kept."""

    # Made on the phone.
    key = models.UUIDField(unique=True, editable=False)
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="phones", db_index=False)
    label = models.CharField(_("phone"), max_length=LONGEST_LABEL)
    enrolled_at = models.DateTimeField(_("since"))
    # A day, no moment: it says that a phone isn't forgotten in a drawer, not when somebody works.
    contact_on = models.DateField(_("last contact"))
    # The session that is open on it, so that it ends with the phone.
    session = models.CharField(max_length=40, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(Cadre, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = PhoneQuerySet.as_manager()

    class Meta:
        ordering = ["-enrolled_at", "-id"]
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        indexes = [models.Index(fields=["cadre", "-enrolled_at", "-id"], name="phone_of_cadre")]
        constraints = [
            models.CheckConstraint(
                name="phone_ended_by_somebody",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False, session=""),
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_ended(self) -> bool:
        return self.ended_at is not None

    @transaction.atomic
    def end(self, *, by: Cadre) -> bool:
        """End it, and the session that is open on it: at its next contact it erases what was taken along.

        Whether this was what ended it: somebody else may have been quicker.
        """
        locked = Phone.objects.select_for_update().get(pk=self.pk)
        if locked.is_ended:
            return False
        if locked.session:
            import_module(settings.SESSION_ENGINE).SessionStore().delete(locked.session)
        locked.ended_at, locked.ended_by, locked.session = timezone.now(), by, ""
        locked.save(update_fields=["ended_at", "ended_by", "session"])
        return True
