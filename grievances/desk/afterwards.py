"""What a cadre wants to see when a step is done: chosen at the step's form, and remembered for the next one."""

from grievances.lists.columns import settings_of
from grievances.models import AfterStep, DeskSettings
from villages.models import Cadre


def asked(value: str | None) -> AfterStep | None:
    """The choice that a form brings; None where it brings none, or none that there is."""
    return AfterStep(value) if value in AfterStep.values else None


def choices(cadre: Cadre, value: str | None) -> list[tuple[str, str, bool]]:
    """(value, label, whether it is chosen): what the form brings stays, else what was chosen last."""
    chosen = asked(value) or _remembered(cadre)
    return [(one.value, one.label, one == chosen) for one in AfterStep]


def remember(cadre: Cadre, choice: AfterStep) -> None:
    """Keep it for the next step; in one statement, as a person may work in two windows."""
    if _remembered(cadre) != choice:
        DeskSettings.objects.bulk_create(
            [DeskSettings(cadre=cadre, after_step=choice)],
            update_conflicts=True, unique_fields=["cadre"], update_fields=["after_step"],
        )  # fmt: skip


def _remembered(cadre: Cadre) -> AfterStep:
    return AfterStep(settings_of(cadre).after_step)
