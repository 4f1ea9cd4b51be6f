"""``make bench-load``: twenty people at once for two minutes. No error, nothing acknowledged lost, steady memory."""

import sys
import threading
import time
from argparse import Namespace

from benchmarks.database import Bench, command, parser
from benchmarks.kept import keep
from benchmarks.stats import percentile

_MOST_MEMORY = 250  # MB that a worker may hold
_WRITES = 0.4
_ALONE = 8  # things that each person does alone, before all begin


def main(arguments: list[str]) -> int:
    options = parser(__doc__)
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument(
        "--pause", type=float, default=0.0, help="seconds that each waits between two things"
    )
    return command(options.parse_args(arguments), _run)


def _run(bench: Bench, given: Namespace) -> int:
    report = _measured(bench, given)
    _tell(report)
    keep(report, given, kind="load")
    return 0 if report["met"] else 1


def _measured(bench: Bench, given: Namespace) -> dict:
    from benchmarks.crowd import CROWD, Crowd
    from benchmarks.facts import gathered
    from benchmarks.machine import circumstances, peak_memory
    from benchmarks.serving import SITE, served

    facts = gathered(bench.folder, given.seed)
    crowd = Crowd(facts, given.seed).people()
    share = _WRITES * CROWD / sum(one.tasks is not None for one in crowd)
    with served(bench.environment(runtime=True), SITE) as site:
        for one in crowd:
            one.begin(site.port)
        alone = _alone(crowd, share)
        took = _together(crowd, share, given)
        memory = [round(peak_memory(pid)) for pid in site.workers()]
    report = {"opinions": facts.opinions, "people": len(crowd), "pause": given.pause, **circumstances()}
    return report | _summary(crowd, alone, took, memory)


def _alone(crowd: list, share: float) -> dict[str, list[float]]:
    """What each kind takes with nobody else there. The first of each person only warms up."""
    alone: dict[str, list[float]] = {}
    for one in crowd:
        for _ in range(_ALONE):
            one.act(share)
        for kind, milliseconds in one.took[2:]:
            alone.setdefault(kind, []).append(milliseconds)
        one.took.clear()
    return alone


def _together(crowd: list, share: float, given: Namespace) -> float:
    """All at once; the seconds that it took."""
    from django.db import connection

    began = time.monotonic()
    until = began + given.seconds

    def work(one: object) -> None:
        one.browser.reconnect()  # it was idle while the others worked alone, and may have been closed
        while time.monotonic() < until:
            one.act(share)
            time.sleep(given.pause * 2 * one.dice.random())
        connection.close()

    threads = [threading.Thread(target=work, args=[one]) for one in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def _summary(crowd: list, alone: dict, took: float, memory: list[int]) -> dict:
    together: dict[str, list[float]] = {}
    for one in crowd:
        for kind, milliseconds in one.took:
            together.setdefault(kind, []).append(milliseconds)
    errors = [error for one in crowd for error in one.errors]
    keys = [key for one in crowd for key in one.acknowledged]
    lost, ghosts = _missing(keys), len(_recorded([key for one in crowd for key in one.refused]))
    every = [one for times in together.values() for one in times]
    requests = len(every)
    return {
        "seconds": round(took, 1),
        "requests": requests,
        "per_second": round(requests / took, 1),
        "steps": len(keys),
        "conflicts": sum(one.conflicts for one in crowd),
        "errors": errors[:20],
        "error_count": len(errors),
        "lost": lost,
        "done_though_refused": ghosts,
        "memory_mb": memory,
        "p95_ms": round(percentile(every, 0.95), 1),
        "alone_mean_ms": round(_alone_mean(alone, together), 1),
        "kinds": [_kind(name, alone.get(name, []), times) for name, times in sorted(together.items())],
        "met": not errors and not lost and not ghosts and max(memory) < _MOST_MEMORY,
    }


def _alone_mean(alone: dict, together: dict) -> float:
    """What a request of this very mix takes on the average with nobody else there, by each kind's p50."""
    known = [(percentile(alone[kind], 0.5), len(times)) for kind, times in together.items() if kind in alone]
    return sum(p50 * n for p50, n in known) / sum(n for _p50, n in known)


def _kind(name: str, alone: list[float], together: list[float]) -> dict:
    return {
        "name": name,
        "n": len(together),
        "alone_p50_ms": round(percentile(alone, 0.5), 1) if alone else None,
        "p50_ms": round(percentile(together, 0.5), 1),
        "p95_ms": round(percentile(together, 0.95), 1),
    }


def _recorded(keys: list) -> set:
    """Those of these requests that are in the history."""
    from grievances.models import Event

    some = [keys[n : n + 1000] for n in range(0, len(keys), 1000)]
    return {key for part in some for key in Event.objects.filter(key__in=part).values_list("key", flat=True)}


def _missing(keys: list) -> int:
    """Acknowledged requests without an event. More than one event a key the database refuses itself."""
    return len(set(keys) - _recorded(keys)) + len(keys) - len(set(keys))


def _tell(report: dict) -> None:
    print(
        f"\n{report['people']} people, {report['seconds']} s: {report['requests']:,} requests, {report['per_second']}"
        f" a second; {report['steps']:,} steps acknowledged, {report['lost']} lost,"
        f" {report['done_though_refused']} done though refused; {report['conflicts']} conflicts,"
        f" {report['error_count']} errors; memory of the workers at most {report['memory_mb']} MB."
    )
    for error in report["errors"]:
        print(f"  {error}")
    contention = report["people"] / report["machine"]["cores"]
    bound = report["alone_mean_ms"] * contention
    print(
        f"p95 of all {report['p95_ms']} ms: ×{report['p95_ms'] / bound:.2f} of {report['alone_mean_ms']} ms alone"
        f" × {contention:g} people a core"
    )
    for kind in report["kinds"]:
        print(
            f"{kind['name']:<16} {kind['n']:>6}  alone p50 {kind['alone_p50_ms'] or '–':>7}  p50 {kind['p50_ms']:>8}"
            f"  p95 {kind['p95_ms']:>8}"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
