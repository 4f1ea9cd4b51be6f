"""Who calls the verbs of a case, and who writes to it past them: read from the code itself."""

import ast
from collections.abc import Iterator

from config.settings import BASE_DIR
from grievances.models import STEP_FIELDS
from grievances.workflow import Verb

# The verbs themselves, what is made up, and what is done once to a whole database.
_NOT_PATHS = ("steps/", "sample/", "migrations/", "management/")
_VERBS = {verb.value: verb for verb in Verb} | {"join_same": Verb.JOIN}
# A case goes by these names; other objects have fields of the same names.
_CASES = {
    "opinion",
    "case",
    "row",
    "self",
    "found",
    "one",
    "other",
    "locked",
    "again",
    "back.opinion",
    "item.opinion",
}
# A function of a module may be called as a verb is.
_MODULES = {"calling"}
_FIELDS = {name.removesuffix("_id") for name in STEP_FIELDS} | set(STEP_FIELDS)

# Each (module, what it does) that looks like writing to a case, and why it is none of a step.
_THE_VERBS_OWN = "the rows of a step, written down at its end"
_SUCCESSION = "when a successor answered"
_PROBLEM = "a common problem's own place, category, unit, person and version"
_PHONE = "a phone's own rows: what arrives, waits or is ended"
_SHOWN = "for a page or a comparison only; never saved"
WRITES: dict[tuple[str, str], str] = {
    ("flow/casefile.py", "Statements()"): _THE_VERBS_OWN,
    ("bulk/doing.py", "Statements()"): "what became of a case of an order, on the order's own row",
    ("people/leaving.py", "row.answered_at"): _SUCCESSION,
    ("people/leaving.py", "row.save(update_fields=['answered_at'])"): _SUCCESSION,
    ("exports/making.py", "MadeFile.objects.filter(pk=made.pk).update"): "a file that could not be made",
    ("models/common_problem.py", "self.campaign"): _PROBLEM,
    ("models/common_problem.py", "self.campaign_id"): _PROBLEM,
    ("models/common_problem.py", "self.category_id"): _PROBLEM,
    ("models/common_problem.py", "self.person_id"): _PROBLEM,
    ("models/common_problem.py", "self.region_id"): _PROBLEM,
    ("models/common_problem.py", "self.save(update_fields=['category'])"): _PROBLEM,
    ("models/common_problem.py", "self.save(update_fields=['region', 'category'])"): _PROBLEM,
    ("models/common_problem.py", "self.save(update_fields=['version', *values])"): _PROBLEM,
    ("models/common_problem.py", "self.unit_id"): _PROBLEM,
    ("models/common_problem.py", "self.version"): _PROBLEM,
    ("forms/common_problem.py", "self.problem"): "the common problem that a form is about",
    ("forms/opinion.py", "self.region"): "the place that a form is about",
    ("views/dashboard.py", "self.region"): "the place that a dashboard is about",
    ("models/phone.py", "locked.save(update_fields=['ended_at', 'ended_by', 'session'])"): _PHONE,
    ("phones/contact.py", "self.state"): _PHONE,
    ("phones/photos.py", "row.save(update_fields=['broken'])"): _PHONE,
    ("phones/photos.py", "row.save(update_fields=['refused'])"): _PHONE,
    ("phones/photos.py", "row.save(update_fields=['whole'])"): _PHONE,
    (
        "phones/tray.py",
        "row.save(update_fields=['state', 'decided_by', 'decided_at', 'content', 'remark'])",
    ): _PHONE,
    ("phones/tray.py", "row.state"): _PHONE,
    ("dispatching/like_cases.py", "case.unit"): _SHOWN,
    ("views/proposals.py", "case.version"): _SHOWN,
    ("views/model_answers.py", "found.version"): "a model answer's own version",
}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    folder = BASE_DIR / "grievances"
    for file in sorted(folder.rglob("*.py")):
        name = file.relative_to(folder).as_posix()
        if not name.startswith(_NOT_PATHS):
            yield name, ast.parse(file.read_text())


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def of_verbs() -> dict[str, set[Verb]]:
    """{module: verbs that it calls}; one that takes the verb's name from a variable may call any: then none is
    named."""
    found: dict[str, set[Verb]] = {}
    for module, tree in _modules():
        for call in _calls(tree):
            verb = _verb(call)
            if verb:
                found.setdefault(module, set()).add(verb)
            elif _by_name(call):
                found.setdefault(module, set())
    return found


def _verb(call: ast.Call) -> Verb | None:
    """Every verb is called with ``by``, or with what was put together for several."""
    if not isinstance(call.func, ast.Attribute) or not any(one.arg in ("by", None) for one in call.keywords):
        return None
    if ast.unparse(call.func.value) in _MODULES:
        return None
    return _VERBS.get(call.func.attr)


def _by_name(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Name) and call.func.id == "getattr" and len(call.args) == 2
    return named and "verb" in ast.unparse(call.args[1])


def writes_to_cases() -> set[tuple[str, str]]:
    """(module, code) of all that updates, saves, deletes or sets fields that a step changes."""
    return {(module, code) for module, tree in _modules() for code in _writes(tree)}


def _writes(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Statements":
            yield ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _writes_rows(node):
            code = ast.unparse(node)
            yield ast.unparse(node.func) if node.func.attr == "update" else code
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in (part for one in targets for part in ast.walk(one)):
                if isinstance(target, ast.Attribute) and _is_of_a_case(target):
                    yield ast.unparse(target)


def _is_of_a_case(target: ast.Attribute) -> bool:
    return target.attr in _FIELDS and ast.unparse(target.value) in _CASES


def _writes_rows(call: ast.Call) -> bool:
    """An update or a save of a case, as far as its name tells; of a whole set, by the fields that it names."""
    on, does = ast.unparse(call.func.value), call.func.attr
    if does in (
        "bulk_create",
        "bulk_update",
        "update",
        "delete",
        "get_or_create",
        "update_or_create",
        "create",
    ):
        return "Opinion.objects" in on or (
            does == "update" and any(one.arg in _FIELDS for one in call.keywords)
        )
    return (does in ("save", "delete") and on in _CASES) or (does == "write" and on.endswith(".file"))
