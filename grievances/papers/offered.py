"""Which papers there are of a case."""

from django.urls import reverse
from django.utils.translation import gettext as _

from grievances.models import Opinion


def papers_of(opinion: Opinion) -> list[tuple[str, str]]:
    """(what it is called, its address) of each paper that the case has now."""
    papers = [(_("Receipt for the informant"), "opinion-receipt"), (_("Print the case"), "opinion-paper")]
    if opinion.unit_id:
        papers.append((_("Dispatch slip"), "opinion-dispatch-slip"))
    if opinion.answered_at:
        papers.append((_("Letter with the answer"), "opinion-answer-letter"))
    return [(label, reverse(name, args=[opinion.number])) for label, name in papers]
