"""``python -m benchmarks.table``: the tables of README.md, from results/*.json."""

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.kept import RESULTS

README = Path(__file__).resolve().parent / "README.md"
BEGIN, END = "<!-- results -->", "<!-- end of results -->"
# The most that a ratio may grow from the smallest database to the biggest.
GROWTH = 1.5


def reports(folder: Path = RESULTS) -> list[dict]:
    """All results, the smallest database first."""
    found = [json.loads(file.read_text()) for file in folder.glob("*.json")]
    return sorted(found, key=lambda report: report["opinions"])


def table(report: dict) -> str:
    """One run, with where it was made."""
    machine, versions = report["machine"], report["versions"]
    head = (
        f"{report['opinions']:,} opinions, {report['date']}, commit {report['commit']}. {machine['cores']} cores,"
        f" {machine['memory_gb']} GB, {machine['cpu']}; Python {versions['python']}, Django {versions['django']},"
        f" psycopg2 {versions['psycopg2']}, PostgreSQL {versions['postgresql']}."
        f" Of each time at most {report['overhead_ms']} ms are the driver's."
    )
    columns = ("operation", "p50 ms", "p95 ms", "queries", "bytes", "floor ms", "ratio", "goal", "n")
    return f"{head}\n\n{_markdown(columns, [_line(one) for one in report['operations']])}"


def _line(one: dict) -> Sequence[str]:
    goal = "" if one["goal"] is None else f"≤ {one['goal']:g}{' ✓' if one['met'] else ' ✗'}"
    note = f" ({one['note']})" if one["note"] else ""
    numbers = (one["p50_ms"], one["p95_ms"], one["queries"], one["bytes"], one["floor"], one["ratio"])
    return (one["name"] + note, *(f"{number:,}" for number in numbers), goal, str(one["n"]))


def growth(every: list[dict]) -> str:
    """The ratio of each operation by the number of opinions, and how much it grew: up to the biggest run of the
    commit of the smallest, as runs of other commits, which stand beside, say nothing of growth alone."""
    commit = every[0]["commit"]
    ratios = [{one["name"]: one["ratio"] for one in report["operations"]} for report in every]
    compared = [one for report, one in zip(every, ratios, strict=True) if report["commit"] == commit]
    rows = []
    for name, last in compared[-1].items():
        if name in compared[0]:
            grew = last / compared[0][name]
            verdict = "✓" if grew <= GROWTH else "✗"
            shown = (f"{one[name]:g}" if name in one else "" for one in ratios)
            rows.append((name, *shown, f"×{grew:.2f} {verdict}"))
    sizes = [
        f"{report['opinions']:,}" + ("" if report["commit"] == commit else f" ({report['commit']})")
        for report in every
    ]
    return _markdown(("ratio at", *sizes, f"growth (≤ {GROWTH})"), rows)


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def whole(every: list[dict]) -> str:
    """Growth first, where there is more than one size; then each run."""
    parts = [f"### How the ratios grow\n\n{growth(every)}"] if len(every) > 1 else []
    return "\n\n".join(
        [*parts, *(f"### {report['opinions']:,} opinions\n\n{table(report)}" for report in every)]
    )


def write_table() -> None:
    """Put the tables between the two marks of README.md."""
    before, _mark, rest = README.read_text().partition(BEGIN)
    _old, _mark, after = rest.partition(END)
    every = reports()
    made = whole(every) if every else "No results yet."
    README.write_text(f"{before}{BEGIN}\n\n{made}\n\n{END}{after}")


if __name__ == "__main__":
    write_table()
    print(whole(reports()) if reports() else "No results yet: make bench")
