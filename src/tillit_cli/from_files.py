"""Plain files as journeys for as long as one command runs: read directly, or staged, built and thrown away again."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tillit.engine.addresses import File, file_or_address
from tillit.errors import FileError
from tillit.events.mapping import Mapping
from tillit.events.reading import check_is_file
from tillit.events.receipt import Receipt
from tillit.journeys.calendar import zone_named
from tillit.journeys.plain_parquet import read_plain_parquet
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import Purpose
from tillit_cli.durations import lapse_days
from tillit_cli.mappings import add_mapping_argument, mappings_of

WHOLE_EVENTS = sys.maxsize  # as `fewest_persons`: more is asked than when each activity happened


@dataclass(frozen=True, slots=True)
class FromFiles:
    """What the files gave."""

    view: View
    mappings: tuple[Mapping, ...]


def add_file_arguments(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    """The arguments of every command that reads plain files; `needed` False where a command can do without any."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+" if needed else "*",
        type=file_or_address,
        help="CSV, JSON Lines, Parquet or XES",
    )
    add_mapping_argument(parser)
    parser.add_argument("--goal", metavar="ACTIVITY", help="a journey ends when this has happened")
    parser.add_argument(
        "--lapse",
        metavar="DAYS",
        type=lapse_days,
        default=None,
        help="a journey ends after so many days without an event, or none (default: none)",
    )
    parser.add_argument(
        "--engine", choices=("duckdb", "spark"), default="duckdb", help="where the work runs (default: duckdb, here)"
    )
    parser.add_argument(
        "--master", metavar="URL", default="local[*]", help="of --engine spark: spark://HOST:7077 (default: local[*])"
    )
    parser.add_argument(
        "--work",
        metavar="DIR",
        type=Path,
        help="of --engine spark: a folder that this machine and all workers see (default: a temporary one here)",
    )


@contextmanager
def journeys_from(
    args: argparse.Namespace,
    *,
    timezone: str | None = None,
    fewest_persons: int = 0,
    beside: Callable[[Mapping, Path], tuple[Path, Mapping]] | None = None,
) -> Iterator[FromFiles]:
    """The journeys of `args.files`, cut as `add_file_arguments` was told.

    Args:
        args: What was typed.
        timezone: Of times without an offset, where neither the mapping nor the file says it.
        fewest_persons: With fewer, whole events are needed, not activities and times alone; `WHOLE_EVENTS`: always.
        beside: Makes one more file of events and its mapping, given the mapping of the others and a folder to write in.

    Raises:
        FileError: A file is not there, or cannot be read as what it is.
        MappingError: The mapping contradicts itself or a file.
        QueryError: No event has the goal's activity.
    """
    for file in args.files:
        if isinstance(file, str):
            if args.engine != "spark":
                raise FileError(
                    f"{file} is an address, not a file of this machine. Copy it here, or add --engine spark."
                )
        else:
            check_is_file(file)
            if file.suffix == ".toml":
                raise FileError(f"{file} is a mapping, not a file of events. Leave it out, or give it with --mapping.")
    mappings = mappings_of(args.mapping, args.files)
    rule = CaseRule(args.goal, args.lapse)
    if args.engine == "spark":
        with import_module("tillit_cli.on_cluster").store_on_spark(args, mappings, timezone, beside) as (store, staged):
            say(staged.receipt, staged.notes, staged.rejected, args.files)
            yield FromFiles(View(store, rule, purpose=Purpose.MEASUREMENT), staged.mappings)
        return
    with tempfile.TemporaryDirectory(prefix="tillit-") as folder:
        work = Path(folder)
        plain = None
        if len(args.files) == 1 and is_parquet(args.files[0]):
            plain = read_plain_parquet(args.files[0], mappings[0], work=work / "plain", timezone=timezone)
        if plain is not None and plain.events.persons >= fewest_persons:
            say(plain.receipt, plain.notes, () if plain.rejected is None else (plain.rejected,), args.files)
            yield FromFiles(View(plain.events, rule, purpose=Purpose.MEASUREMENT), (plain.mapping,))
            return
        # DuckDB and SciPy take half a second to load; a file that was read directly needs neither.
        general = import_module("tillit_cli.through_store")
        key = general.passing_key()
        staged = general.staged_files(args.files, mappings, work / "staged", timezone, key=key)
        say(staged.receipt, staged.notes, staged.rejected, args.files)
        more = general.staged_beside(beside, staged, work, timezone, key=key)
        store = general.store_of([staged, *more], work / "store")
        yield FromFiles(View(store, rule, purpose=Purpose.MEASUREMENT), staged.mappings)


def timezone_of(found: FromFiles, typed: str | None) -> str:
    """The zone that was typed, else the mapping's, else UTC.

    Raises:
        QueryError: There is no such time zone.
    """
    zone = typed or found.mappings[0].timezone or "UTC"
    zone_named(zone)
    return zone


def is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet does."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def say(receipt: Receipt, notes: Sequence[str], rejected: Sequence[Path], files: Sequence[File]) -> None:
    """What became of the rows, on standard error, so that standard output is the answer alone."""
    kept = _keep_rejected(rejected, files)
    print(
        f"{receipt.rows:,} rows: {receipt.accepted:,} accepted, {receipt.duplicate:,} duplicate, "
        f"{receipt.rejected:,} rejected; {receipt.events:,} events",
        file=sys.stderr,
    )
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    for path in kept:
        print(f"rejected rows, with reasons: {path}", file=sys.stderr)


def _keep_rejected(rejected: Sequence[Path], files: Sequence[File]) -> tuple[Path, ...]:
    """Put rejected rows beside the files they come from; those of files elsewhere into the folder we are in."""
    beside = {f"{file.name}.rejected.csv": file.parent for file in files if isinstance(file, Path)}
    kept = []
    for path in rejected:
        target = beside.get(path.name, Path()) / path.name
        try:
            shutil.copyfile(path, target)
        except OSError as error:
            raise FileError(
                f"The rejected rows cannot be written to {target}: {error.strerror}. "
                "Copy the file to a folder you may write in, and run again."
            ) from error
        kept.append(target)
    return tuple(kept)
