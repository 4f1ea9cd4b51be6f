"""Which views somebody finds, where they lead, and who may change one.

A view tells nobody anything by itself: it is an address, and whoever opens it sees what they may see anyway.
"""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from grievances.desk.queues import queues_of
from grievances.filters import DeskFilter, OpinionFilter
from grievances.lists.chips import VIEW
from grievances.lists.columns import settings_of
from grievances.models import SavedView, Sharing
from grievances.saved.ready import ReadyView, ready_for
from villages.models import Cadre, Role

# So many of one's own, and so many in all that are listed and counted.
MOST_OWN = 30
MOST_SHOWN = 60

View = SavedView | ReadyView


@dataclass(frozen=True)
class Asking:
    """The reader, for filters that no page asks."""

    user: Cadre


@dataclass(frozen=True)
class Views:
    """What somebody finds: their own, what is shared with them, what is ready for their roles."""

    own: list[SavedView]
    shared: list[SavedView]
    ready: list[ReadyView]

    def all(self) -> list[View]:
        return [*self.own, *self.shared, *self.ready]


def views_of(cadre: Cadre) -> Views:
    """All whose list the cadre has; a view of a queue that is none of theirs is left out."""
    names = names_of_lists(cadre)
    found = SavedView.objects.shown_to(cadre).filter(queue__in=names)[:MOST_SHOWN]
    own = [view for view in found if view.owner_id == cadre.pk]
    shared = [view for view in found if view.owner_id != cadre.pk]
    ready = [view for view in ready_for(cadre.roles) if view.queue in names]
    return Views(own, shared, ready)


def names_of_lists(cadre: Cadre) -> list[str]:
    """The lists that the cadre has, as views name them: all opinions, and the queues of their desk."""
    return ["", *(queue.name for queue in queues_of(cadre))]


def find(cadre: Cadre, key: str) -> View | None:
    """The view of this key, if the cadre finds it among theirs."""
    names = names_of_lists(cadre)
    if key.isascii() and key.isdigit() and len(key) < 19:
        return SavedView.objects.shown_to(cadre).filter(pk=int(key), queue__in=names).first()
    ready = ready_for(cadre.roles)
    return next((view for view in ready if view.key == key and view.queue in names), None)


def address_of(view: View) -> str:
    """The list with the view's filter set."""
    return f"{list_address(view.queue)}?{shown_query(view)}"


def shown_query(view: View) -> str:
    query = QueryDict(view.query, mutable=True)
    query[VIEW] = view.key
    return query.urlencode()


def list_address(queue: str) -> str:
    return reverse("desk-queue", args=[queue]) if queue else reverse("opinion-list")


def start_of(cadre: Cadre) -> View | None:
    """The view with which the cadre wants to begin, as long as it is there and theirs."""
    key = settings_of(cadre).start
    return find(cadre, key) if key else None


def filter_class(queue: str) -> type[OpinionFilter]:
    return DeskFilter if queue else OpinionFilter


def gone_filters(view: View) -> list[str]:
    """Names in a view's filter that its list knows no more."""
    known = filter_class(view.queue).names()
    return [name for name in QueryDict(view.query) if name not in known]


def may_change(view: View, cadre: Cadre) -> bool:
    """Its owner; of a unit's view its heads, of a place's its coordinators: they look after what all use."""
    if isinstance(view, ReadyView):
        return False
    if view.owner_id == cadre.pk:
        return True
    if view.sharing == Sharing.UNIT:
        return any(post.unit.contains(view.unit) for post in cadre.posts_as(Role.HEAD))
    coordinated = [post.region_id for post in cadre.posts_as(Role.COORDINATOR)]
    return view.sharing == Sharing.PLACE and any(map(view.region_id.startswith, coordinated))
