"""What nobody does twice in one case: solve it and confirm it, ask and decide; and what nobody does who once
belonged to those whom it accuses."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from grievances import models
from grievances.errors import StepRefused
from grievances.workflow import Verb

if TYPE_CHECKING:
    from grievances.models import Opinion
    from grievances.steps.step import Step
    from villages.models import Cadre

CONFIRMS = {Verb.CALL_BACK, Verb.SPOT_CHECK}
JOINS = {Verb.JOIN, Verb.LEAVE}


def worked_on(opinion: "Opinion", cadre: "Cadre") -> bool:
    """Whether the cadre worked on the case when they stood in for somebody of the lead unit."""
    return opinion.file.one(models.StoodIn, cadre_id=cadre.pk) is not None


def was_with_the_accused(opinion: "Opinion", cadre: "Cadre") -> bool:
    """Whether the cadre, or somebody for whom they stand in, ever belonged to a unit that the case accuses.

    An earlier accusation of the same unit may accuse them, too, and hide a common problem of both: whether there is
    one, no step may tell them. So they neither join such cases nor take them out, be there a problem or not.
    """
    if not opinion.accusing:
        return False
    units = [row.unit for row in opinion.file.rows(models.Accusation) if row.unit]
    posts = [post for one in (cadre, *cadre.lenders) for post in one.posts_ever]
    return any(unit.contains(post.unit) for unit in units for post in posts)


def check_separation(opinion: "Opinion", done: "Step") -> None:
    """Raises StepRefused for whoever worked on a case standing in and would confirm it, for whoever stands in
    and would decide what they asked for themselves, and for whoever must not learn of a common problem."""
    if done.verb in JOINS and done.by and was_with_the_accused(opinion, done.by):
        raise StepRefused(_("“%(verb)s” is not yours to do here.") % {"verb": done.verb.label})
    if done.verb in CONFIRMS and done.by and worked_on(opinion, done.by):
        raise StepRefused(_("You worked on this case for somebody who was away: somebody else confirms it."))
    if done.absent and asked_themselves(opinion, done.verb, done.by):
        raise StepRefused(_("You asked for this yourself: somebody else decides."))


def asked_themselves(opinion: "Opinion", verb: Verb, cadre: "Cadre") -> bool:
    """Whether the step would decide on what this very cadre asked for."""
    if verb in (Verb.APPROVE_EXTENSION, Verb.REFUSE_EXTENSION):
        asked = opinion.file.one(models.Extension, approved=None)
    elif verb in (Verb.UPHOLD, Verb.REFUSE):
        asked = opinion.file.one(models.Objection, upheld=None)
    else:
        return False
    return asked is not None and asked.by_id == cadre.pk
