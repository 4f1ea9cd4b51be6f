"""Whether the service works: asked by a load balancer, without a login."""

from collections.abc import Callable

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

ADDRESS = "/healthz"


class Health:
    """Answers before sessions, host names and whatever else could fail: 200 when the database answers and all
    migrations are applied; else 503 with the reason."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != ADDRESS:
            return self.get_response(request)
        reason = _reason()
        return HttpResponse(f"{reason or 'ok'}\n", status=503 if reason else 200, content_type="text/plain")


def _reason() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "the database can't be reached"
    return f"{len(waiting)} migrations are not applied" if waiting else ""
