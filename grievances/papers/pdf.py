"""A page as a PDF file."""

import json
import logging
import os
import subprocess
import sys
from threading import BoundedSemaphore

from django.conf import settings
from django.utils.translation import gettext as _

from grievances.papers import lacking
from grievances.papers.press import MOST_SECONDS

_log = logging.getLogger(__name__)
PRESS = "grievances.papers.press"
# At once, of one process of the web server; who comes third waits so many seconds.
PRESSES = BoundedSemaphore(2)
WAIT = 10
# Nothing else of the environment, which holds the keys, goes to the press.
HANDED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "XDG_CACHE_HOME", "FONTCONFIG_FILE")


class NoPaper(Exception):
    """No file could be made; in words, why."""


def what_is_missing() -> str:
    """In words what the machine lacks for PDF files, and who can mend it; empty where nothing is missing."""
    packages = lacking.lacking()
    if not packages:
        return ""
    words = _("This server can't make PDF files yet. Its administrator can mend that: %(command)s")
    return words % {"command": lacking.command(packages)}


def pdf_of(html: str) -> bytes:
    """The page ``html`` as a file, with the style of papers. Raises NoPaper."""
    missing = what_is_missing()
    if missing:
        raise NoPaper(missing)
    if not PRESSES.acquire(timeout=WAIT):
        raise NoPaper(_("Many papers are being made just now. Try again in a moment."))
    try:
        return _pressed(html)
    finally:
        PRESSES.release()


def _pressed(html: str) -> bytes:
    style = (settings.BASE_DIR / "static" / "paper.css").read_text()
    try:
        done = subprocess.run(
            [sys.executable, "-m", PRESS],
            input=json.dumps({"html": html, "style": style}).encode(),
            capture_output=True,
            timeout=MOST_SECONDS,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in HANDED_ON if name in os.environ},
        )
    except subprocess.TimeoutExpired as error:
        raise NoPaper(
            _("The PDF file takes too long to make. Narrow the list, or print the page.")
        ) from error
    if done.returncode:
        _log.error("No PDF file: status %s, %s", done.returncode, done.stderr[-200:].decode(errors="replace"))
        raise NoPaper(_("The PDF file could not be made. The page can be printed instead."))
    return done.stdout
