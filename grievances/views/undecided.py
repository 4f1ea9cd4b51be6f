"""The tray: visits from phones that need a decision, and the file of a phone that can't send."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grievances.errors import StepRefused, in_words
from grievances.forms.problems import problems_of
from grievances.forms.undecided import DecisionForm, DiscardForm, SealedFileForm
from grievances.models import UndecidedVisit, Visit, Why
from grievances.phones import sealed_file, tray
from grievances.phones.judging import Judged
from grievances.phones.showing import Shown, shown
from grievances.views.arrivals import is_full
from villages.paging import page_of


@require_http_methods(["GET", "HEAD", "POST"])
def undecided_list(request: HttpRequest) -> HttpResponse:
    """My visits that wait, and those of the places that I coordinate; also of somebody whose post has ended."""
    form = SealedFileForm(request.POST or None, request.FILES or None)
    lines = None
    if request.method == "POST" and form.is_valid():
        lines = _taken_in(request, form)
    mine = UndecidedVisit.objects.visible_to(request.user)
    rows = mine.select_related("author", "region__parent").order_by("-id")
    waiting = tray.count(request.user)
    page = page_of(rows.waiting() if request.GET.get("all") != "yes" else rows, request)
    context = {"page": page, "form": form, "lines": lines, "waiting": waiting}
    context |= {"shows_all": request.GET.get("all") == "yes", "problems": problems_of(form)}
    return render(request, "grievances/undecided_list.html", context, status=422 if form.errors else 200)


def _taken_in(request: HttpRequest, form: SealedFileForm) -> list[sealed_file.Line] | None:
    try:
        return sealed_file.take_in(form.cleaned_data["file"], by=request.user)
    except sealed_file.NoFile:
        form.add_error("file", _("This is no file that a phone gave out, or it is larger than 48 MB."))
    except (OSError, OperationalError) as error:
        if not is_full(error):
            raise
        form.add_error("file", _("The server's disk is full: keep the file, and bring it again later."))
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def undecided(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One of them: why it waits, and what is to become of it."""
    visible = UndecidedVisit.objects.visible_to(request.user)
    row = get_object_or_404(visible.select_related("author", "region__parent", "decided_by"), key=key)
    seen = shown(row, request.user)
    writes, discards = "write" in request.POST, "discard" in request.POST
    decision = DecisionForm(request.POST if writes else None, row=row, shown=seen, by=request.user)
    reason = DiscardForm(request.POST if discards else None)
    if request.method == "POST" and row.waits:
        chosen = reason if discards else decision
        if chosen.is_valid() and (_discard if discards else _write)(request, row, chosen):
            return redirect("undecided", row.key)
    row.refresh_from_db()
    return _show(request, row, seen, decision, reason)


def _write(request: HttpRequest, row: UndecidedVisit, form: DecisionForm) -> bool:
    try:
        became = tray.write(row, form.corrected(), by=request.user)
    except (StepRefused, ValidationError) as error:
        form.add_error(None, in_words(error))
        return False
    except tray.DecidedMeanwhile as error:
        messages.error(request, str(error))
        return True
    if isinstance(became, Judged):
        _say_what_is_left(form, became)
        return False
    messages.success(request, _("The visit is written down."))
    return True


def _say_what_is_left(form: DecisionForm, judged: Judged) -> None:
    """Why it still can't be written down; of opinions that the reader may not read only that there is something."""
    code = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    for why in judged.reasons:
        form.add_error(None, _("Still: %s.") % Why(why).label)
    hidden = tuple(f"opinions.{n}." for n, one in enumerate(form.shown.opinions) if one.said is None)
    for problem in judged.problems:
        protected = f"{problem.field}.".startswith(hidden)
        form.add_error(
            None, _("A protected opinion: its author has to see to it.") if protected else problem.text[code]
        )


def _discard(request: HttpRequest, row: UndecidedVisit, form: DiscardForm) -> bool:
    try:
        tray.discard(row, by=request.user, remark=form.cleaned_data["remark"])
    except tray.DecidedMeanwhile as error:
        messages.error(request, str(error))
        return True
    messages.success(request, _("The visit is not written down. Reason and content are kept."))
    return True


def _show(
    request: HttpRequest, row: UndecidedVisit, seen: Shown, decision: DecisionForm, reason: DiscardForm
) -> HttpResponse:
    visit = None
    if not row.waits and not row.content:
        visit = Visit.objects.visible_to(request.user).filter(key=row.key).first()
    context = {"row": row, "shown": seen, "decision": decision, "reason": reason, "visit": visit}
    context["only_its_author"] = "" if tray.may_write(row, request.user) else tray.only_its_author()
    context["problems"] = problems_of(decision) + problems_of(reason)
    wrong = decision.errors or reason.errors
    return render(request, "grievances/undecided.html", context, status=422 if wrong else 200)
