"""``make bench-exports``: the longest list as a file, as the job writes it: seconds, memory and bytes.

Each file is written by a process of its own, so that the memory is its own, too.
"""

import json
import resource
import subprocess
import sys
import time
from argparse import Namespace
from tempfile import TemporaryFile

from benchmarks.database import Bench, command, parser

MOST_SECONDS, MOST_MEGABYTES = 60, 250
_ALONE = "--alone"


def main(arguments: list[str]) -> int:
    if arguments[:1] == [_ALONE]:
        return _write(arguments[1])
    return command(parser(__doc__).parse_args(arguments), _run)


def _run(bench: Bench, given: Namespace) -> int:
    environment, slow = bench.environment() | {"DJANGO_SETTINGS_MODULE": "config.settings"}, 0
    for kind in ("csv", "xlsx"):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.exports", _ALONE, kind],
            env=environment, capture_output=True, check=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
        print(
            "{kind}: {rows} rows in {seconds:.1f} s, {megabytes} MB of memory, {size:.1f} MB long".format(
                **told
            )
        )
        slow += told["seconds"] > MOST_SECONDS or told["megabytes"] > MOST_MEGABYTES
    return 1 if slow else 0


def _write(kind: str) -> int:
    """All opinions that the district's coordinator sees, in one file."""
    import django

    django.setup()
    from benchmarks import people
    from grievances.exports.making import asked_again
    from grievances.views.exported import LISTINGS

    coordinator = people.account("coordinator")
    began = time.monotonic()
    with TemporaryFile() as out:
        taken = LISTINGS["opinion-export"].taken(asked_again(coordinator, ""))
        rows = taken.write(kind, out, by=coordinator)
        size = out.seek(0, 2)
    told = {
        "kind": kind, "rows": rows, "seconds": time.monotonic() - began, "size": size / 1e6,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
