"""Is a data directory whole? Everything that was recorded held against what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tillit.errors import StoreError
from tillit.events.builds import Build, current_build
from tillit.events.log import EventLog
from tillit.events.segments import Damage, SegmentKind
from tillit.journeys.store import OrderedStore
from tillit.ledger.chain import Verdict
from tillit.ledger.ledger import verify_file
from tillit.meetings.log import FILE as DECISIONS
from tillit.meetings.log import PREFIX as DECISION
from tillit_web.collect.verifying import Verified, verify_collection
from tillit_web.serving.sound import SOUND, soundness


@dataclass(frozen=True, slots=True)
class Found:
    """What a data directory is, and in its parts what is not as it was written.

    Attributes:
        databases: A line for each database that is not sound.
        damage: Segments that are withheld.
        segments: How many there are.
        collected: What was collected, added up.
        consents, decisions: What the ledgers say; None where there is none yet.
        build: The current one; None before the first.
        unreadable: Why the build cannot be read; "" where it can.
    """

    databases: tuple[str, ...]
    damage: tuple[Damage, ...]
    segments: int
    collected: Verified
    consents: Verdict | None
    decisions: Verdict | None
    build: Build | None
    unreadable: str

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything that is not as it was written, a line each."""
        return (
            *(f"damaged: {line}" for line in (*self.databases, *map(str, self.damage))),
            *(f"wrong: {line}" for line in self.collected.wrong),
            *_faults(self.consents, "consent"),
            *_faults(self.decisions, DECISION),
            *((f"damaged: the current build: {self.unreadable}",) if self.unreadable else ()),
        )


def look_at(directory: Path) -> Found:
    """Read everything; Django's settings say where events wait."""
    databases = tuple(_unsound(directory))
    with EventLog.open(directory) as log:
        damage = tuple(log.verify())
        segments = sum(len(log.segments(kind)) for kind in SegmentKind)
        build = current_build(log)
    return Found(
        databases,
        damage,
        segments,
        verify_collection(directory),
        verify_file(directory / "consents.sqlite", "consent"),
        verify_file(directory / DECISIONS, DECISION),
        build,
        "" if build is None else _unreadable(build),
    )


def _unsound(directory: Path) -> Iterator[str]:
    for path in sorted(directory.glob("*.sqlite")):
        answer = soundness(path)
        if answer != SOUND:
            yield f"{path.name}: {answer}"


def _faults(verdict: Verdict | None, name: str) -> Iterator[str]:
    for found in verdict.findings if verdict else ():
        yield f"{name} {found.number}: {found.fault}"


def _unreadable(build: Build) -> str:
    try:
        OrderedStore.open(build.directory).verify()
    except StoreError as error:
        return str(error)
    return ""
