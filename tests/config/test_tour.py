"""The tour of the browser tests over all pages notices what it is there for."""

from types import SimpleNamespace

import pytest

from tests.browser.tour import kind_of, tour


class Served:
    """Answers as Playwright's requests do, from a few pages; everything else is refused."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages

    def get(self, address: str, **_options: object) -> SimpleNamespace:
        known = address in self.pages
        text = self.pages.get(address, "")
        return SimpleNamespace(
            ok=known, status=200 if known else 404, url=f"http://127.0.0.1{address}", text=lambda: text
        )


def test_pages_are_found_by_their_links_and_files_are_no_pages() -> None:
    start = (
        '<a href="/desk/">Desk</a> <a href="?page=2">Next</a> <a href="tel:110">110</a> <a href="#x">here</a>'
    )
    served = Served(
        {"/": start, "/desk/": '<a class="btn" href="../help/?of=desk">Help</a>', "/help/?of=desk": ""}
    )
    assert tour(served) == {"home": "/", "desk": "/desk/", "help": "/help/?of=desk"}
    assert kind_of("/attachments/1/") is None


@pytest.mark.parametrize("dead", ["export/", "/problems/export/", "/nowhere?x=1", "../../nothing/"])
def test_a_link_that_leads_nowhere_is_an_error_that_names_both_ends(dead: str) -> None:
    served = Served({"/": '<a href="/problems/">Problems</a>', "/problems/": f'<a href="{dead}">Export</a>'})
    with pytest.raises(AssertionError, match=r"common-problem-list links to /.*leads nowhere"):
        tour(served)


def test_a_link_to_what_is_refused_is_an_error() -> None:
    with pytest.raises(AssertionError, match="/audit/: 404"):
        tour(Served({"/": '<a href="/audit/">Audit</a>'}))
