"""What has changed in a list while it is open, and who else has the open case."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grievances.bulk import choosing
from grievances.desk import presence, queues
from grievances.filters import DeskFilter, OpinionFilter
from grievances.models import Opinion
from grievances.views.lists import EVERYBODY
from villages.paging import SIZE
from villages.policy import for_roles
from villages.templatetags.looks import comma

# Words are left out: looking for them costs more than this may, and what was said doesn't change by the minute.
_NOT_ASKED = ("text", "figure", "as_of", "order")


@for_roles(*EVERYBODY)
@require_POST
def list_changes(request: HttpRequest) -> HttpResponse:
    """Of the shown rows those that have changed and those that left the list; and who else has the open case.

    The page asks by itself, once a minute while somebody looks at it.
    """
    words = request.POST.get("rows", "").split()
    try:
        shown = choosing.read(words[: 2 * SIZE]) if words else {}
    except ValidationError as error:
        return JsonResponse({"problem": error.messages[0]}, status=400)
    there = _still_there(request, shown) if shown else {}
    return JsonResponse(
        {
            "changed": [pk for pk, version in there.items() if version != shown[pk]],
            "left": [pk for pk in shown if pk not in there],
            "here": _here(request),
        }
    )


def _still_there(request: HttpRequest, shown: choosing.Chosen) -> dict[int, int]:
    """{case: its version} of the shown cases that still belong to the list, and are still the reader's to see."""
    asked = QueryDict(request.POST.get("query", "").removeprefix("?"), mutable=True)
    for name in _NOT_ASKED:
        asked.pop(name, None)
    name = request.POST.get("list", "")
    if not name:
        found = OpinionFilter(asked, Opinion.objects.visible_to(request.user), request=request)
    else:
        queue = next((one for one in queues.queues_of(request.user) if one.name == name), None)
        if queue is None:
            raise Http404
        found = DeskFilter(asked, queues.rows(queue, request.user), request=request)
    return dict(found.qs.order_by().filter(pk__in=list(shown)).values_list("pk", "version"))


def _here(request: HttpRequest) -> str:
    """Who else has the open case, in words. A case that the reader may not see is as none."""
    number = request.POST.get("case", "")[:24]
    opinion = Opinion.objects.visible_to(request.user).filter(number=number).first() if number else None
    others = presence.meet(request.user, opinion, now=timezone.now())
    if not others:
        return ""
    return _("Also open just now with: %s") % comma().join(cadre.label for cadre in others)
