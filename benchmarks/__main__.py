"""``make bench``: every operation of the site, timed beside its floor; results/<N>.json and a table."""

import sys
from argparse import Namespace

from benchmarks.database import Bench, command, parser
from benchmarks.kept import keep
from benchmarks.overhead import overhead
from benchmarks.table import table, write_table


def main(arguments: list[str]) -> int:
    options = parser(__doc__)
    options.add_argument("--times", type=int, default=100, help="how often each operation is done")
    options.add_argument("--seconds", type=float, default=20, help="after which one operation is enough")
    options.add_argument("--only", default="", help="a pattern for the names of operations; nothing is kept")
    return command(options.parse_args(arguments), _run)


def _run(bench: Bench, given: Namespace) -> int:
    # These need Django's models, and so the settings that ``command`` has just made.
    from benchmarks.machine import circumstances
    from benchmarks.measure import Effort
    from benchmarks.run import results

    told = {"overhead_ms": overhead()} | circumstances()
    environment, effort = bench.environment(runtime=True), Effort(given.times, given.seconds)
    asked = {"seed": given.seed, "only": given.only}
    opinions, found, failed = results(environment, bench.folder, effort=effort, **asked)
    operations = [one.as_json() for one in found]
    report = {"opinions": opinions, **told, "operations": operations, "failed": failed}
    print("\n" + table(report))
    if not given.only:
        keep(report, given)
        write_table()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
