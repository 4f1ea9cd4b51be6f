"""Old phones: their vendors' browsers are Chromium 80. Scripts and styles hold nothing that it doesn't know."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.phones import chrome80, styles

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
# On paper only: read by WeasyPrint and by the desktop's browser.
NOT_ON_PHONES = {"paper.css"}
# Keys of the server's answers, which happen to be the names of newer interfaces too.
OF_THE_SERVER = frozenset({"changed"})
# What libraries ask for before they use it, or call on objects that they are given.
ASKED_FOR_FIRST = {
    "htmx": frozenset({"moveBefore", "parseHTMLUnsafe", "startViewTransition"}),
    "workbox": frozenset({"handle"}),  # of the strategies, which are ours to pass
}
# Left out by an old browser without harm.
HARMLESS = frozenset(
    {
        "color-scheme",  # the browser's own parts of a dark page stay light
        "accent-color",  # bars and boxes keep the browser's colour
        "align-self: start",  # newer in flex boxes; ours are grids, which had it from the beginning
    }
)
# What Chromium 80 leaves out of Bootstrap, and why that does no harm here.
OF_BOOTSTRAP = {
    "gap": "utilities and stacks for distances, which no template of ours uses",
    "row-gap": "as gap",
    "column-gap": "as gap",
    "selector :focus-visible": "the whole rule is left out, so our own :focus outline shows",
    "selector :file-selector-button": "the button of a file field keeps the browser's look, by its prefixed twin",
    "appearance": "its prefixed twin stands beside it",
    "word-wrap": "an old name of overflow-wrap, which every Chromium knows as an alias",
    "color-adjust": "on paper only; its prefixed twin stands beside it",
    "print-color-adjust": "on paper only; its prefixed twin stands beside it",
    "text-underline-offset": "the line is a little nearer to the word",
    "color-scheme": "a utility that we don't use",
    "inset": "floating labels of text areas, which we don't use",
    "mask-image": "its prefixed twin stands beside it",
    "mask-size": "its prefixed twin stands beside it",
}
_CLASSES = re.compile(r'class="([^"]*)"')


def scripts() -> list[Path]:
    return sorted([*STATIC.glob("*.js"), *STATIC.glob("phone/*.js")])


def vendored() -> list[Path]:
    return sorted(STATIC.glob("vendor/*.js"))


def sheets() -> list[Path]:
    found = [*STATIC.glob("*.css"), *STATIC.glob("phone/*.css")]
    return sorted(one for one in found if one.name not in NOT_ON_PHONES)


def test_our_scripts_run_there() -> None:
    files = scripts()
    assert len(files) >= 9
    assert chrome80.script_problems(files, allowed=OF_THE_SERVER) == {}


def test_vendored_scripts_run_there() -> None:
    files = vendored()
    assert files
    for file in files:
        allowed = ASKED_FOR_FIRST.get(file.name.partition("-")[0], frozenset())
        assert chrome80.script_problems([file], allowed=allowed) == {}


@pytest.mark.parametrize("sheet", sheets(), ids=lambda path: path.name)
def test_our_styles_are_shown_there(sheet: Path) -> None:
    found = styles.read(sheet.read_text())
    assert found.selectors
    assert found.told(HARMLESS) == []


def bootstrap() -> styles.Sheet:
    (file,) = STATIC.glob("vendor/bootstrap-*.css")
    return styles.read(file.read_text())


def test_what_an_old_browser_leaves_out_of_bootstrap_is_known() -> None:
    assert {one.what for one in bootstrap().ignored} == set(OF_BOOTSTRAP)


def test_no_template_needs_what_bootstrap_cannot_show_there() -> None:
    """Distances between the parts of flex boxes, and floating labels."""
    affected = {
        name
        for one in bootstrap().ignored
        if one.what in ("gap", "row-gap", "column-gap", "inset", "color-scheme")
        for name in re.findall(r"\.([a-z][\w-]*)", one.selector)
        if name.startswith(
            ("gap-", "row-gap", "column-gap", "hstack", "vstack", "form-floating", "icon-link")
        )
    }
    assert {"gap-3", "form-floating"} <= affected
    used = set()
    for template in TEMPLATES.rglob("*.html"):
        for names in _CLASSES.findall(template.read_text()):
            used |= set(names.split()) & affected
    assert used == set()


# The checks themselves: each must notice what it is for.


@pytest.mark.parametrize(
    "script",
    [
        "a ??= 1;",
        "class A { #secret = 1; }",
        "class A { field = 1; }",
        "const n = 1_000;",
        "await fetch('/');",
        "/a/v.test('a');",
        "'a'.replaceAll('a', 'b');",
        "[1].at(-1);",
        "Promise.any([]);",
        "crypto.randomUUID();",
        "structuredClone({});",
        "Object.hasOwn({}, 'a');",
        "Response.json({});",
        "AbortSignal.timeout(5);",
        "new WeakRef({});",
        "document.body.replaceChildren();",
        "navigator.userAgentData;",
        "const x = {at: 3}; [1].at(-1); x.at;",
    ],
)
def test_what_is_too_new_in_a_script_is_noticed(script: str, tmp_path: Path) -> None:
    file = tmp_path / "new.js"
    file.write_text(script)
    assert len(chrome80.script_problems([file])["new.js"]) == 1


@pytest.mark.parametrize(
    "script",
    [
        "const a = b?.c ?? 1n;",
        "Promise.allSettled([]).finally(() => 0);",
        "async () => { for await (const a of b) await a; };",
        "fetch('/').then((answer) => answer.json());",
        "navigator.locks.request('a', f); navigator.storage.persist(); new BroadcastChannel('a');",
        "const box = {at: 3}; box.at; const draft = {take() {}}; draft.take();",
        "globalThis.caches.match('/'); crypto.subtle.deriveKey(); file.arrayBuffer();",
    ],
)
def test_what_chromium_80_knows_is_let_through(script: str, tmp_path: Path) -> None:
    file = tmp_path / "old.js"
    file.write_text(script)
    assert chrome80.script_problems([file]) == {}


@pytest.mark.parametrize(
    ("style", "what"),
    [
        (".a { display: flex; gap: 1rem }", "gap"),
        (".a { row-gap: 1rem }", "row-gap"),
        (".a:focus-visible { color: red }", "selector :focus-visible"),
        (".a { inset: 0 }", "inset"),
        (".a { aspect-ratio: 1 }", "aspect-ratio"),
        (":is(.a, .b) { color: red }", "selector :is()"),
        (".a:where(.b) { color: red }", "selector :where()"),
        (".a:has(.b) { color: red }", "selector :has()"),
        (".a:not(.b, .c) { color: red }", "selector :not(a, b)"),
        (".a { height: 100dvh }", "height: dvh"),
        (".a { color: oklch(40% .2 30) }", "color: oklch()"),
        (".a { color: color-mix(in srgb, red, blue) }", "color: color-mix()"),
        ("@container (min-width: 3em) { .a { color: red } }", "@container"),
        ("@layer a { .a { color: red } }", "@layer"),
        ("@media (width >= 600px) { .a { color: red } }", "range"),
        ("@media (prefers-contrast: more) { .a { color: red } }", "prefers-contrast"),
        (".a { .b { color: red } }", "nesting"),
        ("@media print { .a { margin-inline: 1em } }", "margin-inline"),
        (".a { overflow: clip }", "overflow: clip"),
        (".a { nonsense: 1 }", "nonsense"),
    ],
)
def test_what_is_too_new_in_a_style_is_noticed(style: str, what: str) -> None:
    found = styles.read(style)
    assert [one.what for one in found.ignored] == [what]
    assert len(found.told(HARMLESS)) == 1


@pytest.mark.parametrize(
    "style",
    [
        ".a { display: grid; gap: 1rem }",
        ".a:focus { color: red } .a:focus-visible { color: red }",
        ".a:not(.b)::before { content: ''; margin: -1px calc(1rem + 1px) }",
        "@media (prefers-color-scheme: dark) { .a { color: var(--x); width: min(1px, 2vh) } }",
        "@supports (display: grid) { .a { position: sticky } }",
    ],
)
def test_styles_that_chromium_80_knows_are_let_through(style: str) -> None:
    assert styles.read(style).told() == []
