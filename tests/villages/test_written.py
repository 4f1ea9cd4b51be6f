"""Questions written in SQL find what Django's own would."""

import pytest

from tests.factories import make_cadre
from villages.models import Cadre, Post, Region, Unit
from villages.written import Written, rows_of


@pytest.mark.parametrize("model", [Post, Unit, Region])
def test_what_is_read_needs_no_change(model: type) -> None:
    assert not [field for field in model._meta.concrete_fields if hasattr(field, "from_db_value")]


def test_rows_of_several_models_are_what_django_reads(handler: Cadre) -> None:
    question = """SELECT {columns} FROM villages_post JOIN villages_unit ON villages_unit.id = villages_post.unit_id
        WHERE villages_post.cadre_id = %(cadre)s"""
    [(post, unit)] = rows_of(question, {"cadre": handler.pk}, Post, Unit)
    other = Post.objects.select_related("unit").get(cadre=handler)
    for mine, theirs in ((post, other), (unit, other.unit)):
        assert {**vars(mine), "_state": None} == {**vars(theirs), "_state": None}
    assert not post._state.adding
    assert post._state.db == "default"


def test_a_condition_takes_its_columns_from_the_question_around_it(handler: Cadre) -> None:
    other = make_cadre(name="other")
    named = Written("{0} = %s AND {1} IS NOT NULL", [handler.username], "username", "name")
    assert list(Cadre.objects.filter(named)) == [handler]
    assert other in Cadre.objects.exclude(named)
    of_posts = Written("{0} = %s", [handler.username], "cadre__username")
    assert Post.objects.get(of_posts).cadre == handler
