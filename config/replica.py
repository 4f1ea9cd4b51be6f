"""A read replica for pages that may be a second old; whoever has just written something reads the primary.

Only views that say so are ever read from it, nothing is ever written there, and when it is in trouble the primary
answers: a page never fails because of it.
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps

import psycopg2.errors
from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    Error,
    InterfaceError,
    OperationalError,
    connections,
)
from django.http import HttpRequest, HttpResponse

REPLICA = "replica"
WROTE = "wrote"  # the cookie of whoever has just written something
_SAFE = ("GET", "HEAD", "OPTIONS")
_REST = 30  # seconds that a replica in trouble is left alone
_CHECKED_FOR = 1.0  # seconds
_LAG = 5.0  # seconds: a replica that is further behind is not read
# Nothing to replay is no lag, however long ago the last change was; but it must hang on its primary.
_STANDS = """
    SELECT EXISTS (SELECT FROM pg_stat_wal_receiver), CASE
        WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0) END
"""

View = Callable[..., HttpResponse]
logger = logging.getLogger(__name__)
_reading: ContextVar[bool] = ContextVar("reads the replica", default=False)


class Router:
    """Reads of some views go to the replica; everything else, and every write, to the primary."""

    def db_for_read(self, model: type, **hints: object) -> str:
        return REPLICA if _reading.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type, **hints: object) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: object, other: object, **hints: object) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == DEFAULT_DB_ALIAS


class _Watch:
    """Whether the replica of this process is fit to be read: looked at once a second, left alone after trouble."""

    def __init__(self) -> None:
        self.good_until = self.bad_until = 0.0

    def is_fit(self) -> bool:
        now = time.monotonic()
        if now < self.good_until or now < self.bad_until:
            return now < self.good_until
        try:
            with connections[REPLICA].cursor() as cursor:
                cursor.execute(_STANDS)
                hangs_on, lag = cursor.fetchone()
        except Error as error:
            self.trouble(str(error))
            return False
        if not hangs_on or lag > _LAG:
            self.trouble(f"{lag:.0f} s behind" if hangs_on else "it has lost its primary")
            return False
        self.good_until = now + _CHECKED_FOR
        return True

    def trouble(self, why: str) -> None:
        """Leave it alone for a while; one line in the log."""
        self.good_until, self.bad_until = 0.0, time.monotonic() + _REST
        connections[REPLICA].close()
        logger.warning("the replica is not read for %s s: %s", _REST, (why.splitlines() or ["?"])[0])


watch = _Watch()


def may_be_a_second_old(
    *, when: Callable[[HttpRequest], bool] = lambda request: True
) -> Callable[[View], View]:
    """A view that only shows, and may be read from the replica; ``when`` tells for which requests."""

    def decorate(view: View) -> View:
        @wraps(view)
        def read(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not (_may(request) and when(request) and watch.is_fit()):
                return view(request, *args, **kwargs)
            token = _reading.set(True)
            try:
                return view(request, *args, **kwargs)
            except Error as error:
                if not _is_the_replicas(error):
                    raise
                watch.trouble(str(error))
            finally:
                _reading.reset(token)
            return view(request, *args, **kwargs)

        return read

    return decorate


def _may(request: HttpRequest) -> bool:
    return REPLICA in connections and request.method in _SAFE and WROTE not in request.COOKIES


def _is_the_replicas(error: Error) -> bool:
    """Whether the replica failed, and not the question; one that took too long takes as long at the primary."""
    lost = isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
    return lost and not isinstance(error.__cause__, psycopg2.errors.QueryCanceled)


class NoteWrites:
    """For some seconds after a form, its sender reads what is true now."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if REPLICA in connections and request.method not in _SAFE:
            response.set_cookie(
                WROTE, "1", max_age=settings.READS_THE_PRIMARY_SECONDS, httponly=True, samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )  # fmt: skip
        return response
