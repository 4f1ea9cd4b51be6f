"""The verbs of an opinion, by the job of those who do them.

Every verb is written once, as a method that changes the locked row and adds rows to its case file; the
``step`` decorator gives it the transaction, the lock, the rights, the span and the event.
"""

from .aside import AsideSteps
from .checking import CheckingSteps
from .dispatch import DispatchSteps
from .handling import HandlingSteps
from .joining import JoiningSteps
from .oversight import OversightSteps
from .record import RecordSteps

__all__ = [
    "AsideSteps",
    "CheckingSteps",
    "DispatchSteps",
    "HandlingSteps",
    "JoiningSteps",
    "OversightSteps",
    "RecordSteps",
]
