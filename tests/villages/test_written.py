"""Questions written in SQL find what Django's own would."""

from tests.factories import make_cadre
from villages.models import Cadre, Post
from villages.written import Written


def test_a_condition_takes_its_columns_from_the_question_around_it(handler: Cadre) -> None:
    other = make_cadre(name="other")
    named = Written("{0} = %s AND {1} IS NOT NULL", [handler.username], "username", "name")
    assert list(Cadre.objects.filter(named)) == [handler]
    assert other in Cadre.objects.exclude(named)
    of_posts = Written("{0} = %s", [handler.username], "cadre__username")
    assert Post.objects.get(of_posts).cadre == handler
