"""The papers of many cases in one file: each as its own page has it, some at once through the press."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import IO

import pikepdf
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string

from grievances.models import Opinion
from grievances.papers.answers import answer_letter
from grievances.papers.pdf import pdf_of
from grievances.papers.slips import dispatch_slip
from grievances.sight import looks
from villages.models import Cadre

SLIPS, CASES, LETTERS = "slips", "cases", "letters"
# So many are made while the person waits.
DIRECTLY = 20
_AT_ONCE = 20

# What a case's paper needs: as the page of one case says it.
Context = Callable[[HttpRequest, Opinion], dict[str, object]]


def with_paper(cases: QuerySet[Opinion], what: str) -> QuerySet[Opinion]:
    """Those of the cases that have this paper: a slip goes to whoever answers for the case, a letter holds an
    answer that stands."""
    if what == SLIPS:
        return cases.exclude(unit=None)
    return cases.exclude(answered_at=None) if what == LETTERS else cases


def write(
    cases: list[Opinion], what: str, out: IO[bytes], *, request: HttpRequest, context: Context,
    tell: Callable[[int], None] = lambda done: None, reason: str = "",
) -> int:  # fmt: skip
    """Write the papers of the cases, in this order, and leave the trace of opening each; how many there are. With a
    reason, letters name those whom their reader sees named, and each such case says so. Raises NoPaper."""
    done = 0
    with pikepdf.new() as whole:
        for some in _pieces(cases):
            papers = list(_papers(some, what, request, context, reason))
            if papers:
                _append(whole, papers, request.user)
            done += len(papers)
            tell(done)
        if done:
            whole.save(out)
    return done


def _pieces(cases: list[Opinion]) -> Iterator[list[Opinion]]:
    return (cases[first : first + _AT_ONCE] for first in range(0, len(cases), _AT_ONCE))


def _papers(
    cases: list[Opinion], what: str, request: HttpRequest, context: Context, reason: str
) -> Iterator[dict[str, object]]:
    """What the paper of each case needs; a case that has no such paper any more is left out."""
    for case in cases:
        content = context(request, case) if what == CASES else _only(case, what, request.user, reason)
        if content:
            looks.note_look(case, request.user)
            yield {"opinion": case} | content


def _only(case: Opinion, what: str, reader: Cadre, reason: str) -> dict[str, object] | None:
    """The slip or the letter of a case that has one."""
    if what == SLIPS:
        slip = dispatch_slip(case)
        return {"slip": slip} if slip else None
    people = looks.named_on_paper(case, reader) if reason else []
    letter = answer_letter(case, people)
    if letter and people:
        looks.note_reveals([case], reader, reason=reason)
    return {"letter": letter} if letter else None


def _append(whole: pikepdf.Pdf, papers: list[dict[str, object]], cadre: Cadre) -> None:
    context = {"papers": papers, "user": cadre, "is_file": True, "samples": settings.DEMO}
    html = render_to_string("grievances/papers.html", context)
    with pikepdf.open(BytesIO(pdf_of(html))) as part:
        whole.pages.extend(part.pages)
