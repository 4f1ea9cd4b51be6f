"""What stands around a list: the view that it shows, how it looks, and where it can be kept."""

from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from grievances.filters import OpinionFilter
from grievances.lists.chips import VIEW
from grievances.lists.columns import ListLook, look_of
from grievances.saved.finding import View, find, gone_filters, may_change


@dataclass(frozen=True)
class Around:
    """Of one list as its reader sees it; ``live`` where its rows are those of now, which can change while the page
    is open."""

    look: ListLook
    filter: OpinionFilter
    queue: str
    back: str
    view: View | None = None
    may_change: bool = False
    gone: list[str] = field(default_factory=list)
    live: bool = True

    @property
    def keep(self) -> str:
        """The form that keeps the list as a view."""
        return f"{reverse('view-new')}?{self._as_set}"

    @property
    def change(self) -> str:
        """The form of the view, which takes over what is set now."""
        return f"{reverse('view-edit', args=[self.view.pk])}?{self._as_set}"

    @property
    def columns(self) -> str:
        return f"{reverse('list-columns')}?{urlencode({'next': self.back})}"

    @property
    def _as_set(self) -> str:
        return f"list={self.queue}&{self.filter.as_set}"


def around(request: HttpRequest, found: OpinionFilter, *, queue: str = "", panel: bool = False) -> Around:
    """A view is shown only in its own list, and to those who find it; whatever else the address names is none."""
    key = request.GET.get(VIEW, "")
    view = find(request.user, key) if key else None
    if view is not None and view.queue != queue:
        view = None
    return Around(
        look=look_of(request.user, panel=panel, chosen=view.columns if view else ()),
        filter=found,
        queue=queue,
        back=request.get_full_path(),
        view=view,
        may_change=view is not None and may_change(view, request.user),
        gone=gone_filters(view) if view else [],
        live=not (found.past or found.chosen("figure")),
    )
