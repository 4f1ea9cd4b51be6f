"""Labels in both languages: on a phone the language may be switched without a network."""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import override

from villages.models import Cadre, Named
from villages.search.pinyin import romanised

Both = dict[str, str]


def named(thing: Named) -> Both:
    """The names of something."""
    return {"zh-hans": thing.name, "en": thing.name_en or thing.name}


def person(cadre: Cadre) -> Both:
    return {"zh-hans": cadre.name, "en": romanised(cadre.name)}


def said(words: Callable[[], object]) -> Both:
    """What is said, asked once in each language."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found[code] = str(words())
    return found
