"""Several opinions, one cause: joining a common problem, and being taken out of it."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from grievances import models
from grievances.errors import StepRefused
from grievances.flow.duties import ACCUSED_MAY_NOT, may_hold
from grievances.flow.separation import was_with_the_accused
from grievances.tallies.signatures import UNRELEASED, part, signature
from grievances.workflow import Verb
from villages.models import Cadre

from .step import Step, step

if TYPE_CHECKING:
    from grievances.models import CommonProblem, Opinion


class JoiningSteps:
    """Joining and leaving: the opinion keeps its number, deadline, answer and call-back."""

    @step(Verb.JOIN)
    def join(self: "Opinion", done: Step, *, problem: "CommonProblem", reason: str = "") -> None:
        """Become one of the opinions of a common problem; of one not saved yet, its first."""
        if self.file.one(models.ProblemMembership, left_at=None):
            raise StepRefused(_("It is part of a common problem already: take it out of that one first."))
        accused = accused_of(self)
        if problem.region_id is None:
            problem.begin(self, by=done.by, at=done.at, accused=accused)
        if not self.file.keeps_in_memory:
            problem = models.CommonProblem.objects.held(problem, by=done.by)
        _check(problem, self, accused)
        problem.widen(self)
        if not self.file.keeps_in_memory:
            problem.save(update_fields=["region", "campaign"])
        self.file.add(
            models.ProblemMembership(
                opinion=self, problem=problem, joined_at=done.at, joined_by=done.by, reason=reason
            )
        )
        self.problem = problem
        done.text, done.details = reason, {"problem": problem.pk}

    @step(Verb.LEAVE)
    def leave(self: "Opinion", done: Step, *, reason: str) -> None:
        """Be taken out of the common problem again."""
        if not self.file.one(models.ProblemMembership, left_at=None):
            raise StepRefused(_("It is part of no common problem."))
        end_membership(self, done, reason)
        done.text = reason

    def join_same(
        self: "Opinion", other: "Opinion", *, by: Cadre, key: uuid.UUID, version: int | None = None
    ) -> None:
        """Join the common problem of another opinion about the same matter; where that has none, one begins
        with both. ``key`` and ``version`` as of any step. Raises StepRefused with nothing changed."""
        if any(was_with_the_accused(one, by) for one in (self, other)):
            raise StepRefused(_("“%(verb)s” is not yours to do here.") % {"verb": Verb.JOIN.label})
        with transaction.atomic():
            # Locked before it is asked: two who join the same other one at once must not begin two.
            models.Opinion.objects.select_for_update().get(pk=other.pk)
            current = other.problem_memberships.filter(left_at=None).select_related("problem").first()
            if current is None:
                new = models.CommonProblem(key=uuid.uuid5(key, "problem"), title=title_for(other))
                other.join(by=by, problem=new)
                current = other.problem_memberships.select_related("problem").get(left_at=None)
            self.join(by=by, problem=current.problem, version=version, key=uuid.uuid5(key, "join"))


def title_for(opinion: "Opinion") -> str:
    """What it is about and where, for a common problem that begins with it: in the district's language, as it is
    kept, whatever the reader's."""
    with translation.override(settings.LANGUAGE_CODE):
        return f"{opinion.category.label} · {opinion.region.place_label}"[:100]


def accused_of(opinion: "Opinion") -> str:
    """Whom it accuses, as a common problem keeps it."""
    return signature(opinion.file.rows(models.Accusation)) if opinion.accusing else ""


def _check(problem: "CommonProblem", opinion: "Opinion", accused: str) -> None:
    """Accusations stay among those of the same people: whoever sees one of them, may see all."""
    if problem.closed_at:
        raise StepRefused(_("The common problem is closed: open it again first."))
    if part(UNRELEASED) in accused:
        raise StepRefused(_("It isn't known yet whom it complains about: name them first."))
    if accused != problem.accused:
        raise StepRefused(_("An accusation is joined only with accusations of the same people."))
    if problem.unit and not may_hold(opinion, problem.unit, problem.person):
        raise StepRefused(ACCUSED_MAY_NOT)


def end_membership(opinion: "Opinion", done: Step, reason: str = "") -> None:
    """If the opinion is part of a common problem, it is no more."""
    current = opinion.file.one(models.ProblemMembership, left_at=None)
    if current is None:
        return
    opinion.file.change(current, left_at=done.at, left_by=done.by, left_reason=reason)
    opinion.problem = None
    done.details |= {"left": current.problem_id}
    if not opinion.file.keeps_in_memory:
        _locked(current).narrow(without=opinion)


def follow_category(opinion: "Opinion") -> None:
    """Let its common problem, if there is one, follow the opinion's new category."""
    current = opinion.file.one(models.ProblemMembership, left_at=None)
    if current and not opinion.file.keeps_in_memory:
        _locked(current).recategorised(opinion)


def _locked(membership: "models.ProblemMembership") -> "CommonProblem":
    return models.CommonProblem.objects.select_for_update().get(pk=membership.problem_id)
