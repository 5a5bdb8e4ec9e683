"""Is a data directory whole? Everything that was recorded held against what is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tillit.events.builds import current_build
from tillit.events.log import EventLog
from tillit.journeys.store import OrderedStore
from tillit.ledger.ledger import verify_file
from tillit.meetings.log import FILE as DECISIONS
from tillit.meetings.log import PREFIX as DECISION
from tillit_web.collect.verifying import verify_collection


def wrong_in(directory: Path) -> tuple[str, ...]:
    """Everything that is not as it was written, a line each; Django is set up on the directory.

    Databases are sound, segments have their digests, what was collected adds up, ledgers hold, the build is readable.
    """
    return tuple(_wrong(directory))


def damaged_segments(directory: Path) -> frozenset[str]:
    """The names, below the directory, of the segments that are withheld."""
    with EventLog.open(directory) as log:
        return frozenset(f"log/{damage.segment.path.name}" for damage in log.verify())


def _wrong(directory: Path) -> Iterator[str]:
    for path in sorted(directory.glob("*.sqlite")):
        try:
            with closing(sqlite3.connect(path)) as database:
                answer = database.execute("pragma quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            answer = str(error)
        if answer != "ok":
            yield f"{path.name}: {answer}"
    with EventLog.open(directory) as log:
        yield from (str(damage) for damage in log.verify())
        build = current_build(log)
    yield from verify_collection(directory).wrong
    for name, prefix in (("consents.sqlite", "consent"), (DECISIONS, DECISION)):
        verdict = verify_file(directory / name, prefix)
        for found in verdict.findings if verdict else ():
            yield f"{name}, entry {found.number}: {found.fault}"
    if build is not None:
        OrderedStore.open(build.directory).verify()
