"""Files of a case: through the case's own door, never by a path."""

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from grievances.models import Attachment, LookKind, Opinion
from grievances.sight import looks


@require_safe
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """A photograph in the page, a PDF as a download; 404 for those who may not see the case."""
    visible = Opinion.objects.visible_to(request.user)
    found = get_object_or_404(
        Attachment.objects.select_related("opinion"), pk=pk, opinion__in=visible.values("pk")
    )
    looks.note_look(found.opinion, request.user, kind=LookKind.FILE)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content,
        as_attachment=found.extension == ".pdf",
        filename=f"{found.opinion.number}-{found.pk}{found.extension}",
        content_type=found.media_type,
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
