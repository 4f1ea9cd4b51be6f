"""Looking back at the door: what the household says about the matters of last time."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.digests import digest_of_arguments
from grievances.errors import StepRefused
from grievances.flow.relations import relations
from grievances.flow.separation import worked_on
from grievances.models import CallBackMeans, Opinion
from grievances.workflow import ANSWERED, Outcome, Relation, State
from villages.models import Cadre


class Word(TextChoices):
    """The household's answer to "is it done?"."""

    DONE = "done", gettext_lazy("done")
    NOT_DONE = "not_done", gettext_lazy("not done")
    UNHAPPY = "unhappy", gettext_lazy("not satisfied")


class Became(TextChoices):
    """What the word did to the opinion."""

    CONFIRMED = "confirmed", gettext_lazy("confirmed and closed")
    REOPENED = "reopened", gettext_lazy("taken up again")
    NOTED = "noted", gettext_lazy("noted for those who work on it")
    TOO_LATE = (
        "too_late",
        gettext_lazy("noted; the 30 days to reopen are over: if it is not done, write it down as a new one"),
    )


@dataclass(frozen=True)
class Back:
    """One matter of last time, the household's word on it, and what they said besides."""

    opinion: Opinion
    word: str
    remark: str = ""

    @property
    def digest(self) -> str:
        """Of what was said, to know the same word when it comes again."""
        return digest_of_arguments({"word": self.word, "remark": self.remark})


def key_of(back: Back, visit: uuid.UUID) -> uuid.UUID:
    """The key of the step that the word leads to: once a visit."""
    return uuid.uuid5(visit, f"back {back.opinion.pk}")


def look_back(back: Back, *, by: Cadre, said_at: datetime, channel: str, visit: uuid.UUID) -> str:
    """Do what the rules make of the word, on the matter as it stands now; returns what became of it.

    Whoever is not of the lead unit does the call-back at the door. Whoever is passes on the words:
    "not done" reopens, the informant's right; "done" is a remark, never a confirmation. What was said
    before the answer was there, on a visit entered later, is no word on it: a remark too.
    """
    opinion = Opinion.objects.select_for_update().get(pk=back.opinion.pk)
    words = back.remark or _("At the door: %s.") % Word(back.word).label
    step = {
        "by": by,
        "said_at": said_at,
        "channel": channel,
        "key": key_of(back, visit),
        "digest": back.digest,
    }
    if opinion.is_before_the_answer(said_at):
        opinion.remark(text=words, **step)
        return Became.NOTED
    checks = opinion.state in ANSWERED and Relation.VISITOR in relations(opinion, by)
    confirms = checks and not worked_on(opinion, by)
    if back.word == Word.NOT_DONE and opinion.state in {*ANSWERED, State.CLOSED}:
        if confirms and opinion.outcome == Outcome.RESOLVED:
            return _call_back(opinion, back.word, words, step)
        return _reopen(opinion, words, step)
    if confirms:
        return _call_back(opinion, back.word, words, step)
    opinion.remark(text=words, **step)
    return Became.NOTED


def _call_back(opinion: Opinion, word: str, words: str, step: dict[str, object]) -> str:
    """Somebody else than those who did the work asked: that confirms, or reopens."""
    solved = None if opinion.outcome == Outcome.EXPLAINED else word != Word.NOT_DONE
    opinion.call_back(
        contacted=True, solved=solved, satisfied=word == Word.DONE, remark=words,
        means=CallBackMeans.DOOR, **step,
    )  # fmt: skip
    return Became.REOPENED if solved is False else Became.CONFIRMED


def _reopen(opinion: Opinion, words: str, step: dict[str, object]) -> str:
    """The informant's right for 30 days; afterwards the words stay with the case."""
    try:
        opinion.reopen(reason=words, **step)
    except StepRefused:
        opinion.remark(text=words, **step)
        return Became.TOO_LATE
    return Became.REOPENED
