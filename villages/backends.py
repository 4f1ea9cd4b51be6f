"""Who is signed in."""

from django.contrib.auth.backends import ModelBackend

from villages import reading
from villages.models import Cadre


class Cadres(ModelBackend):
    """Django's own, but that whoever is signed in is read with their posts: every page asks for both."""

    def get_user(self, user_id: int) -> Cadre | None:
        cadre = reading.signed_in(user_id)
        return cadre if cadre and self.user_can_authenticate(cadre) else None
