"""What was searched for, marked in the text where it stands."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from villages.search import spread

register = template.Library()

# A hit further on is shown with so much before it: two lines of a list hold hardly more.
_BEFORE, _FAR = 12, 40


@register.filter
def marked(text: str, words: list[str]) -> SafeString:
    """The text, escaped, with every hit in <mark>; traditional or full-width characters are hits too. What
    lies far before the first hit is left out."""
    hits = _hits(text, words)
    start = max(hits[0][0] - _BEFORE, 0) if hits and hits[0][0] > _FAR else 0
    parts, done = [("", "…" if start else "")], start
    for first, end in hits:
        parts.append((text[done:first], format_html("<mark>{}</mark>", text[first:end])))
        done = end
    return format_html_join("", "{}{}", [*parts, (text[done:], "")])


def _hits(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Where words stand in the original: from, until; those that touch are one."""
    plain, places = spread(text)
    found = sorted(
        (places[at], places[at + len(word) - 1] + 1) for word in words for at in _places_of(word, plain)
    )
    joined: list[tuple[int, int]] = []
    for first, end in found:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return joined


def _places_of(word: str, plain: str) -> list[int]:
    found, at = [], plain.find(word)
    while at >= 0:
        found.append(at)
        at = plain.find(word, at + len(word))
    return found
