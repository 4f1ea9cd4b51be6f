"""The letter (答复意见书) with which the informant gets an answer that was given."""

from django.utils import timezone

from grievances.answering.letters import Letter, letter
from grievances.models import Opinion
from grievances.sight.looks import Person


def answer_letter(opinion: Opinion, people: list[Person]) -> Letter | None:
    """The letter of the answer that stands, to these people, or to nobody by name; None where no answer stands."""
    answer = opinion.answers.select_related("unit").last() if opinion.answered_at else None
    if answer is None:
        return None
    return letter(
        opinion, answer.public, unit=answer.unit, on=timezone.localdate(answer.at),
        names=[person.name for person in people],
        ground=answer.ground, planned_for=answer.planned_for, passed_to=answer.passed_to,
    )  # fmt: skip
