"""The press: {"html", "style"} comes in as JSON, a PDF file goes out.

A process of its own (``python -m grievances.papers.press``): what takes too long can be ended, what needs too much
memory takes nobody along, and other requests go on meanwhile. It knows no settings, no keys and no database,
and fetches nothing, whatever a text may say.
"""

import json
import resource
import sys
from typing import NoReturn

MOST_SECONDS = 25
_MOST_BYTES = 2_000_000_000


def print_pdf(html: str, style: str) -> bytes:
    """The page as a PDF file, with our style and nothing from elsewhere."""
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):
        """Neither the network nor this machine's files."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
            raise ValueError("Nothing is fetched for a paper.")

    sheet = CSS(string=style, url_fetcher=Refusing())
    return HTML(string=html, url_fetcher=Refusing()).write_pdf(stylesheets=[sheet])


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    asked = json.load(sys.stdin)
    try:
        sys.stdout.buffer.write(print_pdf(asked["html"], asked["style"]))
    except Exception as error:
        # Its name only: what it says could hold words of a protected case, and ends in a log.
        sys.exit(type(error).__name__)


if __name__ == "__main__":
    main()
