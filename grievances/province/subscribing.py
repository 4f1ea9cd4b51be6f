"""The province's side: one subscription for each district, made, changed and ended.

The connection string holds a password: it is never shown, and kept out of the server's log where the role may.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import psycopg2
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import Error, connection, transaction
from psycopg2 import sql

from grievances.models import DistrictSite, Tally, TallyMoment
from grievances.province import Refused, capacity
from grievances.province.publishing import PUBLICATION, parts
from villages.models import Post, Region, RegionName, Unit
from villages.scope import within

_PATIENCE = 10  # seconds
_OPTIONS = "copy_data = true, binary = off, disable_on_error = off"


def name_of(district: str) -> str:
    """The name of a district's subscription, and of its slot over there."""
    return f"district_{district}"


def subscribe(*, district: str, url: str, site: str = "") -> list[str]:
    """Take in a district's figures; what was done. Run again, it takes a new address and new tables over.

    Raises Refused.
    """
    known = _connection_of(district)
    if known is None and not url:
        raise Refused("Give --url, or DISTRICT_URL: where the district's database is.")
    name = _look_there(district, url) if url else None
    if known is None:
        _refuse_doubles(district)
        _refuse_without_workers()
    said = _note_site(district, name, site)
    return said + (_make(district, url) if known is None else _change(district, known, url))


def _look_there(district: str, url: str) -> str:
    """The district's name, asked there. Refuses where nothing is published, or more than is known here."""
    try:
        there = psycopg2.connect(url, connect_timeout=_PATIENCE)
    except psycopg2.Error as error:
        raise Refused(f"The district's database can't be reached: {_without_secrets(error, url)}") from None
    try:
        with there, there.cursor() as cursor:
            cursor.execute(
                "SELECT tablename, attnames::text[] FROM pg_publication_tables WHERE pubname = %s",
                [PUBLICATION],
            )
            _compare(district, dict(cursor.fetchall()))
            cursor.execute("SELECT name FROM villages_region WHERE code = %s", [district])
            found = cursor.fetchone()
    except psycopg2.Error as error:
        raise Refused(f"The district's database refuses: {_without_secrets(error, url)}") from None
    finally:
        there.close()
    if found is None:
        raise Refused(f"That database doesn't know the district {district}.")
    return found[0]


def _compare(district: str, there: dict[str, list[str]]) -> None:
    if not there:
        raise Refused(
            f"Nothing is published there: run manage.py publish_figures --district {district} at the district."
        )
    known = {part.table: set(part.columns) for part in parts(district)}
    unknown = [
        f"{table}.{column}"
        for table, columns in there.items()
        for column in sorted(set(columns) - known.get(table, set()))
    ]
    if unknown:
        raise Refused(
            f"The district publishes what this province doesn't know yet ({', '.join(unknown)}): upgrade the"
            " province first."
        )


def _note_site(district: str, name: str | None, site: str) -> list[str]:
    values = ({"name": name} if name else {}) | ({"address": _address(site)} if site else {})
    if not values:
        return []
    _row, made = DistrictSite.objects.update_or_create(pk=district, defaults=values)
    return (
        [f"{district} {name or ''}: noted{f', its site is {site}' if site else ''}."] if made or site else []
    )


def _address(site: str) -> str:
    """The address of a district's site, without its last slash."""
    try:
        URLValidator(schemes=["http", "https"])(site)
    except ValidationError:
        raise Refused(f"{site} is no address of a site, such as https://dafeng.example.org.") from None
    return site.rstrip("/")


def _make(district: str, url: str) -> list[str]:
    statement = sql.SQL(
        f"CREATE SUBSCRIPTION {{}} CONNECTION {{}} PUBLICATION {{}} WITH ({_OPTIONS})"
    ).format(sql.Identifier(name_of(district)), sql.Literal(url), sql.Identifier(PUBLICATION))
    try:
        _run(statement, url)
    except Refused as refused:
        DistrictSite.objects.filter(pk=district).delete()
        if "already exists" in str(refused):
            raise Refused(
                f"A slot of an earlier subscription is left there. {_drop_there(district)}"
            ) from None
        raise
    return [f"Subscription {name_of(district)} made; what is there is being copied."]


