"""Plain files as journeys for as long as one command runs: staged, built and thrown away again."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tillit.errors import FileError
from tillit.events.mapping import Mapping
from tillit.events.mapping_toml import load_mapping
from tillit.events.staging import Staged, stage
from tillit.journeys.build import build_store
from tillit.journeys.calendar import zone_named
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import Purpose
from tillit_cli.durations import lapse_days
from tillit_cli.progress import Progress


@dataclass(frozen=True, slots=True)
class FromFiles:
    """What the files gave."""

    view: View
    mappings: tuple[Mapping, ...]


def add_file_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that reads plain files."""
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="CSV, JSON Lines, Parquet or XES")
    parser.add_argument("--mapping", metavar="M", type=Path, help="which column is what (tillit inspect writes one)")
    parser.add_argument("--goal", metavar="ACTIVITY", help="a journey ends when this has happened")
    parser.add_argument(
        "--lapse",
        metavar="DAYS",
        type=lapse_days,
        default=None,
        help="a journey ends after so many days without an event, or none (default: none)",
    )


@contextmanager
def journeys_from(args: argparse.Namespace, *, timezone: str | None = None) -> Iterator[FromFiles]:
    """The journeys of `args.files`, cut as `add_file_arguments` was told.

    Args:
        args: What was typed.
        timezone: Of times without an offset, where neither the mapping nor the file says it.

    Raises:
        FileError: A file is not there, or cannot be read as what it is.
        MappingError: The mapping contradicts itself or a file.
        QueryError: No event has the goal's activity.
    """
    for path in args.files:
        if not path.is_file():
            raise FileError(f"There is no file {path}. Check the spelling, or the folder you are in.")
    mapping = load_mapping(args.mapping) if args.mapping else None
    with tempfile.TemporaryDirectory(prefix="tillit-") as folder:
        work = Path(folder)
        with Progress("reading") as progress:
            staged = stage(
                args.files,
                mapping,
                # No result depends on the key, and nothing is kept that could be joined with anything.
                key=secrets.token_bytes(32),
                received_at=time.time_ns() // 1_000,
                work=work / "staged",
                timezone=timezone,
                on_progress=progress,
            )
        rejected = _keep_rejected(staged, args.files)
        _say(staged, rejected)
        build_store(staged.events, staged.links, work / "store")
        view = View(
            OrderedStore.open(work / "store"),
            CaseRule(args.goal, args.lapse),
            purpose=Purpose.MEASUREMENT,
        )
        yield FromFiles(view, staged.mappings)


def timezone_of(found: FromFiles, typed: str | None) -> str:
    """The zone that was typed, else the mapping's, else UTC.

    Raises:
        QueryError: There is no such time zone.
    """
    zone = typed or found.mappings[0].timezone or "UTC"
    zone_named(zone)
    return zone


def _keep_rejected(staged: Staged, files: Sequence[Path]) -> tuple[Path, ...]:
    """Put rejected rows beside the files they come from."""
    beside = {f"{path.name}.rejected.csv": path.parent for path in files}
    kept = []
    for path in staged.rejected:
        target = beside[path.name] / path.name
        try:
            shutil.copyfile(path, target)
        except OSError as error:
            raise FileError(
                f"The rejected rows cannot be written to {target}: {error.strerror}. "
                "Copy the file to a folder you may write in, and run again."
            ) from error
        kept.append(target)
    return tuple(kept)


def _say(staged: Staged, rejected: Sequence[Path]) -> None:
    """What became of the rows, on standard error, so that standard output is the answer alone."""
    receipt = staged.receipt
    print(
        f"{receipt.rows:,} rows: {receipt.accepted:,} accepted, {receipt.duplicate:,} duplicate, "
        f"{receipt.rejected:,} rejected; {receipt.events:,} events",
        file=sys.stderr,
    )
    for note in staged.notes:
        print(f"note: {note}", file=sys.stderr)
    for path in rejected:
        print(f"rejected rows, with reasons: {path}", file=sys.stderr)
