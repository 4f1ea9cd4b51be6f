"""Cadres: the people who sign in."""

from collections.abc import Mapping
from copy import copy
from datetime import date
from functools import cached_property
from types import MappingProxyType

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from villages.search import Pairs, SearchText, joined_fields
from villages.search.pinyin import initials, romanised
from villages.signals import cadre_leaving

from .post import LENT, Post, Role
from .unit import Unit

# What an administrator edits in the reference pages: never opinions, never history.
REFERENCE_MODELS = {
    "villages": {"region", "regionname", "unit", "cadre", "post", "need"},
    "grievances": {"category", "question", "calendarday", "dispatchrule", "escalationrule"},
}


class CadreManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "Cadre":
        cadre = self.model(username=self.model.normalize_username(username), **fields)
        cadre.set_password(password)
        cadre.save(using=self._db)
        return cadre


class Cadre(AbstractBaseUser):
    """A person who works with the program. What they may do comes from the posts in force today."""

    username = models.CharField(_("sign-in name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=40)
    telephone = models.CharField(_("office telephone"), max_length=30, blank=True)
    email = models.EmailField(_("office e-mail address"), max_length=254, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_demo = models.BooleanField(_("demo account"), default=False, editable=False)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    changes_seen_at = models.DateTimeField(null=True, editable=False)
    search_text = SearchText()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    # What was asked of whoever signed in together with them (``villages/reading.py``); nothing of anybody else.
    known: Mapping[str, object] = MappingProxyType({})

    objects = CadreManager()

    class Meta:
        ordering = ["username"]
        verbose_name = _("cadre")
        verbose_name_plural = _("cadres")
        indexes = [GinIndex(Pairs("search_text"), name="cadre_words")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name; romanised, family name first, for readers of English."""
        if (get_language() or "").startswith("zh"):
            return self.name
        return romanised(self.name)

    def to_search(self) -> str:
        """The name, also romanised and by its initials, and the sign-in name."""
        return joined_fields(self.name, romanised(self.name), initials(self.name), self.username)

    def clean(self) -> None:
        super().clean()
        if self.pk and not self.is_active and Cadre.objects.filter(pk=self.pk, is_active=True).exists():
            cadre_leaving.send(Cadre, cadre=self)

    @cached_property
    def _posts_read(self) -> list[Post]:
        """The posts of the cadre and of those for whom they stand in today, read once a request."""
        from villages.reading import posts_of

        return posts_of(self)

    @cached_property
    def posts_ever(self) -> list[Post]:
        """All own posts, also ended and future ones, with unit and region."""
        return [post for post in self._posts_read if post.cadre_id == self.pk]

    @cached_property
    def own_posts(self) -> list[Post]:
        """Own posts that give rights today; none when disabled."""
        return [post for post in self.posts_ever if post.is_in_force()] if self.is_active else []

    @cached_property
    def lenders(self) -> list["Cadre"]:
        """The absent people whose desks the cadre keeps today, each with the posts that are lent and no others.

        Lent is only what lies in line with an own post, so nothing to somebody who has left the unit since.
        """
        people: dict[int, list[Post]] = {}
        for post in self._posts_read:
            if post.cadre_id != self.pk:
                people.setdefault(post.cadre_id, []).append(post)
        found = [_lending(posts, to=self) for posts in people.values()]
        return [lender for lender in found if lender.own_posts]

    @cached_property
    def posts_in_force(self) -> list[Post]:
        """Those that give rights today, own and lent."""
        return self.own_posts + [post for lender in self.lenders for post in lender.own_posts]

    @cached_property
    def alone(self) -> "Cadre":
        """The same cadre without what is lent to them."""
        twin = copy(self)
        for name in ("posts_in_force", "alone"):
            twin.__dict__.pop(name, None)
        twin.__dict__["lenders"] = []
        return twin

    @property
    def desk_posts(self) -> list[Post]:
        """Own posts whose desk somebody else can keep."""
        return [post for post in self.own_posts if post.role in LENT]

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(post.role for post in self.posts_in_force)

    def posts_as(self, *roles: str) -> list[Post]:
        """Posts in force in any of these roles, own and lent."""
        return [post for post in self.posts_in_force if post.role in roles]

    @property
    def unit(self) -> Unit | None:
        """The unit that the cadre speaks for: that of the first own post in force."""
        return self.own_posts[0].unit if self.own_posts else None

    def belongs_to(self, unit: Unit) -> bool:
        """Whether an own post in force lies in the unit or its sub-units."""
        return any(unit.contains(post.unit) for post in self.own_posts)

    def is_in_line_with(self, unit: Unit) -> bool:
        """Whether an own post in force lies in the unit, in one that it is part of, or in one of its sub-units."""
        return any(unit.contains(post.unit) or post.unit.contains(unit) for post in self.own_posts)

    def was_of(self, unit: Unit, *, since: date) -> bool:
        """Whether any own post in the unit or its sub-units ends on the day or later, or never; also one that
        ended since, or is still to begin."""
        return any(unit.contains(post.unit) for post in self.posts_ever if post.lasts_until(since))

    @property
    def is_staff(self) -> bool:
        """Whether the reference pages open: administrators only."""
        return Role.ADMINISTRATOR in self.roles

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff and app_label in REFERENCE_MODELS

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's admin asks "villages.change_unit": yes to an administrator for reference data."""
        app_label, _dot, codename = perm.partition(".")
        _action, _dash, model = codename.partition("_")
        return self.is_staff and model in REFERENCE_MODELS.get(app_label, ())


def _lending(posts: list[Post], *, to: Cadre) -> Cadre:
    """Somebody absent as their substitute may act for them."""
    absent = posts[0].cadre
    lent = [
        post for post in posts if post.is_in_force() and post.role in LENT and to.is_in_line_with(post.unit)
    ]
    known = {"posts_ever": posts, "own_posts": lent if absent.is_active else [], "lenders": []}
    absent.__dict__.update(known)
    return absent
