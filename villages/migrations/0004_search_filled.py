"""The words of what is there already, in batches; it can be run again."""

from collections.abc import Callable

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from villages.search import joined_fields
from villages.search.filling import fill
from villages.search.pinyin import initials, romanised


def _named(name: str, name_en: str, code: str) -> str:
    return joined_fields(name, name_en, initials(name), code)


def _place(name: str, name_en: str, code: str, level: str) -> str:
    return "" if level == "grid" else _named(name, name_en, code)


def _cadre(name: str, username: str) -> str:
    return joined_fields(name, romanised(name), initials(name), username)


def _household(number: str, head: str, letters: str, address: str) -> str:
    return joined_fields("".join(number.split()), head, letters, address)


_WORDS: dict[str, tuple[Callable[..., str], tuple[str, ...]]] = {
    "region": (_place, ("name", "name_en", "code", "level")),
    "unit": (_named, ("name", "name_en", "code")),
    "cadre": (_cadre, ("name", "username")),
    "household": (_household, ("number", "head", "initials", "address")),
}


def fill_all(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model, (words, columns) in _WORDS.items():
        fill(schema_editor.connection, apps.get_model("villages", model), columns, words)


class Migration(migrations.Migration):
    # Batch by batch: nobody waits for the whole table.
    atomic = False
    dependencies = [("villages", "0003_search")]

    operations = [migrations.RunPython(fill_all, migrations.RunPython.noop, elidable=True)]
