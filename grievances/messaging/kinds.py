"""What people are told, as data. A part of the program that tells something new registers its kind."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grievances.messaging import together
from grievances.models import How
from grievances.workflow import State, Verb
from villages.paging import EXACT_TO

if TYPE_CHECKING:
    from grievances.models import Notice
    from villages.models import Cadre

STEP, GIVEN, ESCALATION = "step", "given", "escalation"
MENTION, CHECK, VIEW_GREW, SUBSTITUTE = "mention", "check", "view_grew", "substitute"
DECIDED = "decided"
_HANDED = "succession:"


def _nameless(notices: "list[Notice]", cadre: "Cadre") -> dict[int, str]:
    return {}


def _as_made(notices: "list[Notice]", cadre: "Cadre") -> dict[int, int]:
    return {notice.pk: notice.count or 0 for notice in notices}


@dataclass(frozen=True)
class Kind:
    """One kind of notice.

    ``what`` says what it is about and what to do, without anything of the case itself. ``demanded`` is what law or
    duty wants the person to know: it can be told together, but not kept within the program. ``by_default`` is how it
    is told to who chose nothing. ``recount`` says how long the lists of some notices are for this cadre now, by the
    notices' ids: nothing is told of an empty one. ``names`` says how the lists of some notices are called; that never
    leaves the program.
    """

    name: str
    label: str | Promise
    what: "Callable[[Notice], str]"
    demanded: bool = False
    by_default: How = How.PROGRAM
    recount: "Callable[[list[Notice], Cadre], dict[int, int]]" = _as_made
    names: "Callable[[list[Notice], Cadre], dict[int, str]]" = _nameless

    def may_be(self, how: str) -> bool:
        """Whether somebody may choose to be told so."""
        return how in How.values and not (self.demanded and how == How.PROGRAM)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind, or put another in the place of one by the same name."""
    _kinds[kind.name] = kind
    return kind


def kinds() -> list[Kind]:
    """All kinds, what is demanded first."""
    return sorted(_kinds.values(), key=lambda kind: not kind.demanded)


def kind_of(name: str) -> Kind:
    """The kind by this name; a step's for one that the program no longer knows."""
    return _kinds.get(name, _kinds[STEP])


def recount(notices: "Iterable[Notice]", cadre: "Cadre") -> None:
    """Give each notice of a list its present ``count``: one question for each kind of list."""
    notices = list(notices)
    together.recount(notices, cadre)
    for kind, some in _lists(one for one in notices if not together.is_of_many(one)):
        numbers = kind.recount(some, cadre)
        for notice in some:
            notice.count = numbers.get(notice.pk, 0)


def name_lists(notices: "Iterable[Notice]", cadre: "Cadre") -> None:
    """Give each notice of a list the ``name`` of that list, where it has one: one question for each kind."""
    for kind, some in _lists(notices):
        names = kind.names(some, cadre)
        for notice in some:
            notice.name = names.get(notice.pk, "")


def _lists(notices: "Iterable[Notice]") -> "list[tuple[Kind, list[Notice]]]":
    lists: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.opinion_id is None:
            lists.setdefault(notice.kind, []).append(notice)
    return [(kind_of(name), some) for name, some in lists.items()]


def handed_key(succession: int) -> str:
    """The key of the notice that cases were handed over."""
    return f"{_HANDED}{succession}"


def _step(notice: "Notice") -> str:
    what = notice.event.get_verb_display() if notice.event else str(_("something has happened"))
    if notice.opinion_id is not None:
        return what
    count = notice.count or 0
    return ngettext("%(n)d case: %(what)s", "%(n)d cases: %(what)s", count) % {"n": count, "what": what}


def _given(notice: "Notice") -> str:
    """What is in hand already is neither taken nor objected to any more."""
    if notice.key.startswith(_HANDED):
        return _handed(notice.count or 0)
    if notice.opinion_id is None:
        return _many_given(notice)
    in_hand = notice.event and notice.event.to_state == State.HANDLING
    return str(_("given to you: it is in hand") if in_hand else _("given to you: take it, or hand it back"))


def _many_given(notice: "Notice") -> str:
    count = notice.count or 0
    if notice.event and notice.event.verb == Verb.TRANSFER:
        # Some may be in hand, and others not.
        return (
            ngettext("%d case given to you: open the list", "%d cases given to you: open the list", count)
            % count
        )
    said = ngettext(
        "%d case given to you: take it, or hand it back",
        "%d cases given to you: take them, or hand them back",
        count,
    )
    return said % count


