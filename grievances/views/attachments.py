"""Files of a case: through the case's own door, never by a path."""

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from grievances import looks
from grievances.models import Attachment, LookKind, Opinion


@require_safe
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """A photograph in the page, a PDF as a download."""
    found = get_object_or_404(
        Attachment.objects.select_related("opinion"),
        pk=pk,
        opinion__in=Opinion.objects.visible_to(request.user),
    )
    looks.note_look(found.opinion, request.user, kind=LookKind.FILE)
    name = f"{found.opinion.number}-{found.pk}{found.extension}"
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=found.extension == ".pdf",
        filename=name,
        content_type=found.media_type,
    )
    response["Cache-Control"] = "private, no-store"
    return response
