"""The posts of many cadres at once: whoever asks what each of them may see asks here first."""

from collections import defaultdict
from collections.abc import Iterable

from villages.models import Absence, Cadre, Post


def read_posts(cadres: Iterable[Cadre]) -> None:
    """Read, in three queries whatever their number, what each cadre would read alone: the own posts, and those of
    the people for whom they stand in today."""
    known = {cadre.pk: cadre for cadre in cadres if "_posts_read" not in cadre.__dict__}
    if not known:
        return
    read: dict[int, list[Post]] = defaultdict(list)
    for post in Post.objects.filter(cadre__in=known).select_related("unit", "region"):
        post.cadre = known[post.cadre_id]
        read[post.cadre_id].append(post)
    keepers = dict(Absence.objects.in_force().filter(substitute__in=known).values_list("cadre", "substitute"))
    if keepers:
        for post in Post.objects.filter(cadre__in=keepers).select_related("unit", "region", "cadre"):
            read[keepers[post.cadre_id]].append(post)
    for pk, cadre in known.items():
        cadre.__dict__["_posts_read"] = read[pk]
