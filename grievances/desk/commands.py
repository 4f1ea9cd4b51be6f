"""What the command box offers: steps and papers of the open case, pages, queues, cases, places, units and people.

Each source gives a section for what was typed. Whoever has something else to offer adds a source to ``SOURCES``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.desk import queues
from grievances.flow.offers import offer
from grievances.models import Opinion
from grievances.page import pages_of
from grievances.papers.offered import papers_of
from grievances.saved.finding import address_of, views_of
from grievances.search import searching
from grievances.search.finding import Finder
from grievances.tallies.counting import share_seen
from villages.models import Cadre
from villages.search import words_of
from villages.search.pinyin import initials

# Rows of a section: more are for the search page.
MOST = 5


@dataclass(frozen=True)
class Command:
    """One line: what it is called, what is said beside it, where it leads, and the key that does the same."""

    label: str
    address: str
    about: str = ""
    key: str = ""


@dataclass(frozen=True)
class Section:
    """The lines of one source, under one heading."""

    label: str
    commands: list[Command]


@dataclass(frozen=True)
class Asked:
    """What was typed, by whom, and the case that is open, with the query that its pages carry."""

    request: HttpRequest
    query: str
    case: Opinion | None = None
    carried: str = ""
    finder: Finder = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "finder", Finder(self.query, self.cadre))

    @property
    def cadre(self) -> Cadre:
        return self.request.user

    def fits(self, *labels: str) -> bool:
        """Whether one of the labels holds every word that was typed, or its pinyin initials do; all fit nothing."""
        texts = [" ".join(words_of(label)) for label in labels]
        texts += [initials(label) for label in labels if not label.isascii()]
        return all(any(word in text for text in texts) for word in self.finder.words)

    @property
    def is_wide(self) -> bool:
        return bool(self.query) and self.finder.is_wide


Source = Callable[[Asked], Iterable[Command]]


def _steps(asked: Asked) -> Iterator[Command]:
    """The steps that the open case offers to this person."""
    if asked.case is None:
        return
    offered = offer(asked.case, asked.cadre)
    for step in (*offered.shown, *offered.folded):
        if asked.fits(str(step.verb.label)):
            address = reverse(step.verb.address, args=[asked.case.number]) + asked.carried
            yield Command(step.verb.label, address, key=step.key)


def _papers(asked: Asked) -> Iterator[Command]:
    """The papers of the open case."""
    for label, address in papers_of(asked.case) if asked.case else ():
        if asked.fits(label):
            yield Command(label, address)


def _cases(asked: Asked) -> Iterator[Command]:
    """The case whose number it is; else the newest that hold the words, as lists show them."""
    if not asked.is_wide:
        return
    visible = Opinion.objects.visible_to(asked.cadre).for_rows().order_by("-recorded_at", "-pk")
    found = searching.search_page(visible, asked.query, asked.request, seen=share_seen(asked.cadre))
    for opinion in found.rows[:MOST]:
        about = f"{opinion.get_state_display()} · {opinion.words_in_lists}"
        yield Command(opinion.number, reverse("opinion", args=[opinion.number]), about)


def _queues(asked: Asked) -> Iterator[Command]:
    for queue in queues.queues_of(asked.cadre):
        if asked.fits(str(queue.label)):
            yield Command(queue.label, reverse("desk-queue", args=[queue.name]))


def _views(asked: Asked) -> Iterator[Command]:
    """The lists that this person finds under a name."""
    for view in views_of(asked.cadre).all():
        if asked.fits(view.label):
            yield Command(view.label, address_of(view))


def _pages(asked: Asked) -> Iterator[Command]:
    for name, label in pages_of(asked.cadre):
        if asked.fits(label):
            yield Command(label, reverse(name))


def _places(asked: Asked) -> Iterator[Command]:
    """Places lead to what was said there."""
    for place in asked.finder.places().rows[:MOST] if asked.is_wide else ():
        yield Command(place.label, _listed(region=place.pk), place.parent.label if place.parent else "")


def _units(asked: Asked) -> Iterator[Command]:
    """Units lead to what they answer for."""
    for unit in asked.finder.units().rows[:MOST] if asked.is_wide else ():
        yield Command(unit.label, _listed(unit=unit.pk), unit.region.label)


def _people(asked: Asked) -> Iterator[Command]:
    """Colleagues lead to what they answer for."""
    for cadre in asked.finder.cadres().rows[:MOST] if asked.is_wide else ():
        post = next(iter(cadre.posts_now), None)
        yield Command(cadre.label, _listed(person=cadre.username), post.unit.label if post else "")


def _listed(**filters: object) -> str:
    return f"{reverse('opinion-list')}?{urlencode(filters)}"


SOURCES: list[tuple[str, Source]] = [
    (gettext_lazy("Steps of the open case"), _steps),
    (gettext_lazy("Papers of the open case"), _papers),
    (gettext_lazy("Cases"), _cases),
    (gettext_lazy("Queues"), _queues),
    (gettext_lazy("Views"), _views),
    (gettext_lazy("Pages"), _pages),
    (gettext_lazy("Places"), _places),
    (gettext_lazy("Units"), _units),
    (gettext_lazy("People"), _people),
]


def sections(asked: Asked) -> list[Section]:
    """What fits, by source; those of which nothing fits are left out, and all that was found is one line away."""
    found = [Section(str(label), list(source(asked))) for label, source in SOURCES]
    if asked.query:
        everything = Command(
            _("Search for “%s”") % asked.query, f"{reverse('search')}?{urlencode({'q': asked.query})}"
        )
        found.append(Section(_("Everything"), [everything]))
    return [section for section in found if section.commands]
