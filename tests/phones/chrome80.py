"""What Chromium 80 doesn't know: by Mozilla's compatibility data (npm @mdn/browser-compat-data), not by a list of ours."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.node import install, told

OLDEST = 80


@cache
def _data() -> dict:
    return json.loads((install() / "@mdn/browser-compat-data/data.json").read_text())


def first(node: dict) -> float:
    """The first Chrome that has it without a flag or a prefix; infinity where none has."""
    entries = node["__compat"]["support"]["chrome"]
    known = [_version(one) for one in (entries if isinstance(entries, list) else [entries])]
    return min(known)


def _version(entry: dict) -> float:
    version = entry.get("version_added")
    meant = version and version != "preview" and not {"flags", "prefix", "alternative_name"} & set(entry)
    return float(str(version).removeprefix("≤")) if meant else float("inf")


def newer(node: dict | None) -> bool:
    return bool(node) and "__compat" in node and first(node) > OLDEST


# Scripts


@cache
def _interfaces() -> dict[str, dict]:
    return _data()["api"] | _data()["javascript"]["builtins"] | _data()["javascript"]["builtins"]["Intl"]


@cache
def _new_names() -> frozenset[str]:
    """Names of members and globals of which no interface of Chromium 80 has one."""
    oldest: dict[str, float] = {}
    for name, interface in _interfaces().items():
        members = {**interface, name: interface}
        for key, node in members.items():
            if isinstance(node, dict) and "__compat" in node and not key.startswith("@@"):
                plain = key.removesuffix("_static").removesuffix("_event")
                oldest[plain] = min(first(node), oldest.get(plain, float("inf")))
    return frozenset(name for name, version in oldest.items() if version > OLDEST)


def script_problems(files: Sequence[Path], *, allowed: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """File → what a browser of that age would stumble over. The files stand side by side on a page: what one defines
    the others may use. ``allowed`` are names that are asked for before they are used."""
    answers = told("names.mjs", [str(file.resolve()) for file in files])
    own = {name for answer in answers.values() for name in answer.get("defined", ())}
    functions = {name for answer in answers.values() for name in answer.get("functions", ())}
    found = {
        Path(file).name: _of_script(answer, own, functions | allowed, allowed)
        for file, answer in answers.items()
    }
    return {file: wrong for file, wrong in found.items() if wrong}


def _of_script(answer: dict, own: set[str], functions: set[str], allowed: frozenset[str]) -> list[str]:
    if "error" in answer:
        return [f"syntax: {answer['error']}"]
    wrong = {
        f"line {line}: {name}"
        for name, owner, called, line in answer["used"]
        # A value of ours called "at" is no reason to believe that arrays have at().
        if _is_new(owner, name) and name not in (functions if called else own | allowed)
    }
    return sorted(wrong)


def _is_new(owner: str, name: str) -> bool:
    return name in _new_names() or _new_of(owner, name)


def _new_of(owner: str, name: str) -> bool:
    """Of a member that other interfaces have had for long, such as ``Response.json()`` beside ``response.json()``."""
    interface = _interfaces().get(owner, {})
    return newer(interface.get(f"{name}_static"))


# Styles: asked of one declaration, selector or rule at a time


def property_is_new(name: str) -> bool:
    if name.startswith(("--", "-webkit-", "-moz-", "-ms-", "-o-")):  # free, or for some browser only
        return False
    node = _data()["css"]["properties"].get(name)
    return node is None or newer(node)


def keyword_is_new(name: str, value: str) -> bool:
    return newer(_data()["css"]["properties"].get(name, {}).get(value))


def selector_is_new(name: str) -> bool:
    """A pseudo-class or pseudo-element without its colons."""
    if name.startswith(("-webkit-", "-moz-", "-ms-")):
        return False
    node = _data()["css"]["selectors"].get(name)
    return node is None or newer(node)


def rule_is_new(name: str) -> bool:
    if name.startswith(("-webkit-", "-moz-")):
        return False
    node = _data()["css"]["at-rules"].get(name)
    return node is None or newer(node)


def feature_is_new(name: str) -> bool:
    """A feature that @media asks for."""
    node = _data()["css"]["at-rules"]["media"].get(name.removeprefix("min-").removeprefix("max-"))
    return node is None or newer(node)


@cache
def _new_functions() -> frozenset[str]:
    """Names of functions of values, such as oklch() and light-dark()."""
    oldest: dict[str, float] = {}

    def walk(node: dict) -> None:
        for key, below in node.items():
            if key != "__compat" and isinstance(below, dict):
                if "__compat" in below:
                    oldest[key] = min(first(below), oldest.get(key, float("inf")))
                walk(below)

    walk(_data()["css"]["types"])
    return frozenset(name for name, version in oldest.items() if version > OLDEST)


def function_is_new(name: str) -> bool:
    return name in _new_functions()


def unit_is_new(unit: str) -> bool:
    # Units that are measured by the visible part of the screen, by a container or by the line: 108, 105, 109.
    return (unit[:1] in "dsl" and unit[1:] in ("vh", "vw", "vmin", "vmax", "vi", "vb")) or unit in (
        "cqw", "cqh", "cqi", "cqb", "cqmin", "cqmax", "lh", "rlh", "cap", "rcap", "ic", "ric", "rex", "rch", "vi", "vb",
    )  # fmt: skip
