"""Views that everybody of a role finds ready: data only, in the reader's language."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from villages.models import Role


@dataclass(frozen=True)
class ReadyView:
    """A list with its filter, as ``SavedView`` has it."""

    key: str
    label: str
    roles: frozenset[str]
    query: str
    queue: str = ""
    columns: tuple[str, ...] = ()


def _view(key: str, label: str, *roles: str, query: str, queue: str = "") -> ReadyView:
    return ReadyView(key, label, frozenset(roles), query, queue)


READY: tuple[ReadyView, ...] = (
    _view(
        "my-week", _("mine, due this week"), Role.HANDLER, Role.HEAD,
        query="whose=mine&by=week",
    ),
    _view("unit-late", _("my unit, late"), Role.HEAD, query="whose=unit&late=on"),
    _view(
        "dispatch-old", _("to dispatch, older than 3 days"), Role.COORDINATOR,
        queue="to-dispatch", query="older=3",
    ),
    _view(
        "call-today", _("to call back today"), Role.CALLER,
        queue="to-call-back", query="by=today",
    ),
    _view("under-supervision", _("supervised, by deadline"), Role.LEADER, queue="supervised", query="order=due"),
    _view("late-urgent", _("urgent and late"), Role.LEADER, query="urgency=urgent&late=on"),
    _view(
        "given-up", _("explained: the informant gave it up"), Role.AUDITOR,
        query="state=explained&ground=gave_up",
    ),
    _view("late-confidential", _("confidential and late"), Role.AUDITOR, query="informant_kind=confidential&late=on"),
    _view("my-news", _("written down by me, with news"), Role.VISITOR, query="whose=news"),
)  # fmt: skip


def ready_for(roles: frozenset[str]) -> list[ReadyView]:
    """Those of somebody with these roles."""
    return [view for view in READY if view.roles & roles]
