"""Whether the province's server has a worker and an origin for each district."""

from django.db import connection

# Each subscription takes one; copying a new one takes some more for a moment.
_SPARE = 2


def shortages(*, more: int = 0) -> list[str]:
    """What is too small for the subscriptions of this server and so many more, in words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_subscription")
        wanted = cursor.fetchone()[0] + more
        if not wanted:
            return []
        cursor.execute(
            "SELECT name, setting::int FROM pg_settings WHERE name IN ('max_logical_replication_workers',"
            " 'max_worker_processes', 'max_replication_slots', 'max_active_replication_origins') ORDER BY 1"
        )
        limits = dict(cursor.fetchall())
    if (
        "max_active_replication_origins" in limits
    ):  # since PostgreSQL 18; slots are the publisher's matter then
        del limits["max_replication_slots"]
    return [
        f"{name} is {limit}, and {wanted} districts want at least {wanted + _SPARE}: raise it in postgresql.conf"
        " and restart PostgreSQL; with too few, some districts stand still without a word."
        for name, limit in limits.items()
        if limit < wanted + _SPARE
    ]
