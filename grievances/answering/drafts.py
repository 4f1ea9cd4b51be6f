"""The draft of an answer: kept while it is written, given to a colleague to look through, gone with the answer.

The opinion's row is locked whenever a draft is written, so that a draft and an answer never cross.
"""

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances import models
from grievances.errors import StepRefused
from grievances.flow.relations import relations
from grievances.workflow import Relation, State, Verb

if TYPE_CHECKING:
    from grievances.models import AnswerDraft, Opinion
    from villages.models import Cadre

ANSWERS = (Verb.RESOLVE, Verb.EXPLAIN)
WORDS = ("account", "public", "ground", "planned_for", "passed_to", "told")
_KEPT = ("verb", *WORDS)


class DraftChanged(StepRefused):
    """Somebody else wrote on the draft after this person opened it. Holds the draft as it is now."""

    def __init__(self, draft: "AnswerDraft") -> None:
        self.draft = draft
        super().__init__(
            _("%(who)s has changed the draft meanwhile: nothing of yours or theirs is lost.")
            % {"who": draft.by.label}
        )


def may_write(opinion: "Opinion", cadre: "Cadre") -> bool:
    """Whether the cadre is of the lead unit, so that they may answer."""
    return Relation.LEAD in relations(opinion, cadre, among={Relation.LEAD})


def draft_of(opinion: "Opinion") -> "AnswerDraft | None":
    """The draft, if there is one; read with the opinion where that was asked for."""
    return getattr(opinion, "draft", None)


def shown(opinion: "Opinion", cadre: "Cadre") -> "AnswerDraft | None":
    """The draft as far as somebody may see it: the lead unit only, while the case is in hand."""
    draft = draft_of(opinion) if opinion.state == State.HANDLING else None
    return draft if draft and may_write(opinion, cadre) else None


@transaction.atomic
def keep(opinion: "Opinion", *, by: "Cadre", seen: int, words: dict[str, str | date | None]) -> "AnswerDraft":
    """Write the draft down. ``seen`` is the version that the writer had, 0 for none. Raises DraftChanged, and
    StepRefused where the case is no longer in hand."""
    locked = _locked(opinion)
    found = models.AnswerDraft.objects.select_related("by", "checker").filter(opinion=locked).first()
    if found and _says(found) == words:
        return found
    if found and found.version != seen:
        raise DraftChanged(found)
    draft = found or models.AnswerDraft(opinion=locked, version=0)
    for name, value in words.items():
        setattr(draft, name, value)
    draft.by, draft.changed_at, draft.version = by, timezone.now(), max(draft.version, seen) + 1
    draft.save()
    return draft


@transaction.atomic
def hand_over(
    opinion: "Opinion",
    *,
    by: "Cadre",
    seen: int,
    words: dict,
    colleague: "Cadre",
    remark: str,
    key: uuid.UUID,
) -> "AnswerDraft":
    """Keep the draft and ask a colleague of the lead unit to look through it; they get a notice."""
    from grievances.answering import notes

    draft = keep(opinion, by=by, seen=seen, words=words)
    draft.checker = colleague
    draft.save(update_fields=["checker"])
    notes.write(opinion, by=by, text=remark, mentioned=[colleague], key=key, kind=models.NoteKind.CHECK)
    return draft


@transaction.atomic
def discard(opinion: "Opinion", *, seen: int) -> None:
    """Throw the draft away, unless somebody has changed it meanwhile."""
    check(_locked(opinion), seen)
    drop(opinion)


def check(opinion: "Opinion", seen: int, *, by: "Cadre | None" = None) -> None:
    """Raises DraftChanged where others wrote more than was seen; what ``by`` wrote last is known to them."""
    found = opinion.file.one(models.AnswerDraft)
    if found and found.version != seen and not (by and found.by_id == by.pk):
        raise DraftChanged(found)


def drop(opinion: "Opinion") -> None:
    """The case is no longer in hand: no draft of its answer remains."""
    models.AnswerDraft.objects.filter(opinion=opinion).delete()


def _locked(opinion: "Opinion") -> "Opinion":
    row = models.Opinion.objects.select_for_update(of=("self",)).get(pk=opinion.pk)
    if row.state != State.HANDLING:
        raise StepRefused(_("The case is no longer in hand: there is nothing to write a draft for."))
    if row.unit_id != opinion.unit_id:
        raise StepRefused(_("Another unit answers for the case by now."))
    return row


def _says(draft: "AnswerDraft") -> dict[str, object]:
    return {name: getattr(draft, name) for name in _KEPT}
