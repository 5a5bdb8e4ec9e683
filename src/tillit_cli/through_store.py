"""The general way from plain files to journeys: staged through their mapping, then built into a store."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from tillit.engine.parts import MapParts, map_parts
from tillit.events.mapping import Mapping
from tillit.events.staging import Staged, stage
from tillit.journeys.build import build_store
from tillit.journeys.store import OrderedStore
from tillit_cli.progress import Progress

# Makes a file of events and its mapping, given the mapping of the other files and a folder to write in.
Beside: TypeAlias = Callable[[Mapping, Path], tuple[Path, Mapping]]


def staged_files(
    files: Sequence[Path], mappings: Sequence[Mapping | None], work: Path, timezone: str | None, *, key: bytes
) -> Staged:
    """Stage the files under `work`, with progress on a terminal; what is to be joined is hashed with the same key."""
    with Progress("reading") as progress:
        return stage(
            files,
            mappings,
            key=key,
            received_at=time.time_ns() // 1_000,
            work=work,
            timezone=timezone,
            on_progress=progress,
        )


def staged_beside(
    beside: Beside | None, staged: Staged, work: Path, timezone: str | None, *, key: bytes
) -> list[Staged]:
    """One more file of events, where there is one, staged by its own mapping."""
    if beside is None:
        return []
    made, mapping = beside(staged.mapping, work / "beside")
    return [staged_files([made], [mapping], work / "staged-beside", timezone, key=key)]


def passing_key() -> bytes:
    """A key for one command: no result depends on it, and nothing is kept that could be joined with anything."""
    return secrets.token_bytes(32)


def store_of(staged: Sequence[Staged], out: Path, *, run: MapParts = map_parts) -> OrderedStore:
    """The ordered store of staged events; `run` is where it is built and asked."""
    events, links = [path for one in staged for path in one.events], [path for one in staged for path in one.links]
    build_store(events, links, out, run=run)
    return OrderedStore.open(out, run=run)
