"""Who a cadre is to one opinion, from the posts in force."""

from collections.abc import Set
from typing import TYPE_CHECKING

from django.utils import timezone

from grievances.workflow import Relation
from villages.models import Cadre, Post, Role, Unit

if TYPE_CHECKING:
    from grievances.models import Opinion

MEETS_PEOPLE = {Role.VISITOR, Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.CALLER}


def relations(
    opinion: "Opinion", cadre: Cadre, *, among: Set[Relation] = frozenset(Relation)
) -> frozenset[Relation]:
    """All that the cadre is to the opinion, by own posts and by those lent to them; nothing for somebody whom it
    accuses. Of the assisting units only if that is ``among`` what matters, as they have to be read."""
    if opinion.accusing and is_accused(opinion, cadre):
        return frozenset()
    found = _by_posts(opinion, cadre, among)
    if opinion.recorded_by_id == cadre.pk:
        found.add(Relation.HEARD)
    if opinion.person_id == cadre.pk:
        found |= {Relation.PERSON, Relation.LEAD}
    for lender in cadre.lenders:
        found |= _lent(opinion, lender, among)
    if Relation.LEAD in found or any(_did_the_work(opinion, one) for one in (cadre, *cadre.lenders)):
        # Somebody else confirms: never one of the unit that did the work, nor who stands in for one of it.
        found -= {Relation.CALLER, Relation.VISITOR}
    if cadre.roles & MEETS_PEOPLE:
        found.add(Relation.CADRE)
    return frozenset(found)


def stood_in_for(opinion: "Opinion", cadre: Cadre, *, who: Set[Relation]) -> Cadre | None:
    """For whom the cadre does a step that is ``who``'s to do; None where it is their own.

    A case of somebody absent stays theirs: who works on it works for them, even as a colleague who might have
    done so anyway. What a head does as head is the head's own.
    """
    if not cadre.lenders:
        return None
    able = [lender for lender in cadre.lenders if who & _lent(opinion, lender, who)]
    holding = [lender for lender in able if lender.pk == opinion.person_id]
    own = relations(opinion, cadre.alone, among=who) & who
    if own and (Relation.HEAD in own or not holding):
        return None
    return next(iter(holding or able), None)


def _by_posts(opinion: "Opinion", cadre: Cadre, among: Set[Relation]) -> set[Relation]:
    found = {relation for post in cadre.own_posts for relation in _by_post(opinion, post)}
    return found | _assisting(opinion, cadre) if Relation.ASSISTING in among else found


def _lent(opinion: "Opinion", lender: Cadre, among: Set[Relation]) -> set[Relation]:
    """What somebody absent is to the opinion in the posts that they lent; nothing if it accuses them."""
    if opinion.accusing and is_accused(opinion, lender):
        return set()
    found = _by_posts(opinion, lender, among)
    if opinion.person_id == lender.pk and Relation.LEAD in found:
        found.add(Relation.PERSON)
    if lender.roles & MEETS_PEOPLE:
        found.add(Relation.CADRE)
    return found


def _did_the_work(opinion: "Opinion", cadre: Cadre) -> bool:
    """Whether they answer for it, or belong to the unit that does."""
    return opinion.unit is not None and (opinion.person_id == cadre.pk or cadre.belongs_to(opinion.unit))


def _by_post(opinion: "Opinion", post: Post) -> set[Relation]:
    if post.role in (Role.HANDLER, Role.HEAD):
        return _of_the_unit(opinion, post)
    if not opinion.region_id.startswith(post.region_id):
        return set()
    if post.role == Role.COORDINATOR:
        # After a referral upwards only the coordinators of that level dispatch it.
        return {Relation.COORDINATOR} if opinion.desk_id.startswith(post.region_id) else set()
    by_role = {Role.CALLER: Relation.CALLER, Role.LEADER: Relation.LEADER, Role.VISITOR: Relation.VISITOR}
    return {by_role[post.role]} if post.role in by_role else set()


def _of_the_unit(opinion: "Opinion", post: Post) -> set[Relation]:
    found: set[Relation] = set()
    if opinion.unit and post.unit.contains(opinion.unit):
        found.add(Relation.LEAD)
        if post.role == Role.HEAD:
            found.add(Relation.HEAD)
    return found


def _assisting(opinion: "Opinion", cadre: Cadre) -> set[Relation]:
    posts = [post for post in cadre.own_posts if post.role in (Role.HANDLER, Role.HEAD)]
    helps = posts and any(post.unit.contains(unit) for unit in assisting_units(opinion) for post in posts)
    return {Relation.ASSISTING} if helps else set()


def assisting_units(opinion: "Opinion") -> list[Unit]:
    from grievances.models import AssistingUnit

    return [row.unit for row in opinion.file.rows(AssistingUnit)]


def is_accused(opinion: "Opinion", cadre: Cadre) -> bool:
    """Whether the opinion complains about the cadre, or a unit to which they have belonged since it came in,
    or will belong: the rule of ``grievances.sight.access.accuses``, for one opinion."""
    from grievances.models import Accusation

    since = timezone.localdate(opinion.recorded_at)
    return any(
        row.cadre_id == cadre.pk or (row.unit is not None and cadre.was_of(row.unit, since=since))
        for row in opinion.file.rows(Accusation)
    )
