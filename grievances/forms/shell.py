"""The visit form without a visitor: the blank parts that the phone fills by itself, without a network."""

from dataclasses import dataclass, field
from types import SimpleNamespace

from django.utils.translation import gettext_lazy as _

from grievances.models import Category, Opinion
from villages.models import Cadre, Region

from .visit import LookBackForm, VisitForm, WayForm
from .visit_opinion import OTHER, VisitOpinionForm

# What the phone puts in: the head of the household that is visited.
HEAD = "__head__"


@dataclass(frozen=True)
class BlankMatter:
    """Stands where a matter of last time will stand."""

    pk: str = "__n__"
    words: str = ""
    said_at: None = None
    get_state_display: str = ""
    is_protected: bool = False
    answers: object = field(default_factory=Opinion.objects.none)


def look() -> LookBackForm:
    return LookBackForm(opinion=BlankMatter())


def visit() -> VisitForm:
    """Of a visit to a household."""
    return VisitForm(by=None, initial=_NOTHING)


def way() -> WayForm:
    """Of a visit on the way."""
    return WayForm(by=None, places=Region.objects.none(), initial=_NOTHING)


def opinion(*, at_a_door: bool) -> VisitOpinionForm:
    """One opinion, heard at a household's door, or on the way."""
    household = SimpleNamespace(head=HEAD) if at_a_door else None
    form = VisitOpinionForm(by=Cadre(), place=None, household=household, prefix="o__n__")
    form.fields["category"].queryset = Category.objects.none()
    form.fields["accused"].choices = []
    # One that the phone copies for each category that it offers, and the way to the others.
    form.fields["pick"].widget.choices = [("", ""), (OTHER, _("other…"))]
    return form


_NOTHING = {"key": None, "said_at": None, "cadres": []}