def _refuse_doubles(district: str) -> None:
    """Copying onto rows of the same keys would stop it for good."""
    there = {
        "places": Region.objects.within(district).exists(),
        "figures": Tally.objects.filter(within(district, field="place")).exists(),
        "moments": TallyMoment.objects.filter(pk=district).exists(),
    }
    if found := [what for what, is_there in there.items() if is_there]:
        raise Refused(
            f"There are {' and '.join(found)} of {district} here already; they come with the subscription, and"
            " copying onto them would stop it. A province loads only itself and its cities;"
            f" manage.py subscribe_district --district {district} --remove clears what an earlier one left."
        )


def _refuse_without_workers() -> None:
    if short := capacity.shortages(more=1):
        raise Refused(" ".join(short))


def _change(district: str, known: str, url: str) -> list[str]:
    name, said = sql.Identifier(name_of(district)), []
    if url and url != known:
        _run(sql.SQL("ALTER SUBSCRIPTION {} CONNECTION {}").format(name, sql.Literal(url)), url)
        said.append("The connection is changed.")
    _run(sql.SQL("ALTER SUBSCRIPTION {} ENABLE").format(name), url or known)
    _run(sql.SQL("ALTER SUBSCRIPTION {} REFRESH PUBLICATION").format(name), url or known)
    return [*said, f"Subscription {name_of(district)} goes on, with all that is published now."]


def remove(*, district: str) -> list[str]:
    """End a subscription with its slot, and forget the district; what was done. Raises Refused."""
    _refuse_if_in_use(district)
    said = _end(district) if _connection_of(district) is not None else ["There was no subscription."]
    with transaction.atomic():
        TallyMoment.objects.filter(pk=district).delete()
        figures = Tally.objects.filter(within(district, field="place"))._raw_delete("default")
        RegionName.objects.filter(within(district)).delete()
        places = Region.objects.within(district)._raw_delete("default")
        DistrictSite.objects.filter(pk=district).delete()
    return [*said, f"{figures:,} rows of figures and {places:,} places of {district} deleted."]


def _refuse_if_in_use(district: str) -> None:
    for model in (Post, Unit):
        if number := model.objects.filter(within(district)).count():
            what = model._meta.verbose_name_plural
            raise Refused(f"{number} {what} lie in {district}: give them another region first.")


def _end(district: str) -> list[str]:
    name = sql.Identifier(name_of(district))
    _run(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(name))
    try:
        _run(sql.SQL("DROP SUBSCRIPTION {}").format(name))
    except Refused:
        _run(sql.SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(name))
        _run(sql.SQL("DROP SUBSCRIPTION {}").format(name))
        return ["The subscription is ended, but its slot could not be dropped.", _drop_there(district)]
    return ["The subscription is ended, and its slot over there dropped."]


def _drop_there(district: str) -> str:
    return (
        f"At the district's database, run: SELECT pg_drop_replication_slot('{name_of(district)}'); –"
        " until then it keeps all changes on its disk."
    )


def _connection_of(district: str) -> str | None:
    """How the district is reached; None without a subscription, "" where this role may not read it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege('pg_subscription', 'subconninfo', 'SELECT') FROM pg_subscription"
            " WHERE subname = %s AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [name_of(district)],
        )
        found = cursor.fetchone()
        if not found or not found[0]:
            return "" if found else None
        cursor.execute(
            "SELECT subconninfo FROM pg_subscription WHERE subname = %s AND subdbid ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())",
            [name_of(district)],
        )
        return cursor.fetchone()[0]


def _run(statement: sql.Composable, url: str = "") -> None:
    """Outside a transaction, as these want it. Raises Refused, without what the connection string holds."""
    try:
        with _unlogged(), connection.cursor() as cursor:
            cursor.execute(statement.as_string(cursor.connection))
    except Error as error:
        raise Refused(_without_secrets(error, url)) from None


@contextmanager
def _unlogged() -> Iterator[None]:
    """The server writes statements that fail into its log: not these, where the role may say so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        may = cursor.fetchone()[0]
        if may:
            cursor.execute("SET log_min_error_statement = panic; SET log_statement = none")
        try:
            yield
        finally:
            if may:
                cursor.execute("RESET log_min_error_statement; RESET log_statement")


def _without_secrets(error: Exception, url: str) -> str:
    """The first line of what the database says, without address and password."""
    said = (str(error).strip().splitlines() or ["no reason was given"])[0]
    if url and url in said:
        return "its address is not understood"
    secret = unquote(urlsplit(url).password or "") if "://" in url else ""
    return said.replace(secret, "…") if secret else said
