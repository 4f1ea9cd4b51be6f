"""The paths by which somebody reaches a step, as data: what is sent, where, and which verbs it can lead to."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.forms.steps import FORMS
from grievances.models import Category, CommonProblem, Opinion, Succession
from grievances.people.leaving import HandingOn
from grievances.workflow import Verb
from tests.factories import fresh, make_opinion
from tests.grievances.bulk import chosen, form_for
from tests.grievances.cases import answered, assigned, in_hand
from tests.grievances.visits import sheet
from villages.models import Cadre, Household, Unit

V = Verb
Content = dict[str, object]


@dataclass
class World:
    """Who and what the paths are tried with."""

    people: dict[str, Cadre]
    units: dict[str, Unit]
    household: Household
    other_category: Category
    anchor: Opinion
    problem: CommonProblem

    def __getitem__(self, name: str) -> Cadre:
        return self.people[name]


@dataclass(frozen=True)
class Sent:
    """A form as somebody sends it."""

    url: str
    data: dict[str, object]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Path:
    """One path: the modules in which it calls a verb, who goes it, how a case is made ready, what is sent.

    ``seen`` is whether the form carries the version that was seen; where not, the path says why in ``unseen``.
    """

    name: str
    modules: frozenset[str]
    verbs: frozenset[Verb]
    form: Callable[[World, Verb, Opinion, Content], Sent] | None
    actor: str = ""
    ready: Callable[[World, Opinion], None] | None = None
    content: Content = field(default_factory=dict)
    unseen: str = ""
    keyless: str = ""
    alone: bool = False


# What makes a case ready for a verb: its state, who does it, and what they say.
def _ready_assigned(world: World, case: Opinion) -> None:
    assigned(case, by=world["coordinator"], unit=world.units["transport"], person=world["handler"])


def ready_in_hand(world: World, case: Opinion) -> None:
    in_hand(case, by=world["coordinator"], unit=world.units["transport"], person=world["handler"])


def ready_answered(world: World, case: Opinion) -> None:
    answered(case, by=world["coordinator"], unit=world.units["transport"], person=world["handler"])


def _ready_nothing(world: World, case: Opinion) -> None:
    return None


def _ready_joined(world: World, case: Opinion) -> None:
    ready_in_hand(world, case)
    case.join(by=world["coordinator"], problem=world.problem)


def _ready_handed_on(world: World, case: Opinion) -> None:
    """The handler took over from a colleague who leaves."""
    in_hand(case, by=world["coordinator"], unit=world.units["transport"], person=world["colleague"])
    order = HandingOn(fresh(world["colleague"]), fresh(world["head"]), "调离")
    order.hand_on([Opinion.objects.get(pk=case.pk)], fresh(world["handler"]))
    assert order.result.done == 1
    case.refresh_from_db()


READY: dict[Verb, tuple[Callable[[World, Opinion], None], str]] = {
    V.ASSIGN: (_ready_nothing, "coordinator"),
    V.OBJECT: (_ready_assigned, "handler"),
    V.ASK_EXTENSION: (ready_in_hand, "handler"),
    V.TRANSFER: (ready_in_hand, "head"),
    V.REASSIGN: (ready_in_hand, "coordinator"),
    V.RECATEGORISE: (ready_in_hand, "coordinator"),
    V.SUPERVISE: (ready_in_hand, "coordinator"),
    V.JOIN: (ready_in_hand, "coordinator"),
    V.RESOLVE: (_ready_joined, "handler"),
    V.EXPLAIN: (_ready_joined, "handler"),
    V.CALL_BACK: (ready_answered, "caller"),
    V.REOPEN: (ready_answered, "caller"),
    V.REMARK: (ready_in_hand, "coordinator"),
    V.TELL: (ready_answered, "handler"),
}


def content_of(world: World, verb: Verb) -> Content:
    """What is asked for, as the fields of the verb's own page."""
    due = (timezone.localdate() + timedelta(days=5)).isoformat()
    return {
        V.ASSIGN: {"unit": world.units["transport"].pk, "person": world["handler"].pk, "reason": "请办"},
        V.OBJECT: {"reason": "不归我们管"},
        V.ASK_EXTENSION: {"days": 20, "reason": "材料未到"},
        V.TRANSFER: {"person": world["colleague"].pk, "reason": "出差"},
        V.REASSIGN: {"unit": world.units["water"].pk, "person": world["water_head"].pk, "reason": "改派"},
        V.RECATEGORISE: {"category": world.other_category.pk, "reason": "改类"},
        V.SUPERVISE: {"text": "抓紧", "due": due},
        V.JOIN: {"problem": world.problem.pk, "reason": ""},
        V.RESOLVE: {"account": "铺了沥青", "public": "路已经修好。"},
        V.EXPLAIN: {"account": "查了", "public": "规定不许。", "ground": "policy"},
        V.CALL_BACK: {
            "contacted": "yes", "solved": "yes", "satisfied": "yes", "remark": "修好了", "means": "telephone",
        },
        V.REOPEN: {"reason": "还是坑"},
        V.REMARK: {"text": "记一笔"},
        V.TELL: {"about": "answered", "means": "letter", "remark": "送到门口"},
    }[verb]  # fmt: skip


