"""Rows of long lists, written out in Python: fifty rows as templates take longer than all else of a page.

Every text that comes from a row goes through ``escape``.
"""

from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING

from django import template
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grievances.lists.columns import HEADINGS, usual
from grievances.models import InformantKind, Kind, Urgency
from grievances.workflow import State
from villages.templatetags.looks import day, number, pause
from villages.templatetags.marks import marked

if TYPE_CHECKING:
    from grievances.desk.queues import Queue
    from grievances.flow.deadlines import Left
    from grievances.lists.columns import ListLook
    from grievances.models import Opinion, OpinionSpan

register = template.Library()


@register.simple_tag
def opinion_rows(
    rows: "Iterable[Opinion | OpinionSpan]",
    panel: bool = False,
    choose: object = None,
    look: "ListLook | None" = None,
) -> SafeString:
    """The rows of a list: the number, and the columns of its look, or the usual ones.

    Beside a ``panel`` a case opens there. Where there is something to do on many, to ``choose`` from, a box
    stands before each row.
    """
    before, after = around_number()
    columns = look.columns if look else usual(panel=panel)
    writing = _cells(unfolds=bool(look))
    cells = [writing[name] for name in columns]
    written = []
    for row in rows:
        case = row.case
        number = escape(case.number)
        address = f"{before}{number}{after}"
        to_panel = f' hx-get="{address}" hx-target="#panel"' if panel else ""
        written.append(
            f'<tr data-row data-case="{case.pk}.{case.version}">{_box(row) if choose else ""}'
            f'<td class="nowrap"><a data-open href="{address}"{to_panel}>{number}</a>{_desk_of(row)}</td>'
            f"{''.join([cell(row, address) for cell in cells])}</tr>"
        )
    return SafeString("".join(written))


def around_number() -> tuple[str, str]:
    """What stands before and after the number in the address of a case, which has letters, digits and hyphens only:
    to find one address is as good as to find fifty."""
    before, after = reverse("opinion", args=[_ANY]).split(_ANY)
    return escape(before), escape(after)


@register.simple_tag
def boxes(rows: "Iterable[Opinion]") -> SafeString:
    """The rows of a page as an address says them."""
    return SafeString("&amp;".join([f"case={row.pk}.{row.version}" for row in rows]))


@register.simple_tag
def queue_links(queues: "Iterable[tuple[Queue, int]]", current: "Queue") -> SafeString:
    """The queues of a desk with how many wait in each; red where that must not be."""
    before, after = (escape(part) for part in reverse("desk-queue", args=[_ANY]).split(_ANY))
    return SafeString(
        "".join(
            f'<a href="{before}{queue.name}{after}"{_HERE if queue == current else ""}>'
            f"<span>{escape(capfirst(queue.label))}</span>"
            f"<b{_LATE if queue.urgent and count else ''}>{number(count)}</b></a>"
            for queue, count in queues
        )
    )


@register.simple_tag
def column_heads(panel: bool = False, look: "ListLook | None" = None) -> SafeString:
    """The headings over ``opinion_rows``."""
    columns = look.columns if look else usual(panel=panel)
    return format_html_join("", "<th>{}</th>", ((HEADINGS[name],) for name in columns))


_ANY = "X"
_HERE, _LATE = ' aria-current="page"', ' class="late"'
# So many signs may need more than the line or two that a row has.
_LONG = 24

Cell = Callable[["Opinion | OpinionSpan", str], str]


def _box(row: "Opinion") -> str:
    """Chooses the case as it stands in this row; it belongs to the form of ``_many_bar.html``."""
    return (
        '<td class="tick"><label><input type="checkbox" class="form-check-input" form="many" name="case" '
        f'value="{row.pk}.{row.version}" autocomplete="off" aria-label="{escape(row.number)}"></label></td>'
    )


