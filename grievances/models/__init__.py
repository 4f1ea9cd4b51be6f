from .attachment import Attachment
from .bulk import BulkItem, BulkOrder, BulkResult
from .campaign import Campaign, DeploymentMeeting, Goal, Measure, TaskForceMember
from .case import (
    Answer,
    Assignment,
    AssistingUnit,
    CalendarDay,
    CallBack,
    CallBackMeans,
    Clock,
    ClockKind,
    Extension,
    Objection,
)
from .category import Category, DayKind, DispatchRule, LocalUnit, Question, QuestionKind
from .desk import AfterStep, Density, DeskSettings
from .history import Channel, Event, Look, LookKind
from .informant import Accusation, Informant
from .notice import Notice
from .opinion import (
    SNAPSHOT_FIELDS,
    STEP_FIELDS,
    InformantKind,
    Kind,
    Opinion,
    OpinionSpan,
    Snapshot,
    Source,
    Urgency,
)
from .province import DistrictSite
from .taking import KEPT, CallList, FileFormat, FileState, MadeFile
from .tally import COUNTS, KEYS, Dimension, Tally, TallyChange, TallyMoment
from .visit import Visit, VisitKind

__all__ = [
    "COUNTS",
    "KEPT",
    "KEYS",
    "SNAPSHOT_FIELDS",
    "STEP_FIELDS",
    "Accusation",
    "AfterStep",
    "Answer",
    "Assignment",
    "AssistingUnit",
    "Attachment",
    "BulkItem",
    "BulkOrder",
    "BulkResult",
    "CalendarDay",
    "CallBack",
    "CallBackMeans",
    "CallList",
    "Campaign",
    "Category",
    "Channel",
    "Clock",
    "ClockKind",
    "DayKind",
    "Density",
    "DeploymentMeeting",
    "DeskSettings",
    "Dimension",
    "DispatchRule",
    "DistrictSite",
    "Event",
    "Extension",
    "FileFormat",
    "FileState",
    "Goal",
    "Informant",
    "InformantKind",
    "Kind",
    "LocalUnit",
    "Look",
    "LookKind",
    "MadeFile",
    "Measure",
    "Notice",
    "Objection",
    "Opinion",
    "OpinionSpan",
    "Question",
    "QuestionKind",
    "Snapshot",
    "Source",
    "Tally",
    "TallyChange",
    "TallyMoment",
    "TaskForceMember",
    "Urgency",
    "Visit",
    "VisitKind",
]
