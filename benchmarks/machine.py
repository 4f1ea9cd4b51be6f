"""Where and with what something was measured."""

import os
import platform
import subprocess
from datetime import date
from pathlib import Path

import django
import psycopg2
from django.db import connection

from config.running import ROOT


def circumstances() -> dict[str, object]:
    """The day, the machine, the versions and the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    return {
        "date": date.today().isoformat(),
        "machine": {"cores": os.cpu_count(), "memory_gb": _memory(), "cpu": _cpu()},
        "versions": {
            "python": platform.python_version(),
            "django": django.get_version(),
            "psycopg2": psycopg2.__version__.split()[0],
            "postgresql": postgres,
        },
        "commit": _commit(),
    }


def _memory() -> float:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3, 1)


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit() -> str:
    """The commit that was measured, with a mark when other files than results differ; empty outside a repository."""
    git = {"cwd": ROOT, "capture_output": True, "text": True}
    commit = subprocess.run(["git", "rev-parse", "--short=10", "HEAD"], **git).stdout.strip()
    changed = ["git", "diff", "--quiet", "HEAD", "--", ".", ":!benchmarks/results", ":!benchmarks/README.md"]
    return f"{commit}-changed" if commit and subprocess.run(changed, **git).returncode else commit


def peak_memory(pid: int) -> float:
    """The most memory in MB that a process ever held; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
