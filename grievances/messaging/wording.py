"""The words of a message that leaves the program: numbers, what to do, addresses – nothing of a case."""

from collections.abc import Iterable
from dataclasses import replace

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grievances.messaging.channel import Line, Message
from grievances.messaging.kinds import kind_of, recount
from grievances.models import Notice, Opinion
from villages.models import Cadre


def still_theirs(notices: Iterable[Notice], cadre: Cadre) -> list[Notice]:
    """The notices that the cadre may be told of at this moment, each list with its present length."""
    notices = list(notices)
    cases = {notice.pk: notice.opinion_id for notice in notices if notice.opinion_id}
    seen = set(Opinion.objects.visible_to(cadre).filter(pk__in=cases.values()).values_list("pk", flat=True))
    recount(notices, cadre)
    return [
        notice for notice in notices if (cases[notice.pk] in seen if notice.pk in cases else notice.count)
    ]


def message_of(notices: list[Notice], cadre: Cadre, *, key: str, language: str) -> Message:
    """One message in the person's language."""
    with translation.override(language):
        lines = tuple(_line(notice) for notice in notices)
        count = len(lines)
        subject = (
            ngettext("Village Voices: %d thing for you", "Village Voices: %d things for you", count) % count
        )
        written = Message(key, cadre, language, subject, lines, text="")
        return replace(written, text=_text(written))


def _line(notice: Notice) -> Line:
    case = notice.opinion
    address = reverse("opinion", args=[case.number]) if case else notice.address
    what = kind_of(notice.kind).what(notice)
    return Line(notice.kind, case.number if case else "", what, f"{settings.SITE_ADDRESS}{address}")


def _text(message: Message) -> str:
    parts = [
        f"{line.number}{' · ' if line.number else ''}{line.what}\n{line.address}" for line in message.lines
    ]
    where = f"{settings.SITE_ADDRESS}{reverse('notice-settings')}"
    foot = _("What you are told, and how, you choose here: %(address)s") % {"address": where}
    return "\n\n".join([*parts, "--", foot]) + "\n"
