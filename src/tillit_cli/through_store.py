"""The general way from plain files to journeys: staged through their mapping, then built into a store."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from tillit.engine.parts import MapParts, map_parts
from tillit.events.mapping import Mapping
from tillit.events.staging import Staged, stage
from tillit.journeys.build import build_store
from tillit.journeys.store import OrderedStore
from tillit_cli.progress import Progress


def staged_files(files: Sequence[Path], mapping: Mapping | None, work: Path, timezone: str | None) -> Staged:
    """Stage the files under `work`, with progress on a terminal."""
    with Progress("reading") as progress:
        return stage(
            files,
            mapping,
            # No result depends on the key, and nothing is kept that could be joined with anything.
            key=secrets.token_bytes(32),
            received_at=time.time_ns() // 1_000,
            work=work,
            timezone=timezone,
            on_progress=progress,
        )


def store_of(staged: Staged, out: Path, *, run: MapParts = map_parts) -> OrderedStore:
    """The ordered store of staged events; `run` is where it is built and asked."""
    build_store(staged.events, staged.links, out, run=run)
    return OrderedStore.open(out, run=run)
