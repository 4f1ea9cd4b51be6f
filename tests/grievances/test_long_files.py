"""A file of many rows is written row by row: four times the rows take no more memory."""

import tracemalloc
from tempfile import TemporaryFile

import pytest
from django.utils import timezone

from grievances.exports import opinions
from grievances.exports.taken import of_query
from grievances.exports.writing import FORMATS
from grievances.models import Opinion
from tests.factories import make_opinion
from tests.grievances.cases import copied
from villages.models import Cadre

FEW, MANY = 100, 400


def test_four_times_the_rows_take_no_more_memory(
    visitor: Cadre, leader: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opinions, "_AT_ONCE", FEW)
    copied(make_opinion(by=visitor), MANY)
    columns = opinions.OpinionColumns(timezone.now()).all()
    for kind in FORMATS:
        peaks = []
        for many in (FEW, FEW, MANY):
            found = Opinion.objects.order_by("pk")[:many]
            with TemporaryFile() as out:
                tracemalloc.start()
                taken = of_query("x", columns, found, read=opinions.rows_of)
                assert taken.write(kind, out, by=leader) == many
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
        assert peaks[2] < 2 * peaks[1], (kind, peaks)
