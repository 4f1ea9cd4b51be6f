"""Where results are kept."""

import json
from argparse import Namespace
from pathlib import Path

from benchmarks.database import SAMPLE
from benchmarks.stats import short

RESULTS = Path(__file__).resolve().parent / "results"


def keep(report: dict[str, object], given: Namespace, *, kind: str = "") -> Path:
    """Write it down as results/<kind>/<N>.json."""
    name = SAMPLE if given.opinions == SAMPLE else short(int(given.opinions))
    file = RESULTS / kind / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    return file
