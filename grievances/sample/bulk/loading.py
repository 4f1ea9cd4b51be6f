"""Loading parts by COPY, in a few processes; a part is there whole or not at all."""

import multiprocessing
import os
import time
from collections.abc import Callable
from io import BytesIO
from multiprocessing.sharedctypes import Synchronized

from django.db import connection

from grievances.sample.bulk import ledger
from grievances.sample.bulk.casting import Caster
from grievances.sample.bulk.copytext import copy_statement
from grievances.sample.bulk.tables import loaded, new_connection

WORKERS = 2
_CHUNK = 4_000  # opinions that are written at once
_EVERY = 3.0  # seconds between two lines of progress


class Progress:
    """Counters that all processes add to."""

    def __init__(self) -> None:
        self.opinions: Synchronized = multiprocessing.Value("q", 0)
        self.rows: Synchronized = multiprocessing.Value("q", 0)
        self.began = time.monotonic()

    def add(self, opinions: int, rows: int) -> None:
        for counter, more in ((self.opinions, opinions), (self.rows, rows)):
            with counter.get_lock():
                counter.value += more

    def __str__(self) -> str:
        seconds = time.monotonic() - self.began
        opinions, rows = self.opinions.value, self.rows.value
        return (
            f"{opinions:,} opinions, {rows:,} rows in {seconds:.0f} s: "
            f"{opinions / seconds:,.0f} opinions/s, {rows / seconds:,.0f} rows/s"
        )


class Loader:
    """Writes the rows of parts in the order of the tables."""

    def __init__(self, caster: Caster, progress: Progress) -> None:
        self.caster, self.progress = caster, progress
        self.statements = {model._meta.db_table: copy_statement(model) for model in loaded()}

    def work(self, parts: list[int], taken: Synchronized) -> None:
        """Load the next part that nobody has taken, until none is left or the parent is gone."""
        parent, own = os.getppid(), new_connection()
        try:
            with own, own.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off")
            while os.getppid() == parent:
                with taken.get_lock():
                    n, taken.value = taken.value, taken.value + 1
                if n >= len(parts):
                    break
                with own:  # commits, or rolls the whole part back
                    self._part(own, parts[n], parent)
        finally:
            own.close()

    def _part(self, own: object, part: int, parent: int) -> None:
        with own.cursor() as cursor:
            # A worker of a killed run may still be at it: wait for what becomes of its part.
            cursor.execute("INSERT INTO sample_bulk_part VALUES (%s) ON CONFLICT DO NOTHING", [part])
            if not cursor.rowcount:
                return
            waiting, opinions = self._empty(), 0
            for number, rows in self.caster.cast(part):
                for table, text in rows:
                    waiting[table].append(text)
                opinions += number
                if opinions >= _CHUNK:
                    self._write(cursor, waiting, opinions)
                    waiting, opinions = self._empty(), 0
                    if os.getppid() != parent:
                        raise SystemExit("the run that started this process is gone")
            self._write(cursor, waiting, opinions)

    def _empty(self) -> dict[str, list[str]]:
        return {table: [] for table in self.statements}

    def _write(self, cursor: object, waiting: dict[str, list[str]], opinions: int) -> None:
        written = 0
        for table, texts in waiting.items():
            if texts:
                cursor.copy_expert(self.statements[table], BytesIO("".join(texts).encode()), 1 << 18)
                written += cursor.rowcount
        self.progress.add(opinions, written)


def load(caster: Caster, parts: list[int], *, workers: int, say: Callable[[str], None]) -> None:
    """Load these parts. Raises Refused when a process fails: what it had begun is not there."""
    connection.close()  # no process may share a connection with another
    fork = multiprocessing.get_context("fork")
    progress, taken = Progress(), fork.Value("q", 0)
    loader = Loader(caster, progress)
    running = [
        fork.Process(target=loader.work, args=(parts, taken), daemon=True)
        for _n in range(min(workers, len(parts)))
    ]
    for process in running:
        process.start()
    while any(process.is_alive() for process in running):
        next(process for process in running if process.is_alive()).join(_EVERY)
        say(str(progress))
    if any(process.exitcode for process in running):
        raise ledger.Refused("A loading process failed; the same command goes on where it was.")
