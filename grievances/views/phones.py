"""What phones ask that work without a network, and the pages on which people look after their phones."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from grievances.phones import contact, wire
from villages.models import Role
from villages.policy import for_phones, for_script


@require_safe
@for_phones(signed_out=contact.told_to_a_stranger)
def phone_contact(request: HttpRequest) -> HttpResponse:
    """Before it sends or takes along anything. Also for those whose post has ended: what is unsent still arrives."""
    return JsonResponse(contact.told(request))


@require_POST
@for_phones(Role.VISITOR)
def phone_enrol(request: HttpRequest) -> HttpResponse:
    """Offline use is turned on, on a phone."""
    asked = wire.read(request.body)
    key, label = contact.identity(asked.get("phone")), contact.label_of(asked.get("label"))
    try:
        _phone, is_new = contact.enrol(
            request.user, key=key, label=label, session=request.session.session_key
        )
    except contact.NotEnrolled as error:
        return for_script(error.state, status=409, reason=error.reason)
    return for_script("enrolled", status=201 if is_new else 200)