def _cells(*, unfolds: bool) -> dict[str, Cell]:
    """column → what writes its cell; the words of the reader's language are looked up once a list. Rows unfold
    where the page brings what unfolds them along."""
    nowrap = "" if get_language() == "en" else ' class="nowrap"'
    states, kinds, urgencies, informants = map(Labels, (State, Kind, Urgency, InformantKind))
    whole, round_number = escape(_("The whole text")), escape(_("round %s"))
    return {
        "place": lambda row, _address: f'<td class="place">{escape(row.region.place_label)}</td>',
        "category": lambda row, _address: (
            f'<td class="about"><div class="two-lines">{escape(row.category.label)}</div></td>'
        ),
        "words": lambda row, address: _words(row.case, address, whole if unfolds else ""),
        "state": lambda row, _address: f'<td class="nowrap">{states[row.state]}</td>',
        "kind": lambda row, _address: f'<td class="nowrap">{kinds[row.case.kind]}</td>',
        "urgency": lambda row, _address: f'<td class="nowrap">{urgencies[row.case.urgency]}</td>',
        "informant": lambda row, _address: f'<td class="nowrap">{informants[row.case.informant_kind]}</td>',
        "round": lambda row, _address: f'<td class="nowrap">{round_number % row.round}</td>',
        "recorded": lambda row, _address: f'<td class="nowrap">{day(row.recorded_at)}</td>',
        "deadline": lambda row, _address: f"<td>{deadline(row.left)}</td>",
        "unit": lambda row, _address: f"<td>{escape(row.unit.label) if row.unit else ''}</td>",
        "person": lambda row, _address: f"<td{nowrap}>{escape(row.person.label) if row.person else ''}</td>",
    }


class Labels(dict[str, str]):
    """value → label in the reader's language, each looked up when a row first has it."""

    def __init__(self, choices: type[TextChoices]) -> None:
        self.choices = choices

    def __missing__(self, value: str) -> str:
        self[value] = escape(self.choices(value).label)
        return self[value]


def _words(case: "Opinion", address: str, whole: str) -> str:
    """What was said, all of it: a row shows a line or two until it is unfolded by a mark, which is called
    ``whole``. Without script that leads to the case. Of a protected one there is no more than the line."""
    words, more = case.words_in_lists, ""
    if whole and len(words) > _LONG and not case.is_protected:
        more = (
            f'<a class="unfold" data-unfold href="{address}" aria-expanded="false" aria-label="{whole}" '
            f'title="{whole}">▾</a>'
        )
    return (
        f'<td class="text"><div class="words"><div class="two-lines">{escape(words)}</div>{more}</div></td>'
    )


def _desk_of(row: "Opinion | OpinionSpan") -> str:
    """For whom the reader stands in with this case."""
    absent = getattr(row, "desk_of", None)
    if absent is None:
        return ""
    words = _("for %(who)s") % {"who": absent.label}
    return f'<div class="quiet small2">{escape(words)}</div>'


@register.simple_tag
def found_row(opinion: "Opinion", words: list[str]) -> SafeString:
    """One opinion that was found, as one tap target, with the hits marked."""
    place = "" if opinion.is_protected else opinion.place
    parts = [
        opinion.number,
        format_html("{}{}{}", opinion.region.place_label, pause() if place else "", marked(place, words)),
        opinion.category.label,
        opinion.get_state_display(),
        day(opinion.recorded_at),
        opinion.person.label if opinion.person else "",
    ]
    about = format_html_join(" · ", "{}", ((part,) for part in parts if part))
    return format_html(
        '<a class="row-link found-case" href="{}"><span><span class="two-lines">{}</span>'
        '<span class="quiet small2">{}</span></span>{}</a>',
        reverse("opinion", args=[opinion.number]), marked(opinion.words_in_lists, words), about,
        deadline(opinion.left),
    )  # fmt: skip


@register.simple_tag
def deadline(left: "Left | None") -> SafeString:
    """The time left, in words with a shape and a colour that say the same; nothing where no clock runs."""
    if left is None:
        return SafeString("")
    words = escape(left.words)
    return SafeString(f'<span class="mark {left.look}" data-shape="{left.shape}">{words}</span>')
