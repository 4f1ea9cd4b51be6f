"""One form for each verb that a person does."""

from grievances.workflow import Verb

from .answering import (
    AcceptForm,
    AnswerForm,
    ApproveForm,
    AttachForm,
    ExplainForm,
    ExplainOnTheSpotForm,
    ExtensionForm,
    OnTheSpotForm,
    PutAsideForm,
)
from .checking import AnswerSupervisionForm, CallBackForm, CorrectForm, SpotCheckForm, SuperviseForm, TellForm
from .dispatching import (
    AssignForm,
    AssistForm,
    NameAccusedForm,
    ReassignForm,
    RecategoriseForm,
    ReferForm,
    TransferForm,
)
from .joining import JoinForm, LeaveForm
from .step import OptionalReasonForm, ReasonForm, ReleaseForm, StepForm, TextForm, WithdrawForm, key_of

__all__ = ["FORMS", "StepForm", "key_of"]

FORMS: dict[Verb, type[StepForm]] = {
    Verb.ASSIGN: AssignForm,
    Verb.REFER: ReferForm,
    Verb.SOLVE_ON_THE_SPOT: OnTheSpotForm,
    Verb.EXPLAIN_ON_THE_SPOT: ExplainOnTheSpotForm,
    Verb.WITHDRAW: WithdrawForm,
    Verb.ACCEPT: AcceptForm,
    Verb.OBJECT: ReasonForm,
    Verb.UPHOLD: OptionalReasonForm,
    Verb.REFUSE: ReasonForm,
    Verb.TRANSFER: TransferForm,
    Verb.REASSIGN: ReassignForm,
    Verb.ASK_EXTENSION: ExtensionForm,
    Verb.APPROVE_EXTENSION: ApproveForm,
    Verb.REFUSE_EXTENSION: ReasonForm,
    Verb.PUT_ASIDE: PutAsideForm,
    Verb.TAKE_UP: StepForm,
    Verb.RESOLVE: AnswerForm,
    Verb.EXPLAIN: ExplainForm,
    Verb.REWORK: ReasonForm,
    Verb.CALL_BACK: CallBackForm,
    Verb.SPOT_CHECK: SpotCheckForm,
    Verb.REOPEN: ReasonForm,
    Verb.SUPERVISE: SuperviseForm,
    Verb.INSTRUCT: SuperviseForm,
    Verb.ANSWER_SUPERVISION: AnswerSupervisionForm,
    Verb.REQUEST_REVIEW: ReasonForm,
    Verb.ANSWER_REVIEW: TextForm,
    Verb.TELL: TellForm,
    Verb.ASSIST: AssistForm,
    Verb.JOIN: JoinForm,
    Verb.LEAVE: LeaveForm,
    Verb.CONTRIBUTE: TextForm,
    Verb.REMARK: TextForm,
    Verb.CORRECT: CorrectForm,
    Verb.RECATEGORISE: RecategoriseForm,
    Verb.ATTACH: AttachForm,
    Verb.NAME_ACCUSED: NameAccusedForm,
    Verb.RELEASE: ReleaseForm,
    Verb.LEAVE_WITH_UNIT: ReasonForm,
}
