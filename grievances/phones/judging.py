"""A visit from a phone by today's rules and rights: the same sheet as the page's, filled from what was sent.

What is wrong stays on the phone, with the field named. What was right and is no longer – a village, a household, a
category – is nobody's mistake: such a visit waits for a decision.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.attachments import files
from grievances.forms.visit_sheet import Sheet
from grievances.models import ArrivingPhoto, Attachment, Campaign, VisitKind, Why
from grievances.phones import both, clock, limits
from grievances.phones.filling import Problem, Today, filled_in
from grievances.phones.packets import Content
from grievances.visits.looking_back import Word
from grievances.visits.visiting import places_of, said_before
from villages.models import Cadre, Household, Level, Region, Role
from villages.scope import any_of, within

# Words on a matter of last time are steps, and no step is older than this.
_STEPS_UP_TO = timedelta(days=31)


@dataclass
class Judged:
    """What the rules make of a visit: a sheet that may be written down, reasons to wait, or problems."""

    sheet: Sheet | None = None
    place: Region | None = None
    said_at: datetime | None = None
    phone_said_at: datetime | None = None
    reasons: list[Why] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def judge(
    key: uuid.UUID, content: Content, *, author: Cadre, clock_of: int = 0, letting_in: Cadre | None = None,
    waived: frozenset[Why] = frozenset(), said_at: datetime | None = None,
) -> Judged:  # fmt: skip
    """Judge the checked content of the visit ``key``, sent at ``clock_of`` by the phone's clock.

    Of a visit that is decided: ``letting_in`` is the coordinator whose places then count instead of the author's,
    ``waived`` what is let stay as it was, and ``said_at`` when it was.
    """
    now = timezone.now()
    try:
        by_phone = clock.by_the_phone(content["said_at"])
        said = said_at or clock.corrected(
            content["said_at"], offset=content["offset"], clock=clock_of, now=now
        )
    except ValueError:
        return _refused("said_at", lambda: _("Not a date that can be."))
    places = places_for(author, letting_in)
    household, place, reasons = _where(content, places, said)
    if place is None:
        return _refused("place", lambda: _("There is no such place."))
    if (content["kind"] == VisitKind.HOUSEHOLD) != (content["household"] is not None):
        return _refused("household", lambda: _("Choose the household."))
    today = Today(author, household, place, places, said, reasons | _of_campaign(place, said), waived)
    content = _with_matters(content, today)
    sheet, wrong = filled_in(content, today)
    if Why.QUESTION not in waived:
        today.reasons |= _of_answers(sheet, content)
    waits = [why for why in Why if why in today.reasons - waived]
    return Judged(sheet, place, said, by_phone, waits, _of_photos(key, content) + wrong)


def _refused(name: str, words: Callable[[], object]) -> Judged:
    return Judged(problems=[Problem(name, both.said(words))])


def _where(
    content: Content, places: QuerySet[Region], said: datetime
) -> tuple[Household | None, Region | None, set[Why]]:
    """The household and place as they are today, and what speaks against them."""
    known = Household.objects.select_related("grid__parent", "contact")
    household = known.filter(pk=content["household"]).first() if content["household"] is not None else None
    if household:
        reasons = _of_place(household.grid, places)
        if household.gone_on and household.gone_on <= timezone.localdate(said):
            reasons.add(Why.HOUSEHOLD)
        return household, household.grid, reasons
    place = Region.objects.select_related("parent").filter(pk=content["place"]).first()
    if place is None:
        return None, None, set()
    gone = content["household"] is not None
    return None, place, {Why.HOUSEHOLD} if gone else _of_place(place, places)


def places_for(author: Cadre, letting_in: Cadre | None = None) -> QuerySet[Region]:
    """Where a visit may have been: villages and grids that the author visits, or that the coordinator who decides
    looks after."""
    alone = letting_in is None or letting_in.pk == author.pk
    return places_of(author) if alone else coordinated_by(letting_in)


def coordinated_by(cadre: Cadre) -> QuerySet[Region]:
    """Villages and grids that a coordinator looks after."""
    posts = [post for post in cadre.own_posts if post.role == Role.COORDINATOR]
    scope = any_of([within(post.region_id, field="code") for post in posts])
    return Region.objects.open().filter(scope, level__in=[Level.VILLAGE, Level.GRID])


def _of_place(place: Region, mine: QuerySet[Region]) -> set[Why]:
    if place.closed_on:
        return {Why.PLACE}
    return set() if mine.filter(pk=place.pk).exists() else {Why.VILLAGE}


def _of_campaign(place: Region, said: datetime) -> set[Why]:
    """Whether it belongs to a campaign that is over: its figures would change afterwards."""
    campaign = Campaign.of_visit(place.pk, on=timezone.localdate(said))
    return {Why.CAMPAIGN} if campaign and campaign.ends < timezone.localdate() else set()


def _with_matters(content: Content, today: Today) -> Content:
    """Read the matters of last time that were asked about. Some that can't be answered any more are a reason to
    wait; where that is waived, the words on them stay in the remarks on the visit."""
    asked = {look["number"] for look in content["looks"]}
    if not asked:
        return content
    if today.household and today.said_at >= timezone.now() - _STEPS_UP_TO:
        found = said_before(today.household, today.author).filter(number__in=asked)
        today.before = list(found.prefetch_related("answers"))
    lost = asked - {opinion.number for opinion in today.before}
    if lost:
        today.reasons.add(Why.MATTER)
    return without_matters(content, lost) if lost and Why.MATTER in today.waived else content


def without_matters(content: Content, lost: set[str]) -> Content:
    """The same visit, with the words on some matters among its remarks."""
    words = [
        f"{look['number']} {_word(look['word'])} {look['remark']}".strip()
        for look in content["looks"]
        if look["number"] in lost
    ]
    kept = [look for look in content["looks"] if look["number"] not in lost]
    return content | {"looks": kept, "remarks": "\n".join(filter(None, [content["remarks"], *words]))}


def _word(word: str) -> str:
    return str(Word(word).label) if word in Word.values else ""


def _of_answers(sheet: Sheet, content: Content) -> set[Why]:
    """Whether something was answered that the category doesn't ask (any more): the form would pass over it."""
    for form, said in zip(sheet.opinions, content["opinions"], strict=True):
        if {f"question_{pk}" for pk in said["particulars"]} - form.questions.keys():
            return {Why.QUESTION}
    return set()


