"""What the driver reads from pages."""

import pytest

from benchmarks import pages

_FORM = """
<form method="get" action="/search/"><input name="q" value="no"></form>
<form method="post" action="/opinions/1/assign/">
  <input type="hidden" name="csrfmiddlewaretoken" value="secret"><input type="hidden" name="version" value="3">
  <select name="unit"><option value="">…</option><option value="7" selected>Roads</option></select>
  <select name="person"><option value="">the head</option><option value="9">Li</option></select>
  <input type="radio" name="kind" value="request"><input type="radio" name="kind" value="praise" checked>
  <input type="checkbox" name="late"><input type="checkbox" name="told" value="yes" checked>
  <textarea name="reason">a &amp; b</textarea><input type="file" name="files"><button name="reload">x</button>
</form>
<form method="post"><input name="here"></form>
"""


def test_a_form_has_what_a_browser_would_send() -> None:
    form = pages.form_of(_FORM, "/opinions/1/assign/")
    assert form.fields == {
        "csrfmiddlewaretoken": "secret", "version": "3", "unit": "7", "person": "", "kind": "praise",
        "told": "yes", "reason": "a & b",
    }  # fmt: skip
    assert form.choices == {"unit": ["", "7"], "person": ["", "9"], "kind": ["request", "praise"]}
    assert ("reason", "more") in form.filled(reason="more")


def test_a_form_without_address_posts_to_its_page() -> None:
    assert pages.form_of(_FORM, "/elsewhere/").fields == {"here": ""}


def test_a_page_without_form_says_so() -> None:
    with pytest.raises(LookupError):
        pages.form_of("<p>nothing</p>", "/x/")


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ('<a href="?page=3&amp;state=open">Next ›</a>', "/opinions/?page=3&state=open"),
        ('<a rel="next" href="/opinions/?after=x">more</a>', "/opinions/?after=x"),
        ('<a href="?page=1">‹ Back</a>', None),
        ("", None),
    ],
)
def test_the_pager_is_followed_wherever_it_leads(link: str, leads_to: str | None) -> None:
    assert pages.next_address(f"<nav>{link}</nav>", "/opinions/?page=2") == leads_to


def test_numbers_of_a_dashboard_are_read_with_their_lists() -> None:
    page = """<a class="figure late" href="/opinions/?figure=late&amp;region=32"><span>▲ </span>1,204</a>
    <a href="/opinions/?figure=collected">Xitan</a> <a href="/opinions/?figure=closed"> 0 </a> <a href="/desk/">5</a>"""
    assert pages.figure_links(page) == [
        ("/opinions/?figure=late&region=32", 1204),
        ("/opinions/?figure=closed", 0),
    ]


def test_a_list_says_its_total_and_shows_its_rows() -> None:
    page = '<h1>Opinions <span id="exact">1,204</span></h1><tr><th></th></tr><tr data-row><td></td></tr><tr data-row>'
    assert (pages.exact_total(page), pages.rows_on(page)) == (1204, 2)
    assert pages.exact_total("<h1>Opinions</h1>") is None


def test_campaigns_are_the_choices_of_their_list_only() -> None:
    page = """<select name="day"><option value="9"></select>
    <select id="c" name="campaign"><option value="1" selected>a</option><option value="all">b</option></select>"""
    assert pages.campaigns_on(page) == ["1", "all"]
