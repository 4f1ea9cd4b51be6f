"""Who is away and who keeps their desk, for notices, forms and pages. The desk itself: ``Cadre.lenders``."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from villages.models import Absence, Cadre, Post, Role
from villages.scope import any_of, under
from villages.templatetags.looks import bracketed, day

if TYPE_CHECKING:
    from grievances.desk.queues import Queue
    from grievances.models import Opinion


def of(cadres: Iterable[Cadre]) -> list[Absence]:
    """The absences of today of any of these cadres, with who stands in. A cadre of whom they were read knows them, as
    it knows its posts: whoever dispatches a case to them and then tells them of it asks once."""
    people = {cadre.pk: cadre for cadre in cadres}
    unknown = [pk for pk, cadre in people.items() if "away_now" not in cadre.__dict__]
    if unknown:
        found: dict[int, list[Absence]] = {pk: [] for pk in unknown}
        for row in Absence.objects.in_force().filter(cadre__in=unknown).select_related("substitute"):
            found[row.cadre_id].append(row)
        for pk, rows in found.items():
            people[pk].__dict__["away_now"] = rows
    return [row for cadre in people.values() for row in cadre.away_now]


def kept_by(cadre: Cadre) -> list[Absence]:
    """For whom a cadre stands in today and until when; asks nothing for the many who stand in for nobody."""
    if not cadre.lenders:
        return []
    found = Absence.objects.in_force().filter(substitute=cadre, cadre__in=[one.pk for one in cadre.lenders])
    return list(found.select_related("cadre"))


def with_absences(cadres: QuerySet[Cadre]) -> QuerySet[Cadre]:
    """Cadres that know their absence of today (``away_now``), for ``named``."""
    today = Absence.objects.in_force().select_related("substitute")
    return cadres.prefetch_related(Prefetch("absences", today, to_attr="away_now"))


def named(cadre: Cadre) -> str:
    """The name, and of somebody who is away until when, and who stands in."""
    away = getattr(cadre, "away_now", [])
    return cadre.label + bracketed(in_words(away[0])) if away else cadre.label


def in_words(absence: Absence) -> str:
    """ "away until Fri 27 Nov, Li stands in"."""
    words = {"until": day(absence.until), "substitute": absence.substitute.label}
    return _("away until %(until)s, %(substitute)s stands in") % words


def hint(cadre: Cadre | None) -> str:
    """A sentence for whoever is about to give somebody absent a case; "" for everybody else."""
    found = of([cadre]) if cadre else []
    words = {"who": cadre.label, "away": in_words(found[0])} if found else {}
    return _("%(who)s: %(away)s.") % words if found else ""


def mark_lent(rows: "list[Opinion]", queue: "Queue", cadre: Cadre) -> None:
    """Say of each row at whose desk it lies (``desk_of``), where that is a desk that the cadre keeps for somebody."""
    from grievances.models import Opinion

    names = {lender.pk: lender for lender in cadre.lenders}
    if not names or not rows:
        return
    own = When(queue.whose(cadre.alone), then=Value(None))
    lent = [When(queue.whose(lender), then=Value(lender.pk)) for lender in cadre.lenders]
    whose = Case(own, *lent, output_field=IntegerField())
    asked = Opinion.objects.filter(pk__in=[row.pk for row in rows]).annotate(of=whose)
    found = dict(asked.order_by().values_list("pk", "of"))
    for row in rows:
        row.desk_of = names.get(row.person_id) or names.get(found.get(row.pk))


def people_headed(by: Cadre) -> QuerySet[Cadre]:
    """Whose absences a head looks after: whoever works in the own units."""
    units = [under(post.unit.path, field="unit__path") for post in by.own_posts if post.role == Role.HEAD]
    posts = Post.objects.in_force().filter(any_of(units)) if units else Post.objects.none()
    return Cadre.objects.filter(Q(pk__in=posts.values("cadre")), is_active=True).order_by("name", "pk")
