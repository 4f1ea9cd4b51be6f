"""How old a district's figures are at the province, and why: from what PostgreSQL says of its subscription."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from grievances.models import DistrictSite
from villages.models import Region
from villages.scope import within
from villages.templatetags.looks import moment

# A district folds every second or so: after this, something is wrong.
_OLD = timedelta(minutes=2)
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))

# A connection that breaks counts as an error, once; what can't be taken in is tried again every few seconds.
_LOST_LINES = 5

WORDS: dict[str, Promise] = {
    "receiving": gettext_lazy("receiving"),
    "copying": gettext_lazy("copying what is there"),
    "upgrade": gettext_lazy("what came can't be taken in: it waits until the province is upgraded"),
    "unreachable": gettext_lazy("the district can't be reached"),
    "stopped": gettext_lazy("stopped by the province"),
    "none": gettext_lazy("not subscribed to"),
}

# Readable by the role that serves pages; the connection string is not.
_STANDING = """
    SELECT site.code, subscription.subenabled,
        EXISTS (SELECT FROM pg_stat_subscription worker
            WHERE worker.subid = subscription.oid AND worker.relid IS NULL AND worker.pid IS NOT NULL),
        EXISTS (SELECT FROM pg_subscription_rel part
            WHERE part.srsubid = subscription.oid AND part.srsubstate NOT IN ('r', 's')),
        coalesce(stats.apply_error_count + stats.sync_error_count, 0) - site.errors_before > %s
    FROM grievances_districtsite site
    LEFT JOIN pg_subscription subscription ON subscription.subname = 'district_' || site.code
        AND subscription.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    LEFT JOIN pg_stat_subscription_stats stats ON stats.subid = subscription.oid
    WHERE site.code >= %s AND site.code < %s
"""
_FOLDED = "SELECT district, folded_at FROM grievances_tallymoment WHERE district >= %s AND district < %s"


@dataclass(frozen=True)
class News:
    """One district: when its figures were true, when they came, and how its subscription stands."""

    code: str
    label: str
    address: str
    folded_at: datetime | None
    arrived_at: datetime | None
    standing: str

    @property
    def words(self) -> str:
        return str(WORDS[self.standing])

    @property
    def age(self) -> timedelta | None:
        """Since when nothing is known; by the earlier of two clocks, as one of them may be wrong."""
        known = [at for at in (self.folded_at, self.arrived_at) if at is not None]
        return max(timezone.now() - min(known), timedelta()) if known else None

    @property
    def is_old(self) -> bool:
        return self.age is None or self.age > _OLD

    @property
    def is_well(self) -> bool:
        return self.standing == "receiving" and not self.is_old

    @property
    def lag(self) -> str:
        """The age in words."""
        return "" if self.age is None else in_words(self.age)

    @property
    def warning(self) -> str:
        """What to think of the figures while no news comes."""
        if not self.is_old:
            return ""
        if self.folded_at is None:
            return _("nothing has come yet")
        return _("no news since %(moment)s") % {"moment": moment(self.folded_at)}


def news_of(place: str) -> list[News]:
    """What is known of the districts that a province, city or district holds, in official order."""
    bounds = [place, f"{place}:"]
    with connection.cursor() as cursor:
        cursor.execute(_FOLDED, bounds)
        folded = dict(cursor.fetchall())
        cursor.execute(_STANDING, [_LOST_LINES, *bounds])
        standing = {code: _standing(*facts) for code, *facts in cursor.fetchall()}
    sites = DistrictSite.objects.filter(within(place, field="code"))
    labels = {region.pk: region.label for region in Region.objects.filter(pk__in=standing)}
    return [
        News(
            site.pk,
            labels.get(site.pk, site.name),
            site.address,
            folded.get(site.pk),
            site.arrived_at,
            standing[site.pk],
        )
        for site in sites
        if site.pk in standing
    ]


def _standing(enabled: bool | None, works: bool, copies: bool, fails: bool) -> str:
    if enabled is None:
        return "none"
    if not enabled:
        return "stopped"
    if fails:
        return "upgrade"
    if not works:
        return "unreachable"
    return "copying" if copies else "receiving"


def in_words(age: timedelta) -> str:
    """The largest unit says enough: 75 s is one minute."""
    seconds = int(age.total_seconds())
    for length, unit in _UNITS:
        if n := seconds // length:
            return _TOLD[unit](n)
    if seconds < 1:
        return pgettext("age of figures", "just now")
    return ngettext("%(n)d second ago", "%(n)d seconds ago", seconds) % {"n": seconds}


_TOLD = {
    "day": lambda n: ngettext("%(n)d day ago", "%(n)d days ago", n) % {"n": n},
    "hour": lambda n: ngettext("%(n)d hour ago", "%(n)d hours ago", n) % {"n": n},
    "minute": lambda n: ngettext("%(n)d minute ago", "%(n)d minutes ago", n) % {"n": n},
}
