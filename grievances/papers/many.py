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
from grievances.papers.pdf import pdf_of
from grievances.papers.slips import dispatch_slip
from grievances.sight import looks
from villages.models import Cadre

SLIPS, CASES = "slips", "cases"
# So many are made while the person waits.
DIRECTLY = 20
_AT_ONCE = 20

# What a case's paper needs: as the page of one case says it.
Context = Callable[[HttpRequest, Opinion], dict[str, object]]


def with_paper(cases: QuerySet[Opinion], what: str) -> QuerySet[Opinion]:
    """Those of the cases that have this paper: a slip goes to whoever answers for the case."""
    return cases.exclude(unit=None) if what == SLIPS else cases


def write(
    cases: list[Opinion], what: str, out: IO[bytes], *, request: HttpRequest, context: Context,
    tell: Callable[[int], None] = lambda done: None,
) -> int:  # fmt: skip
    """Write the papers of the cases, in this order, and leave the trace of opening each; how many there are.
    Raises NoPaper."""
    done = 0
    with pikepdf.new() as whole:
        for some in _pieces(cases):
            papers = list(_papers(some, what, request, context))
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
    cases: list[Opinion], what: str, request: HttpRequest, context: Context
) -> Iterator[dict[str, object]]:
    for case in cases:
        paper = {"opinion": case}
        if what == SLIPS:
            paper["slip"] = dispatch_slip(case)
            if paper["slip"] is None:
                continue
        else:
            paper |= context(request, case)
        looks.note_look(case, request.user)
        yield paper


def _append(whole: pikepdf.Pdf, papers: list[dict[str, object]], cadre: Cadre) -> None:
    context = {"papers": papers, "user": cadre, "is_file": True, "samples": settings.DEMO}
    html = render_to_string("grievances/papers.html", context)
    with pikepdf.open(BytesIO(pdf_of(html))) as part:
        whole.pages.extend(part.pages)
