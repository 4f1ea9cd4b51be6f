from .answering import LONGEST_TEXT, AnswerDraft, ModelAnswer, ModelAnswerUse
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
from .common_problem import CommonProblem, ProblemChange, ProblemMembership, ProblemVerb
from .desk import AfterStep, Density, DeskSettings
from .escalation import BeforeAfter, Escalation, EscalationDay, EscalationLevel, EscalationRule, Reach
from .history import Channel, Event, Look, LookKind
from .informant import Accusation, Informant
from .message import Delivery, DeliveryState, How, MessageSettings
from .note import Note, NoteKind
from .notice import Notice
from .opinion import STEP_FIELDS, InformantKind, Kind, Opinion, Urgency
from .phone import LONGEST_LABEL, MOST_PHONES, Phone
from .presence import CasePresence
from .province import DistrictSite
from .saved import Calls, SavedView, Sharing
from .snapshot import SNAPSHOT_FIELDS, Snapshot, Source
from .span import OpinionSpan
from .standing import StoodIn, Succession, SuccessionCase
from .taking import KEPT, CallList, FileFormat, FileState, MadeFile
from .tally import COUNTS, KEYS, Dimension, Tally, TallyChange, TallyMoment
from .undecided import ArrivingPhoto, Decided, UndecidedVisit, Why
from .visit import Visit, VisitKind, VisitPair

__all__ = [
    "COUNTS",
    "KEPT",
    "KEYS",
    "LONGEST_LABEL",
    "LONGEST_TEXT",
    "MOST_PHONES",
    "SNAPSHOT_FIELDS",
    "STEP_FIELDS",
    "Accusation",
    "AfterStep",
    "Answer",
    "AnswerDraft",
    "ArrivingPhoto",
    "Assignment",
    "AssistingUnit",
    "Attachment",
    "BeforeAfter",
    "BulkItem",
    "BulkOrder",
    "BulkResult",
    "CalendarDay",
    "CallBack",
    "CallBackMeans",
    "CallList",
    "Calls",
    "Campaign",
    "CasePresence",
    "Category",
    "Channel",
    "Clock",
    "ClockKind",
    "CommonProblem",
    "DayKind",
    "Decided",
    "Delivery",
    "DeliveryState",
    "Density",
    "DeploymentMeeting",
    "DeskSettings",
    "Dimension",
    "DispatchRule",
    "DistrictSite",
    "Escalation",
    "EscalationDay",
    "EscalationLevel",
    "EscalationRule",
    "Event",
    "Extension",
    "FileFormat",
    "FileState",
    "Goal",
    "How",
    "Informant",
    "InformantKind",
    "Kind",
    "LocalUnit",
    "Look",
    "LookKind",
    "MadeFile",
    "Measure",
    "MessageSettings",
    "ModelAnswer",
    "ModelAnswerUse",
    "Note",
    "NoteKind",
    "Notice",
    "Objection",
    "Opinion",
    "OpinionSpan",
    "Phone",
    "ProblemChange",
    "ProblemMembership",
    "ProblemVerb",
    "Question",
    "QuestionKind",
    "Reach",
    "SavedView",
    "Sharing",
    "Snapshot",
    "Source",
    "StoodIn",
    "Succession",
    "SuccessionCase",
    "Tally",
    "TallyChange",
    "TallyMoment",
    "TaskForceMember",
    "UndecidedVisit",
    "Urgency",
    "Visit",
    "VisitKind",
    "VisitPair",
    "Why",
]