def _handed(count: int) -> str:
    if not count:
        return str(_("nothing is left of what was handed over to you"))
    said = ngettext(
        "%d case handed over to you: accept it, or hand it back",
        "%d cases handed over to you: accept them, or hand them back",
        count,
    )
    return said % count


def _still_handed(notices: "list[Notice]", cadre: "Cadre") -> dict[int, int]:
    from grievances.people.leaving import numbers

    keys = _handed_keys(notices)
    found = numbers(keys.values(), cadre)
    return {pk: found.get(key, 0) for pk, key in keys.items()}


def _who_left(notices: "list[Notice]", cadre: "Cadre") -> dict[int, str]:
    """{notice: whose cases were handed over}"""
    from grievances.models import Succession

    keys = _handed_keys(notices)
    known = Succession.objects.select_related("leaving").in_bulk(list(keys.values())) if keys else {}
    return {pk: known[key].leaving.label for pk, key in keys.items() if key in known}


def _handed_keys(notices: "list[Notice]") -> dict[int, int]:
    """{notice: the succession of which it tells}"""
    handed = [notice for notice in notices if notice.key.startswith(_HANDED)]
    return {notice.pk: int(notice.key.removeprefix(_HANDED)) for notice in handed}


def _listed(notice: "Notice") -> str:
    count = notice.count or 0
    said = ngettext(
        "%d case: its deadline is near or has passed", "%d cases: deadlines are near or have passed", count
    )
    return said % count


def _grown(notice: "Notice") -> str:
    count = notice.count or 0
    if count > EXACT_TO:
        return str(_("more than 1,000 cases in a view that calls you"))
    return ngettext("%d case in a view that calls you", "%d cases in a view that calls you", count) % count


def _views(notices: "list[Notice]", cadre: "Cadre") -> dict[int, str]:
    from grievances.saved.alerts import names

    return names(notices, cadre)


_STANDING_IN = {
    "keeps": _("you stand in for a colleague: their desk is beside yours"),
    "is-kept": _("you are away, and a colleague stands in for you"),
    "kept": _("you stand in for a colleague no more"),
    "is-back": _("you are back, and nobody stands in for you any more"),
}


def standing_in_key(what: str, absence: int) -> str:
    """The key of a notice that standing in begins or ends; ``what`` is one of ``_STANDING_IN``."""
    return f"{SUBSTITUTE}:{what}:{absence}"


def _standing_in(notice: "Notice") -> str:
    return str(_STANDING_IN.get(notice.key.split(":")[1], _("standing in for a colleague begins or ends")))


def _colleagues(notices: "list[Notice]", cadre: "Cadre") -> dict[int, str]:
    """{notice: who the other one is}, while it is still known."""
    from villages.models import Absence

    keys = {notice.pk: int(notice.key.split(":")[2]) for notice in notices}
    known = Absence.objects.select_related("cadre", "substitute").in_bulk(set(keys.values()))
    others = {pk: known[key] for pk, key in keys.items() if key in known}
    return {
        pk: (one.substitute if one.cadre_id == cadre.pk else one.cadre).label for pk, one in others.items()
    }


def _reached(notices: "list[Notice]", cadre: "Cadre") -> dict[int, int]:
    from grievances.escalating.reaching import counted, day_told

    days = {notice.pk: day_told(notice) for notice in notices}
    numbers = counted(cadre, days.values())
    return {pk: numbers.get(day, 0) for pk, day in days.items()}


register(
    Kind(
        GIVEN,
        _("A case is given to me"),
        _given,
        demanded=True,
        by_default=How.DIGEST,
        recount=_still_handed,
        names=_who_left,
    )
)
register(
    Kind(ESCALATION, _("Deadlines near or passed"), _listed,
         demanded=True, by_default=How.DIGEST, recount=_reached)
)  # fmt: skip
register(Kind(STEP, _("Something happens in a case of mine"), _step))
register(
    Kind(
        CHECK,
        _("Somebody asks me to check an answer"),
        lambda notice: str(_("look through the draft of an answer")),
    )
)
register(Kind(MENTION, _("Somebody mentions me"), lambda notice: str(_("you are mentioned: open the case"))))
register(Kind(VIEW_GREW, _("A view of mine calls"), _grown, names=_views))
register(
    Kind(
        SUBSTITUTE,
        _("I stand in for somebody, or somebody for me"),
        _standing_in,
        names=_colleagues,
    )
)
register(
    Kind(
        DECIDED,
        _("A visit of mine from a phone is decided"),
        lambda notice: str(_("a visit from your phone was decided")),
    )
)
