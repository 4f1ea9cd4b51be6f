"""What a phone is answered."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from grievances.phones import both
from grievances.phones.filling import Problem


@dataclass(frozen=True)
class Answer:
    """The status, what became of the packet in one word, and what belongs to it."""

    status: int
    state: str
    more: dict[str, object] = field(default_factory=dict)

    @property
    def is_acknowledged(self) -> bool:
        """Whether the phone may forget it: it is stored here."""
        return self.status < 300


def refused(problems: list[Problem]) -> Answer:
    """It stays on the phone; each problem names its field."""
    return Answer(422, "refused", {"problems": [problem.told for problem in problems]})


def malformed(name: str) -> Answer:
    return refused([Problem(name, both.said(lambda: _("This can't be read: write it anew.")))])
