"""Where, when and by which way an opinion came that wasn't said on a visit."""

import uuid
from collections.abc import Iterable

from django import forms
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.models import Source
from villages.models import CODE_LENGTH, Cadre, Level, Region, Role
from villages.scope import any_of, within

from .fields import LabelChoice
from .visit import MomentInput

WRITES = (Role.COORDINATOR, Role.HANDLER, Role.HEAD, Role.CALLER, Role.VISITOR)
_VILLAGE, _TOWN = CODE_LENGTH[Level.VILLAGE], CODE_LENGTH[Level.TOWN]


def places_of(cadre: Cadre) -> QuerySet[Region]:
    """Towns and villages of the cadre's posts; whose post is a village's, its grids too."""
    codes = {post.region_id[:_VILLAGE] for post in cadre.posts_as(*WRITES)}
    wide = any_of([within(code, field="code") for code in codes])
    narrow = any_of([within(code, field="code") for code in codes if len(code) == _VILLAGE])
    regions = Region.objects.open()
    found = regions.filter(wide, level__in=[Level.TOWN, Level.VILLAGE])
    return (found | regions.filter(narrow, level=Level.GRID)).order_by("code")


class PlaceChoice(LabelChoice):
    """Places under the names of their towns."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(Region.objects.none(), **{"empty_label": gettext_lazy("Choose…")} | kwargs)
        self.iterator = _ByTown


class _ByTown(ModelChoiceIterator):
    def __iter__(self) -> Iterable:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        places = list(self.queryset)
        towns = Region.objects.in_bulk({place.code[:_TOWN] for place in places})
        groups: dict[str, list] = {}
        for place in places:
            groups.setdefault(place.code[:_TOWN], []).append((place.pk, _named(place)))
        for code, group in groups.items():
            yield (towns[code].label, group)


def _named(place: Region) -> str:
    if place.level == Level.TOWN:
        return _("%s, the whole town") % place.label
    return f"　{place.label}" if place.level == Level.GRID else place.label


class WhereForm(forms.Form):
    """Where, when, and by which way it came."""

    use_required_attribute = False
    key = forms.UUIDField(widget=forms.HiddenInput)
    source = forms.ChoiceField(
        label=gettext_lazy("Source"),
        choices=[choice for choice in Source.choices if choice[0] != Source.BIG_VISIT],
        initial=Source.PHONE,
    )
    place_of = PlaceChoice(label=gettext_lazy("Place"))
    said_at = forms.DateTimeField(label=gettext_lazy("Said"), widget=MomentInput())

    def __init__(self, *args: object, by: Cadre, **kwargs: object) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        kwargs["initial"] = {"key": uuid.uuid4(), "said_at": now} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        places = places_of(by)
        self.fields["place_of"].queryset = places
        self.fields["place_of"].widget.attrs["data-reload"] = "reload"
        if not self.is_bound and len(places[:2]) == 1:
            self.initial.setdefault("place_of", places[0].pk)

    def place(self) -> Region | None:
        """The place that is chosen so far, whatever else is filled in."""
        code = str(self["place_of"].value() or "")
        return self.fields["place_of"].queryset.filter(pk=code[:15]).first()
