"""Recording many call-backs on one page: of chosen cases, or of a call-back list that was printed."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from grievances.bulk import calling, choosing
from grievances.flow.occasions import occasion
from grievances.forms.calling import CallForm, CallsForm
from grievances.models import CallList, Opinion
from grievances.views.bulk import chosen_in_list
from villages.models import Role
from villages.policy import for_roles


@dataclass(frozen=True)
class Asked:
    """Which cases the page is about, by their numbers on the paper."""

    places: dict[int, int]
    printed: str = ""
    left: int = 0
    over: int = 0


@for_roles(Role.CALLER)
@require_http_methods(["GET", "POST"])
def call_backs(request: HttpRequest) -> HttpResponse:
    """The rows to fill in; sent, each that was filled in is recorded, and the others stay."""
    if request.method == "POST":
        return _post(request)
    try:
        asked = _asked(request)
    except ValidationError as error:
        wrong = "case" in request.GET or "list" in request.GET
        return _none(request, error.messages if wrong else [], status=422 if wrong else 200)
    forms = [CallForm(row=row) for row in calling.rows_of(asked.places, request.user)]
    return _show(request, CallsForm(printed=asked.printed), forms, asked=asked)


def _asked(request: HttpRequest) -> Asked:
    """Raises ValidationError."""
    if "list" in request.GET:
        return _of_printed(request, request.GET["list"])
    chosen = chosen_in_list(request)
    return Asked({pk: n for n, pk in enumerate(list(chosen)[: calling.MOST], start=1)}, left=len(chosen))


def _of_printed(request: HttpRequest, typed: str) -> Asked:
    number = "".join(typed.split())[:8]
    listed = CallList.objects.filter(number=number).first()
    printed = calling.left_of(listed, request.user) if listed else None
    # A list of cases that are not theirs to see is as if there were none.
    if printed is None or not _sees_any(request, listed):
        raise ValidationError(_("No list has this number. It stands on top of the printed list."))
    return Asked(printed.rows, number, printed.left, printed.over)


def _sees_any(request: HttpRequest, listed: CallList) -> bool:
    return Opinion.objects.visible_to(request.user).filter(pk__in=listed.cases).exists()


def _none(request: HttpRequest, problems: list[str], *, status: int) -> HttpResponse:
    return render(request, "grievances/call_backs_none.html", {"problems": problems}, status=status)


def _post(request: HttpRequest) -> HttpResponse:
    try:
        chosen = choosing.read(request.POST.get("chosen", "").split())
    except ValidationError as error:
        return _none(request, error.messages, status=422)
    # Instead of a version each carries its number on the paper: versions stand in the rows.
    places = dict(list(chosen.items())[: calling.MOST])
    common = CallsForm(request.POST)
    forms = [CallForm(request.POST, row=row) for row in calling.rows_of(places, request.user)]
    if not common.is_valid():
        return _show(request, common, forms, status=422)
    filled = [form for form in forms if not form.is_empty()]
    if not filled:
        common.add_error(None, _("Nothing is filled in yet."))
        return _show(request, common, forms, status=422)
    with occasion(common.cleaned_data["key"]):
        done = [form for form in filled if _recorded(request, form, common)]
    if len(done) == len(filled):
        messages.success(request, _in_words(done))
        return redirect(_next(common.cleaned_data["printed"]))
    return _show(request, common, forms, done=done, status=422)


def _recorded(request: HttpRequest, form: CallForm, common: CallsForm) -> bool:
    """Record the row, or put what is wrong beside it."""
    if not form.is_valid():
        return False
    given = common.cleaned_data
    problems = calling.record(
        form.row.case, form.said(), by=request.user, key=given["key"], means=given["means"],
        said_at=given["said_at"],
    )  # fmt: skip
    if problems:
        form.row.case.refresh_from_db(fields=["version"])
        form.take(problems)
    return not problems


def _in_words(done: list[CallForm]) -> str:
    """How many were recorded, and what became of them."""
    said = [form.said() for form in done]
    reached = sum(one.contacted for one in said)
    again = sum(one.contacted and one.solved is False for one in said)
    words = ngettext("%d call-back recorded.", "%d call-backs recorded.", len(done)) % len(done)
    if reached:
        words += " " + ngettext("%d person was reached.", "%d people were reached.", reached) % reached
    if again:
        words += (
            " "
            + ngettext("%d case goes back to its unit.", "%d cases go back to their units.", again) % again
        )
    return words


def _next(printed: str) -> str:
    """What is left of the printed list, or the queue."""
    return (
        f"{reverse('call-backs')}?list={printed}" if printed else reverse("desk-queue", args=["to-call-back"])
    )


def _show(
    request: HttpRequest, common: CallsForm, forms: list[CallForm], *, asked: Asked | None = None,
    done: list[CallForm] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    kept = {form.row.case.pk for form in done}
    rest = [form for form in forms if form.row.case.pk not in kept]
    context = {
        "common": common, "forms": rest, "done": done, "asked": asked, "most": calling.MOST,
        "chosen": choosing.written({form.row.case.pk: form.row.place for form in rest}),
        "wrong": [form for form in rest if form.is_bound and form.errors and not form.is_empty()],
    }  # fmt: skip
    return render(request, "grievances/call_backs.html", context, status=status)
