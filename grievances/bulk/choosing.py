"""Which cases were chosen, each as it stood when somebody saw it."""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grievances.models import Opinion
from villages.models import Cadre

MOST = 1000
# As a row's box says it: the case's id and the version that was shown.
_ONE = re.compile(r"(\d{1,18})\.(\d{1,9})", re.ASCII)

Chosen = dict[int, int]  # the case's id → the version that was seen


def read(words: Iterable[str]) -> Chosen:
    """What the boxes say. Raises ValidationError for none, too many, and what is no case."""
    found = [_ONE.fullmatch(word) for word in words]
    if not found:
        raise ValidationError(_("Choose at least one case."))
    if None in found:
        raise ValidationError(_("The chosen cases can't be read. Choose them again in the list."))
    if len(found) > MOST:
        raise ValidationError(_("At most %(most)s cases at once.") % {"most": f"{MOST:,}"})
    return {int(one[1]): int(one[2]) for one in found}


def written(chosen: Chosen) -> str:
    """The same as one text, for a form."""
    return " ".join(f"{pk}.{version}" for pk, version in chosen.items())


def first_of(found: QuerySet[Opinion]) -> Chosen:
    """The cases of a list as they stand now, as many as may be chosen."""
    return dict(found.select_related(None).values_list("pk", "version")[:MOST])


def cases_of(chosen: Chosen, cadre: Cadre) -> QuerySet[Opinion]:
    """Those of them that the cadre may see; the rest is as if it had not been chosen."""
    return Opinion.objects.visible_to(cadre).filter(pk__in=list(chosen))
