"""One run over all operations, after Django is set up."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.db import connection

from benchmarks.client import Unexpected
from benchmarks.facts import gathered
from benchmarks.measure import Effort, Result, counted, measured, result
from benchmarks.operations import Operation, Site
from benchmarks.reads import reads
from benchmarks.serving import COUNTING, FLOOR, SITE, served
from benchmarks.steps import writes

_FEW = 3  # one to count queries, one for each connection; a step that fewer cases wait for is left out


def results(
    environment: dict[str, str],
    folder: Path,
    *,
    effort: Effort,
    seed: int,
    only: str = "",
    workers: int = 2,
) -> tuple[int, list[Result], list[str]]:
    """How many opinions there are, a result for each operation whose name fits ``only``, and why others have
    none."""
    facts = gathered(folder, seed)
    with (
        served(environment, SITE, workers=workers) as site,
        served(environment, FLOOR, workers=workers) as floor,
        served(environment, COUNTING, workers=1) as counting,
    ):
        # The counting pass uses up a case of each step too.
        steps = effort.times + 1
        what = Site(facts, site.port, environment["DEMO_PASSWORD"], steps, only)
        ports = (site.port, floor.port, counting.port)
        found, failed = _all(what, ports, effort)
    connection.close()
    return facts.opinions, found, failed


def _all(site: Site, ports: tuple[int, int, int], effort: Effort) -> tuple[list[Result], list[str]]:
    """Each operation; one that fails doesn't spoil the hours of the others."""
    found, failed = [], []
    for operation in _wanted(site):
        try:
            found.append(_one(operation, ports[:2], ports[2], effort))
        except (Unexpected, LookupError, OSError) as error:
            failed.append(f"{operation.name}: {error}")
            print(f"FAILED {failed[-1]}", flush=True)
    return found, failed


def _wanted(site: Site) -> Iterator[Operation]:
    for operation in chain(reads(site), writes(site)):
        if not site.wants(operation.name):
            continue
        if operation.most is not None and operation.most < _FEW:
            print(f"{operation.name}: left out, only {operation.most} cases wait for it (make bench-clean)")
            continue
        yield operation


def _one(operation: Operation, ports: tuple[int, int], counting: int, effort: Effort) -> Result:
    queries = counted(operation, counting)
    used = 0 if operation.most is None else 1
    found = result(operation, measured(operation, ports, effort, first=used), queries)
    print(
        f"{found.name:<42} {found.p50_ms:>8.1f} ms  floor {found.floor:>6.1f} ms  ×{found.ratio:<6} {queries} queries",
        flush=True,
    )
    return found
