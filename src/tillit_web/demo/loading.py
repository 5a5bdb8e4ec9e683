"""Bringing the demo's files in through the door that `tillit import` and uploads take."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tillit.events.mapping_toml import load_mapping
from tillit_web.warehouse import builds, commands, queries


def bring_in(files: Iterable[tuple[Path, Path | None]]) -> None:
    """Import files, each by its mapping or as it explains itself, one after another, then build.

    Killed anywhere and started again, it ends as if it had run once: a file that is in is left alone.

    Raises:
        TillitError: A file was refused; the message is the one a user would see.
    """
    commands.settle_killed()
    for path, mapping in files:
        if not queries.is_imported(path.name):
            commands.import_now(path, None if mapping is None else load_mapping(mapping), on_progress=_silence)
    builds.rebuild()


def _silence(done_bytes: int, total_bytes: int, rows: int) -> None:
    """Nobody watches; the page says which file is being read."""
