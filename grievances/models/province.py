"""What a province knows of the districts that it subscribes to, besides their figures."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DistrictSite(models.Model):
    """A district whose figures the province takes in, and where its own site is.

    ``arrived_at`` is the province's own clock when the district's last news came. ``errors_before`` is how many
    errors its subscription had had by then: more of them mean that what came since can't be taken in. Both are
    written by a trigger, as news arrives; only the subscription itself fires it.
    """

    code = models.CharField(_("code"), primary_key=True, max_length=6, db_collation="C")
    name = models.CharField(_("name"), max_length=100)
    address = models.CharField(_("address of its site"), max_length=200, blank=True)
    arrived_at = models.DateTimeField(null=True, editable=False)
    errors_before = models.BigIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        ordering = ["code"]
        verbose_name = _("site of a district")
        verbose_name_plural = _("sites of districts")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
