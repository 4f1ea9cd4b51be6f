"""Whether the service works: asked by a load balancer, without a login."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and all migrations are applied; else 503 with the reason."""
    reason = _reason()
    return HttpResponse(f"{reason or 'ok'}\n", status=503 if reason else 200, content_type="text/plain")


def _reason() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "the database can't be reached"
    return f"{len(waiting)} migrations are not applied" if waiting else ""
