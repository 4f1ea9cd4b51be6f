"""The cases that were chosen in a list, on paper or as a file: exactly these, as they stand now."""

from io import BytesIO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from grievances.bulk import choosing
from grievances.bulk.choosing import Chosen
from grievances.exports import making
from grievances.forms.taking import PaperOfManyForm
from grievances.models import FileFormat, MadeFile, Opinion
from grievances.papers import many
from grievances.papers.pdf import NoPaper, what_is_missing
from grievances.sight import looks
from grievances.views import exports
from grievances.views.bulk import chosen_in_list, chosen_of_problem, problem_asked
from grievances.views.desk import STAFF
from grievances.views.exported import opinions
from grievances.views.opinions import case_context
from grievances.workflow import COUNTED
from villages.jobs import job
from villages.models import Cadre
from villages.policy import for_roles

_TITLES = {
    many.SLIPS: gettext_lazy("Dispatch slips"),
    many.LETTERS: gettext_lazy("Letters with answers"),
    many.CASES: gettext_lazy("Cases on paper"),
}
_NONE = {
    many.SLIPS: gettext_lazy("None of these cases has a unit yet: there is no slip."),
    many.LETTERS: gettext_lazy("None of these cases has an answer that stands: there is no letter."),
    many.CASES: gettext_lazy("None of these cases is yours to print now."),
}


def _cases(chosen: Chosen, cadre: Cadre) -> QuerySet[Opinion]:
    """In the order of the desk's lists."""
    return choosing.cases_of(chosen, cadre).order_by("due_at", "pk")


def _read(request: HttpRequest) -> Chosen:
    """What the list's form chose, or what this page's own form brings again. Raises ValidationError."""
    if request.method == "POST":
        return choosing.read(request.POST.get("chosen", "").split())
    if "problem" in request.GET:
        return chosen_of_problem(request, problem_asked(request), COUNTED)
    return chosen_in_list(request)


def _nothing(request: HttpRequest, title: str, problems: list[str]) -> HttpResponse:
    """Why there is nothing to take along; nothing chosen is no mistake yet."""
    asked = request.method == "POST" or {"case", "problem"} & set(request.GET)
    context = {"title": title, "problems": problems}
    return render(request, "grievances/chosen_none.html", context, status=422 if asked else 200)


@for_roles(*STAFF)
@require_http_methods(["GET", "POST"])
def chosen_export(request: HttpRequest) -> HttpResponse:
    """The chosen cases as a file, with the columns of every list of opinions."""
    title = _("Chosen cases")
    try:
        chosen = _read(request)
    except ValidationError as error:
        return _nothing(request, title, error.messages)
    taken = opinions(title, _cases(chosen, request.user))
    return exports.answer(request, taken, "chosen", "", chosen=choosing.written(chosen))


@for_roles(*STAFF)
@require_http_methods(["GET", "POST"])
def chosen_paper(request: HttpRequest) -> HttpResponse:
    """A paper of each of the chosen cases, all in one file; of many it is made in the background."""
    title = _("Print the chosen cases")
    try:
        chosen = _read(request)
    except ValidationError as error:
        return _nothing(request, title, error.messages)
    cases, failed = _cases(chosen, request.user), False
    form = PaperOfManyForm(request.POST if request.method == "POST" else None, what=request.GET.get("what"))
    if form.is_valid():
        try:
            with form.ordering():
                return _paper(request, cases, form)
        except NoPaper as error:
            form.add_error(None, str(error))
            failed = True
        except ValidationError as error:
            form.add_error(None, error)
    context = {
        "title": title, "form": form, "chosen": choosing.written(chosen), "number": cases.count(),
        "slips": many.with_paper(cases, many.SLIPS).count(),
        "letters": many.with_paper(cases, many.LETTERS).count(), "directly": many.DIRECTLY,
        "missing": what_is_missing(),
    }  # fmt: skip
    status = 503 if failed else 422 if form.errors else 200
    return render(request, "grievances/chosen_paper.html", context, status=status)


def _paper(request: HttpRequest, cases: QuerySet[Opinion], form: PaperOfManyForm) -> HttpResponse:
    what = form.cleaned_data["what"]
    found = list(many.with_paper(cases, what).values_list("pk", flat=True))
    if not found:
        raise ValidationError(_NONE[what])
    if len(found) <= many.DIRECTLY:
        return _now(request, found, what, form.reason_given)
    if what_is_missing():
        raise NoPaper(what_is_missing())
    made = making.order(
        make_papers, by=request.user, key=form.cleaned_data["key"], title=str(_TITLES[what]), kind=FileFormat.PDF,
        asked={"what": what, "cases": found}, total=len(found), reason=form.reason_given,
    )  # fmt: skip
    return redirect("made-file", made.key)


@transaction.atomic
def _now(request: HttpRequest, found: list[int], what: str, reason: str) -> FileResponse:
    """The file and its traces, or neither."""
    out, cases = BytesIO(), _of(found, request.user)
    rows = many.write(cases, what, out, request=request, context=case_context, reason=reason)
    looks.note_export(request.user, rows=rows, reason=reason)
    out.seek(0)
    day = f"{timezone.localdate():%Y-%m-%d}"
    return FileResponse(out, as_attachment=True, filename=f"{what}-{day}.pdf")


def _of(found: list[int], cadre: Cadre) -> list[Opinion]:
    """The cases that the cadre still sees, in the order in which they were chosen."""
    place = {pk: n for n, pk in enumerate(found)}
    cases = Opinion.objects.visible_to(cadre).filter(pk__in=found)
    whole = cases.select_related(
        "region__parent", "category__parent", "unit", "person", "campaign", "recorded_by"
    )
    return sorted(whole, key=lambda case: place[case.pk])


@job(gettext_lazy("Papers of many cases"))
def make_papers(key: str) -> None:
    making.make(key, _write_papers)


def _write_papers(made: MadeFile, owner: Cadre, out: object, tell: making.Told) -> int:
    request = making.asked_again(owner, "")
    cases, what = _of(made.asked["cases"], owner), made.asked["what"]
    try:
        rows = many.write(
            cases, what, out, request=request, context=case_context, tell=tell, reason=made.reason
        )
    except NoPaper as error:
        raise making.NotMade(str(error)) from error
    if not rows:
        raise making.NotMade(str(_NONE[what]))
    looks.note_export(owner, rows=rows, reason=made.reason)
    return rows