def _of_photos(key: uuid.UUID, content: Content) -> list[Problem]:
    """More photographs than one opinion takes, too large ones, and ids that are not new."""
    found, seen, size = [], set(), 0
    for n, said in enumerate(content["opinions"]):
        at = f"opinions.{n}.photos"
        if len(said["photos"]) > files.MOST_FILES:
            found.append(Problem(at, both.said(lambda: _("At most %d files at once.") % files.MOST_FILES)))
        if any(not 0 < photo["size"] <= files.MOST_BYTES for photo in said["photos"]):
            found.append(Problem(at, both.said(lambda: _("A photograph is larger than 10 MB."))))
        size += sum(photo["size"] for photo in said["photos"])
        if said["photos"] and size > limits.most_of_a_visit():
            found.append(Problem(at, both.said(limits.too_large_a_visit)))
        ids = [photo["id"] for photo in said["photos"]]
        if len(set(ids)) < len(ids) or seen & set(ids):
            found.append(Problem(at, both.said(lambda: _("A photograph stands there twice."))))
        seen |= set(ids)
    if seen and not found:
        known = Attachment.objects.filter(key__in=seen).exists()
        if known or ArrivingPhoto.objects.filter(key__in=seen).exclude(visit_key=key).exists():
            found.append(Problem("photos", both.said(lambda: _("A photograph stands there twice."))))
    return found
