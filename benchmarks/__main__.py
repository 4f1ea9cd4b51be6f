"""``make bench``: every operation of the site, timed beside its floor; results/<N>.json and a table."""

import json
import sys
from argparse import Namespace

from benchmarks.database import SAMPLE, Bench, parser, prepared
from benchmarks.overhead import overhead
from benchmarks.stats import short
from benchmarks.table import RESULTS, table, write_table
from config.demo import Stop
from config.embedded import EmbeddedError


def main(arguments: list[str]) -> int:
    options = parser(__doc__)
    options.add_argument("--times", type=int, default=100, help="how often each operation is done")
    options.add_argument("--seconds", type=float, default=20, help="after which one operation is enough")
    options.add_argument("--only", default="", help="a pattern for the names of operations; nothing is kept")
    options.add_argument("--search", default="", help="address of the search up to its words: /search/?q=")
    given = options.parse_args(arguments)
    try:
        with prepared(given) as bench:
            return _run(bench, given)
    except (Stop, EmbeddedError) as error:
        print(f"make bench: {error}", file=sys.stderr)
        return 1


def _run(bench: Bench, given: Namespace) -> int:
    # These need Django's models, and so the settings that ``prepared`` has just made.
    from benchmarks.machine import circumstances
    from benchmarks.measure import Effort
    from benchmarks.run import results

    told = {"overhead_ms": overhead()} | circumstances()
    opinions, found = results(
        bench,
        effort=Effort(given.times, given.seconds),
        seed=given.seed,
        search=given.search,
        only=given.only,
    )
    report = {"opinions": opinions, **told, "operations": [one.as_json() for one in found]}
    print("\n" + table(report))
    if not given.only:
        name = SAMPLE if given.opinions == SAMPLE else short(int(given.opinions))
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
        write_table()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
