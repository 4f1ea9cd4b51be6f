"""A desk's queue as a list on paper, and the list with which a caller telephones."""

from dataclasses import dataclass, field

from django.db.models import QuerySet

from grievances.flow import deadlines
from grievances.models import Answer, Informant, Opinion
from grievances.sight import looks
from villages.models import Cadre

MOST = 500
# The queues whose paper has room for what was heard on the telephone.
CALLED = frozenset({"to-call-back", "call-back-late"})


class TooMany(Exception):
    """The list is longer than a paper may be."""


@dataclass(frozen=True)
class Call:
    """A case to call back: the answer that its informant got, and who that is, as far as the paper names them."""

    case: Opinion
    answer: str
    people: list[Informant] = field(default_factory=list)


def rows_of(found: QuerySet[Opinion]) -> list[Opinion]:
    """The rows of a queue in its order, with the time left. Raises TooMany."""
    rows = list(found.select_related("region__parent", "category", "person", "unit")[: MOST + 1])
    if len(rows) > MOST:
        raise TooMany
    deadlines.show_on(rows)
    return rows


def calls_of(rows: list[Opinion], *, named_to: Cadre | None) -> list[Call]:
    """The rows with their answers; with the people whom the cadre ``named_to`` sees without giving a reason."""
    answers = _answers(rows)
    people = looks.named_in_lists(rows, named_to) if named_to else {}
    return [Call(row, answers.get(row.pk, ""), people.get(row.pk, [])) for row in rows]


def _answers(rows: list[Opinion]) -> dict[int, str]:
    """The latest answer of each; of protected cases none, as it tells what they are about."""
    plain = [row.pk for row in rows if not row.is_protected]
    latest = Answer.objects.filter(opinion__in=plain).order_by("opinion_id", "-id").distinct("opinion_id")
    return dict(latest.values_list("opinion_id", "public"))
