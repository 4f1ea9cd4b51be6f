"""The column that is searched: normalised words of a row, kept by whoever saves it."""

from django.db import models

from .words import normalise

_BETWEEN = "\n"


def joined_fields(*texts: str) -> str:
    """Several texts for one column, each on a line, so that no word is found across two of them."""
    lines = dict.fromkeys(filter(None, map(normalise, texts)))
    return _BETWEEN.join(lines)


class SearchText(models.TextField):
    """What a row is found by. The model says it in ``to_search()``; every way of saving keeps it, in bulk too,
    except ``update`` and ``bulk_update``."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{"default": "", "blank": True, "editable": False} | kwargs)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        """For migrations it is a plain text: their models don't know the words."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = model_instance.to_search()
        setattr(model_instance, self.attname, text)
        return text