def page(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    """The verb's own page."""
    carried = {"version": case.version, "key": str(uuid.uuid4())}
    return Sent(reverse(verb.address, args=[case.number]), carried | content)


def _panel(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    sent = page(world, verb, case, content)
    return Sent(sent.url, sent.data, {"HX-Request": "true"})


def _row(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    sent = page(world, verb, case, content)
    return Sent(sent.url, sent.data, {"HX-Request": "true", "HX-Trigger": f"take-{case.pk}"})


def _bulk(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    return Sent(reverse("bulk-new", args=[verb.value]), form_for([case], step="do", **content))


def _proposals(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    proposed = f"{case.pk}.{content['unit']}.{content['person']}"
    return Sent(reverse("bulk-proposals"), form_for([case], proposed=proposed, reason=content["reason"]))


def _calls(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    names = ("contacted", "solved", "satisfied", "remark")
    row = {f"c{case.pk}-{name}": content[name] for name in names} | {f"c{case.pk}-version": case.version}
    common = {"key": str(uuid.uuid4()), "chosen": f"{case.pk}.1", "means": content["means"], "printed": ""}
    return Sent(reverse("call-backs"), common | row)


def _same(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    carried = {"version": case.version, "key": str(uuid.uuid4()), "same": world.anchor.number}
    return Sent(reverse("opinion-same", args=[case.number]), carried)


def _colleagues(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    data = {
        "case": chosen([case]).split(), "key": str(uuid.uuid4()), "colleague": content["person"],
        "reason": content["reason"],
    }  # fmt: skip
    return Sent(reverse("unit-colleagues", args=[world.units["transport"].pk]), data)


def _handover(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    data = {"cases": chosen([case]).split(), "colleague": content["person"], "reason": content["reason"]}
    return Sent(reverse("handover", args=[world["handler"].pk]), data)


def _leaving(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    data = {f"to-o{case.pk}": content["person"], "reason": content["reason"]}
    data["last_day"] = timezone.localdate().isoformat()
    return Sent(reverse("leaving", args=[world["handler"].pk]) + "?way=each", data)


def _leaving_alone(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    sent = _leaving(world, verb, case, content)
    return Sent(sent.url, sent.data | {f"to-u{world.units['transport'].pk}": content["person"]})


def _hand_back(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    succession = Succession.objects.get(cases__opinion=case)
    data = {"back": "1", "cases": [case.pk], "reason": content["reason"]}
    return Sent(reverse("succession", args=[succession.pk]), data)


_WORDS = {V.CALL_BACK: ("done", "remark"), V.REOPEN: ("not_done", "reason"), V.REMARK: ("done", "text")}


def _door(world: World, verb: Verb, case: Opinion, content: Content) -> Sent:
    word, name = _WORDS[verb]
    said = {f"back{case.pk}-word": word, f"back{case.pk}-remark": content[name]}
    return Sent(reverse("visit-household", args=[world.household.pk]), sheet() | said)


def _set(*verbs: Verb) -> frozenset[Verb]:
    return frozenset(verbs)


_STEPS = frozenset({"views/steps.py"})
_DOING = frozenset({"bulk/doing.py"})
_MANY = _set(
    V.ASSIGN, V.TRANSFER, V.REASSIGN, V.RECATEGORISE, V.SUPERVISE, V.JOIN, V.RESOLVE, V.EXPLAIN, V.TELL
)  # fmt: skip
_GONE = "sent again, the case hangs on them no more"
_AS_IT_STANDS = "whatever hangs on who leaves goes; what changes within the request is refused"

PATHS = [
    Path("page", _STEPS, frozenset(FORMS), page),
    Path("panel", _STEPS, frozenset(FORMS), _panel),
    Path("proposal in a row", _STEPS, _set(V.ASSIGN), _row),
    Path("many", _DOING, _MANY, _bulk),
    Path("many as a job", _DOING, _MANY, _bulk),
    Path("many proposals", _DOING, _set(V.ASSIGN), _proposals),
    Path("call-back list", frozenset({"bulk/calling.py"}), _set(V.CALL_BACK), _calls),
    Path("same matter", frozenset({"views/alike.py"}), _set(V.JOIN), _same),
    Path("colleagues", frozenset({"views/colleagues.py"}), _set(V.TRANSFER), _colleagues),
    Path("hand-over", frozenset({"views/handover.py"}), _set(V.TRANSFER), _handover, keyless=_GONE),
    Path(
        "leaving", frozenset({"people/leaving.py"}), _set(V.TRANSFER), _leaving, unseen=_AS_IT_STANDS, keyless=_GONE
    ),
    Path(
        "leaving, by an administrator", frozenset({"people/leaving.py"}), _set(V.TRANSFER), _leaving_alone,
        actor="administrator", unseen=_AS_IT_STANDS, keyless=_GONE, alone=True,
    ),
    Path(
        "handed back by the successor", frozenset({"people/leaving.py"}), _set(V.TRANSFER), _hand_back,
        actor="handler", ready=_ready_handed_on, unseen=_AS_IT_STANDS, keyless=_GONE,
    ),
    Path(
        "at the door", frozenset({"visits/looking_back.py"}), _set(V.CALL_BACK, V.REOPEN, V.REMARK), _door,
        actor="visitor", content={"means": "door"},
        unseen="what the household says is said of the matter as it stands",
    ),
]  # fmt: skip

# Without a form of their own: nobody's steps, and what is written down with its first step. Each has its own tests.
OTHERS = {
    "the same matter, while written down or at the door": ("problems/alike.py", _set(V.JOIN)),
    "solved while written down": ("forms/opinion.py", _set(V.RECORD, V.SOLVE_ON_THE_SPOT)),
    "written down on a visit": ("forms/visit_opinion.py", _set(V.RECORD)),
    "assigned by a rule": ("dispatching/self_dispatch.py", _set(V.ASSIGN_BY_RULE)),
    "taken away from the accused": ("people/handover.py", _set(V.TAKE_AWAY)),
    "taken away as a post ends": ("people/leaving.py", _set(V.TAKE_AWAY)),
    "a changed calendar": ("flow/reckoning.py", _set(V.RECKON)),
    "a preview, which writes nothing": ("bulk/preview.py", _MANY),
}

# Every verb that a path shares with the verb's own page is compared with it; what it refuses is tried with fewer.
# The panel is the page drawn otherwise, and a job is an order done later: a few verbs show that.
_FEW = {"panel": {V.OBJECT, V.ASK_EXTENSION, V.RESOLVE, V.CALL_BACK}, "many as a job": {V.RESOLVE}}
COMPARED = [
    (path, verb)
    for path in PATHS
    for verb in READY
    if path.form is not page and verb in path.verbs & _FEW.get(path.name, path.verbs)
]
_FEW |= {
    "page": {V.OBJECT, V.ASK_EXTENSION, V.TRANSFER, V.RESOLVE, V.CALL_BACK},
    "panel": {V.OBJECT, V.ASK_EXTENSION, V.RESOLVE},
    "many": {V.ASSIGN, V.TRANSFER, V.RESOLVE},
}
WAYS = [
    (path, verb) for path in PATHS for verb in READY if verb in path.verbs & _FEW.get(path.name, path.verbs)
]


def actor_of(path: Path, verb: Verb) -> str:
    return path.actor or READY[verb][1]


def case_for(world: World, path: Path, verb: Verb, **fields: object) -> Opinion:
    """A new case that is ready for the verb, as the path needs it."""
    said = {"household": world.household} | fields
    case = make_opinion(by=world["writer"], **said)
    (path.ready or READY[verb][0])(world, case)
    if path.name == "at the door" and verb == V.REOPEN:
        # Whoever isn't of the lead unit calls back as long as it waits for that; then it is reopened.
        case.call_back(by=world["caller"], contacted=True, solved=True, satisfied=False)
    return Opinion.objects.get(pk=case.pk)


def content_for(world: World, path: Path, verb: Verb) -> Content:
    known = content_of(world, verb)
    if path.name == "handed back by the successor":
        known["person"] = world["head"].pk
    return known | (path.content if verb == V.CALL_BACK else {})


def sent_by(world: World, path: Path, verb: Verb, case: Opinion, **changes: object) -> Sent:
    return path.form(world, verb, case, content_for(world, path, verb) | changes)


def send(sent: Sent, by: Cadre) -> HttpResponse:
    """Send it; an answer whose letter is shown first is sent again as it was shown."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(by)
    response = client.post(sent.url, sent.data, headers=sent.headers)
    if response.context and "letter" in response.context and response.context.get("form"):
        seen = response.context["form"].data.get("seen", "")
        response = client.post(sent.url, sent.data | {"seen": seen}, headers=sent.headers)
    assert response.status_code < 500
    return response


def get(sent: Sent, by: Cadre) -> str:
    """The page on which it is asked."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(by)
    asked = {"case": sent.data["chosen"].split()} if "chosen" in sent.data else {}
    response = client.get(sent.url, asked, headers=sent.headers)
    assert response.status_code < 500
    return response.content.decode()
