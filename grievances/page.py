"""What every page shows around its content."""

from dataclasses import dataclass
from html import escape

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from grievances.messaging.notices import MOST_UNSEEN, unseen
from grievances.province import gate
from villages.models import Cadre, Role

_SEES_OPINIONS = set(Role) - {Role.ADMINISTRATOR}
# So many pages stand beside each other; the others, where they are more than one, under "More".
_IN_A_ROW = 4
CURRENT = SafeString(' aria-current="page"')


@dataclass(frozen=True)
class Menu:
    """Links to pages: all, those that stand in a row and those under "More"; ``here`` is which of these is open."""

    all: SafeString
    in_a_row: SafeString
    more: SafeString
    here: str


def page(request: HttpRequest) -> dict[str, object]:
    """The sample's banner, the pages of the cadre's roles, and how many notices are unseen."""
    user = getattr(request, "user", None)
    always = {"is_sample": settings.DEMO, "is_province": settings.PROVINCE}
    if user is None or not user.is_authenticated:
        return always
    return always | {
        "menu": SimpleLazyObject(lambda: menu_of(user, request)),
        "visits": Role.VISITOR in user.roles and not settings.PROVINCE,
        "may_search": bool(user.roles & _SEES_OPINIONS) and not settings.PROVINCE,
        "unseen": SimpleLazyObject(lambda: unseen(user)),
        "most_unseen": MOST_UNSEEN,
    }


def menu_of(cadre: Cadre, request: HttpRequest) -> Menu | None:
    """The cadre's pages as links, written here: in the template they would be gone through three times."""
    pages, match = pages_of(cadre), request.resolver_match
    current = match.url_name if match else None
    links = [
        f'<a href="{reverse(name)}"{CURRENT if name == current else ""}>{escape(label)}</a>'
        for name, label in pages
    ]
    shown = len(pages) if len(pages) <= _IN_A_ROW + 1 else _IN_A_ROW
    here = next((label for name, label in pages[shown:] if name == current), "")
    row, more = "".join(links[:shown]), "".join(links[shown:])
    return Menu(SafeString(row + more), SafeString(row), SafeString(more), here) if pages else None


def pages_of(cadre: Cadre) -> list[tuple[str, str]]:
    """(address name, label) of the pages that somebody with the cadre's roles works on."""
    roles = cadre.roles
    working = {Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.CALLER}
    wanted = [
        ("desk", _("Desk"), working),
        ("dashboard", _("Dashboard"), {Role.LEADER, Role.COORDINATOR, Role.AUDITOR, Role.CALLER, Role.HEAD}),
        ("workload", _("Workload"), {Role.HEAD, Role.COORDINATOR, Role.LEADER}),
        ("slipped", _("Slipped"), {Role.HEAD, Role.COORDINATOR}),
        ("escalation-list", _("Escalations"), {Role.HEAD, Role.COORDINATOR, Role.LEADER}),
        ("supervision-list", _("Supervision"), {Role.LEADER, Role.COORDINATOR, Role.HEAD}),
        ("visitor-home", _("Visits"), {Role.VISITOR}),
        ("opinion-list", _("Opinions"), _SEES_OPINIONS),
        ("common-problem-list", _("Common problems"), {Role.HEAD, Role.COORDINATOR, Role.LEADER}),
        ("campaign-list", _("Big visit"), _SEES_OPINIONS),
        ("audit", _("Audit"), {Role.AUDITOR}),
        ("people", _("People"), {Role.ADMINISTRATOR}),
        ("jobs", _("Background jobs"), {Role.ADMINISTRATOR}),
    ]
    if settings.PROVINCE:
        seen = {"dashboard": set(gate.LOOKS_AFTER), "people": {Role.ADMINISTRATOR}}
        return [(name, label) for name, label, _allowed in wanted if roles & seen.get(name, set())]
    return [(name, label) for name, label, allowed in wanted if roles & allowed]
