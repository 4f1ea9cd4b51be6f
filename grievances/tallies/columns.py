"""What the columns of a tally mean, and how a figure, a queue or a state is made of them."""

from grievances.models import COUNTS
from grievances.workflow import ANSWERED, ENDED, OPEN, State

# ``at_…`` counts the opinions in a state; the rest are conditions that figures and queues ask for:
# ``assigned`` … ``satisfied`` as in ``grievances.measures.figures``, the grounds as parts of ``explained``;
# ``late`` open and past due, ``call_back_late`` answered and past due, ``reopened`` open and in a later round,
# ``supervised`` not ended and under supervision.
_AT = {state: f"at_{state.value}" for state in State}

# name → the columns that add up to it
FIGURE_COLUMNS: dict[str, tuple[str, ...]] = {
    name: (name,)
    for name in (
        "collected", "assigned", "resolved", "explained", "late", "attempted", "contacted", "asked", "solved",
        "satisfied", "call_back_late", "reopened", "supervised",
    )
} | {
    "closed": (_AT[State.CLOSED],),
    "open": tuple(sorted(_AT[state] for state in OPEN)),
    "answered": tuple(sorted(_AT[state] for state in ANSWERED)),
    "not_ended": tuple(sorted(_AT[state] for state in State if state not in ENDED)),
}  # fmt: skip


def of_state(state: str) -> str:
    """The column that counts the opinions in a state."""
    return _AT[State(state)]


def value(counts: dict[str, int], figure: str) -> int:
    """A figure from the counts of a tally."""
    return sum(counts[name] for name in FIGURE_COLUMNS[figure])


def nothing() -> dict[str, int]:
    """The counts of an empty place."""
    return dict.fromkeys(COUNTS, 0)
