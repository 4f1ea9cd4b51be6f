"""The Chinese catalogue: extract, compile and check it, without GNU gettext.

``python -m config.messages`` brings locale/ up to date; ``--check`` fails where it isn't, or where
something is untranslated, fuzzy, or has other placeholders than its English source; ``--todo`` lists what
still needs a translation.
"""

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
SOURCES = ("config", "grievances", "villages")
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Without dates and names, so that the same strings always give the same file.
_HEADER = b"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"Language: zh_Hans\\n"

"""
# Babel writes the minute of the run into the compiled file; a fixed one keeps the check true tomorrow.
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


def extracted() -> Catalog:
    """All strings of the code and the templates."""
    catalog = Catalog(locale="zh_Hans", project="village-voices", fuzzy=False)
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in file.parts:
                _add(catalog, file, file.read_bytes())
    for file in sorted((ROOT / "templates").rglob("*.html")):
        # Django turns a template into calls of gettext that stand where the tags stood: no Python indents so.
        calls = (line.strip() for line in templatize(file.read_text()).splitlines())
        _add(catalog, file, "\n".join(calls).encode())
    return catalog


def _add(catalog: Catalog, file: Path, source: bytes) -> None:
    name = str(file.relative_to(ROOT))
    for _line, message, comments, context in extract("python", io.BytesIO(source), keywords=_KEYWORDS):
        catalog.add(message, locations=[(name, None)], auto_comments=comments, context=context)


def updated() -> Catalog:
    """The stored catalogue with today's strings and the translations that it has."""
    with PO.open("rb") if PO.exists() else io.BytesIO() as source:
        catalog = read_po(source, locale="zh_Hans")
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, sort_output=True, omit_header=True, width=100, ignore_obsolete=True)
    return _HEADER + out.getvalue()


def compiled(text: bytes) -> bytes:
    """The .mo file of a .po file: the same at any time."""
    stored = read_po(io.BytesIO(text), locale="zh_Hans")
    stored.creation_date = _NO_DAY
    out = io.BytesIO()
    write_mo(out, stored)
    return out.getvalue()


def problems(catalog: Catalog) -> list[str]:
    """What is untranslated, fuzzy, or has other placeholders."""
    found = []
    for message in catalog:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        source = message.id[-1] if isinstance(message.id, tuple) else message.id
        if not all(texts):
            found.append(f"untranslated: {source!r}")
        elif message.fuzzy:
            found.append(f"fuzzy: {source!r}")
        elif any(
            sorted(_PLACEHOLDER.findall(text)) != sorted(_PLACEHOLDER.findall(source)) for text in texts
        ):
            found.append(f"other placeholders: {source!r}")
    return found


def main(arguments: list[str]) -> int:
    catalog = updated()
    text = as_po(catalog)
    binary = compiled(text)
    mo = PO.with_suffix(".mo")
    wrong = problems(catalog)
    if "--todo" in arguments:
        print("\n".join(wrong))
        return 0
    if "--check" in arguments:
        if not PO.exists() or PO.read_bytes() != text or not mo.exists() or mo.read_bytes() != binary:
            wrong.insert(0, "the catalogue is not up to date: run python -m config.messages")
        print("\n".join(wrong) or f"catalogue complete: {len(catalog)} entries")
        return 1 if wrong else 0
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(text)
    mo.write_bytes(binary)
    print(f"{len(catalog)} entries, {len(wrong)} to look at (--todo lists them)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
