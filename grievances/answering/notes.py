"""Internal notes on a case: who reads and writes them, whom they mention, and that those are told.

They are for those who work on the case or watch over it. Nothing that leaves them – letter, receipt, paper,
export, province – reads notes.
"""

import re
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances import models
from grievances.errors import RequestReused
from grievances.flow.duties import may_see
from grievances.flow.relations import assisting_units, is_accused, relations
from grievances.messaging import kinds
from grievances.messaging.telling import tell
from grievances.sight.access import paths_above
from grievances.workflow import Relation
from villages.models import Cadre, Post, Role
from villages.reading import read_posts

if TYPE_CHECKING:
    from grievances.models import Note, Opinion

LONGEST = 1000
SHOWN = 50
_WRITERS = frozenset({Relation.LEAD, Relation.ASSISTING, Relation.COORDINATOR, Relation.LEADER})
_MENTION = re.compile(r"(?<![A-Za-z0-9._-])[@＠]([^\s@＠，。、：；！？,;:!?）)]{1,60})")

_SIGN_IN_NAME = re.compile(r"[a-z0-9_-]")


def may_write(opinion: "Opinion", cadre: Cadre) -> bool:
    """Lead unit and assisting units, the coordinators of its level, the leaders of the place."""
    return bool(relations(opinion, cadre, among=_WRITERS) & _WRITERS)


def may_read(opinion: "Opinion", cadre: Cadre) -> bool:
    """Those who may write, and auditors of the place; never the accused."""
    if may_write(opinion, cadre):
        return True
    there = any(opinion.region_id.startswith(post.region_id) for post in cadre.posts_as(Role.AUDITOR))
    return there and not (opinion.accusing and is_accused(opinion, cadre))


def of(opinion: "Opinion", cadre: Cadre) -> "list[Note] | None":
    """The newest notes for somebody who may read them, oldest first; None for whoever may not."""
    if not may_read(opinion, cadre):
        return None
    newest = opinion.notes.select_related("by", "unit").order_by("-id")[:SHOWN]
    return list(newest)[::-1]


def readers(opinion: "Opinion") -> list[Cadre]:
    """Who can be mentioned: those who may write notes on this very case, by name."""
    units = [*([opinion.unit] if opinion.unit else []), *assisting_units(opinion)]
    above = sorted({path for unit in units for path in paths_above(unit.path)})
    places = [opinion.region_id[:length] for length in range(2, len(opinion.region_id) + 1)]
    near = Q(role__in=[Role.HANDLER, Role.HEAD], unit__path__in=above) | Q(
        role__in=[Role.COORDINATOR, Role.LEADER], region__in=places
    )
    posts = Post.objects.in_force().filter(near | Q(cadre=opinion.person_id), cadre__is_active=True)
    found = {post.cadre_id: post.cadre for post in posts.select_related("cadre")}
    read_posts(found.values())
    fitting = [one for one in found.values() if may_write(opinion, one) and may_see(opinion, one)]
    return sorted(fitting, key=lambda one: (one.name, one.pk))


def colleagues(opinion: "Opinion", by: Cadre) -> list[Cadre]:
    """Those of the lead unit who could look through a draft."""
    return [
        one
        for one in readers(opinion)
        if one.pk != by.pk and Relation.LEAD in relations(opinion, one, among={Relation.LEAD})
    ]


def mentioned_in(text: str, among: Iterable[Cadre]) -> list[Cadre]:
    """Whom a text calls by @name or @sign-in name. Raises ValidationError for a name that is none of theirs, so
    that nobody waits for an answer of somebody who was never told."""
    names = {name.lower(): one for one in among for name in (one.name, one.username)}
    found: dict[int, Cadre] = {}
    for called in _MENTION.findall(text):
        fitting = [name for name in names if _calls(called.lower(), name)]
        if not fitting:
            words = {"name": called[:20]}
            raise ValidationError(
                _("Nobody who reads the notes of this case is called “%(name)s”: nobody would be told.")
                % words
            )
        one = names[max(fitting, key=len)]
        found[one.pk] = one
    return list(found.values())


def _calls(called: str, name: str) -> bool:
    """Whether words after an @ begin with the name: Chinese goes on without a space, a sign-in name ends."""
    if not called.startswith(name):
        return False
    return not (name[-1].isascii() and _SIGN_IN_NAME.match(called, len(name)))


@transaction.atomic
def write(
    opinion: "Opinion",
    *,
    by: Cadre,
    text: str,
    mentioned: Iterable[Cadre],
    key: uuid.UUID,
    kind: str = models.NoteKind.NOTE,
) -> "Note":
    """Add a note and tell those who are mentioned, once a request. Raises RequestReused where the key came with
    another note."""
    told = list(mentioned)
    note, made = models.Note.objects.get_or_create(
        key=key,
        defaults={
            "opinion": opinion, "by": by, "unit": by.unit, "at": timezone.now(), "text": text, "kind": kind,
            "told": [one.name for one in told],
        },
    )  # fmt: skip
    if made:
        what = kinds.CHECK if kind == models.NoteKind.CHECK else kinds.MENTION
        others = [one for one in told if one.pk != by.pk]
        tell(kind=what, cadres=others, key=f"note:{note.pk}", opinion=opinion, at=note.at)
    elif (note.opinion_id, note.by_id, note.text, note.kind) != (opinion.pk, by.pk, text, kind):
        raise RequestReused(_("This form was sent before, with something else."))
    return note
