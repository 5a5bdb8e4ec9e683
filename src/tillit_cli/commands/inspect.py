"""`tillit inspect`: what a file holds, as understood, before anything is imported."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from tillit.errors import MappingError
from tillit.events.currencies import exponent
from tillit.events.inspecting import Inspection, UnderstoodEvent, inspect_file
from tillit.events.mapping_dump import dump_mapping
from tillit.events.mapping_toml import load_mapping
from tillit_cli.tables import plain

UNUSABLE = 2
_WIDEST_CELL = 28
_HEADINGS = ("row", "when", "who", "what", "channel", "amount", "about")
_RIGHT = frozenset({"row", "amount"})


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "inspect",
        help="show how a file is understood, and write its mapping",
        description="Show what a file is, how its first five rows are understood and what is unsure. "
        "Nothing is imported. Exit code 0: the file can be used; 2: it cannot, and the message says why.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, JSON Lines, Parquet or XES, plain or gzip")
    parser.add_argument("--mapping", type=Path, metavar="MAPPING", help="look at the file through this mapping")
    parser.add_argument("--write", type=Path, metavar="MAPPING.toml", help="write the mapping here, to be corrected")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")


def run(args: argparse.Namespace) -> int:
    """Inspect the file, print what was understood, and write the mapping if asked to."""
    mapping = None if args.mapping is None else load_mapping(args.mapping)
    found = inspect_file(args.file, mapping)
    if args.write is not None and found.mapping is not None:
        _write(args.write, dump_mapping(found.mapping))
    commands = tuple(_next(args.file, found, written=args.write or args.mapping))
    if args.format == "json":
        print(json.dumps(_as_json(args.file, found, commands), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_as_text(args.file, found, commands)))
    return 0 if found.problem is None else UNUSABLE


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as there:
        raise MappingError(f"{path} exists and may hold corrections. Remove it, or write to another name.") from there
    except OSError as refused:
        raise MappingError(
            f"The mapping cannot be written to {path}: {refused.strerror}. Name another place."
        ) from refused


def _next(file: Path, found: Inspection, *, written: Path | None) -> Iterator[str]:
    """What to type next, with the names quoted for a shell."""
    if found.mapping is None:
        return
    name = shlex.quote(str(file))
    mapping = shlex.quote(str(written or f"{file.stem.split('.')[0]}.mapping.toml"))
    if found.problem is None:
        yield f"tillit journeys {name}" + (f" --mapping {mapping}" if written is not None else "")
    if written is None and (found.unsure or found.problem is not None):
        yield f"tillit inspect {name} --write {mapping}"
    if found.problem is not None:
        yield f"tillit inspect {name} --mapping {mapping}   (once corrected)"


def _as_text(file: Path, found: Inspection, commands: Sequence[str]) -> Iterator[str]:
    yield f"{file.name}: {found.format}" + (f", recognised as {found.recipe}." if found.recipe else ".")
    yield from (f"  {_shown(note, 400)}" for note in found.notes)
    yield ""
    if found.problem is not None:
        yield _shown(found.problem, 2_000)
    if found.remedy is not None:
        yield _shown(found.remedy, 2_000)
        yield ""
        yield "Its first rows as they stand:"
        yield from (f"  {row.row}  " + " | ".join(_shown(cell) for cell in row.raw[:12]) for row in found.rows)
    else:
        yield "Its first rows as understood:"
        yield from _table(found)
    if found.unsure:
        yield ""
        yield "Please look, these are not certain:"
        yield from (f"  {number}. {_shown(line, 400)}" for number, line in enumerate(found.unsure, start=1))
    if commands:
        yield ""
        yield "Next:"
        yield from (f"  {command}" for command in commands)


def _table(found: Inspection) -> Iterator[str]:
    zone = ZoneInfo(found.mapping.timezone) if found.mapping is not None and found.mapping.timezone else UTC
    lines: list[tuple[str, ...]] = [_HEADINGS]
    for row in found.rows:
        for place, event in enumerate(row.events):
            when = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=event.occurred_at)).astimezone(zone)
            lines.append(
                (
                    str(row.row) if place == 0 else "",
                    when.strftime("%Y-%m-%d %H:%M:%S %Z"),
                    *(_shown(text or "") for text in (event.who, event.activity, event.channel)),
                    _amount(event),
                    _shown(event.object or ""),
                )
            )
        if not row.events:
            reason = f"refused: {row.refused}" if row.refused else "gives no event"
            if not row.answers:
                lines.append((str(row.row), _shown(reason, 200)))
        for answer in row.answers:
            when = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=answer.said_at)).astimezone(zone)
            said = f"{answer.who} says {'yes' if answer.granted else 'no'} to {answer.purpose}"
            by = f" by {answer.channel}" if answer.channel else ""
            lines.append((str(row.row), _shown(f"{said}{by}, {when:%Y-%m-%d %H:%M:%S %Z}", 200)))
    widths = [max(len(line[place]) for line in lines if len(line) == len(_HEADINGS)) for place in range(len(_HEADINGS))]
    for line in lines:
        padded = (
            text.rjust(width) if heading in _RIGHT else text.ljust(width)
            for text, width, heading in zip(line, widths, _HEADINGS, strict=False)
        )
        yield f"  {'  '.join(padded)}".rstrip()


def _amount(event: UnderstoodEvent) -> str:
    if event.amount_minor is None:
        return ""
    amount = Decimal(event.amount_minor).scaleb(-exponent(event.currency))
    return f"{amount:f} {event.currency or ''}".strip()


def _shown(text: str, widest: int = _WIDEST_CELL) -> str:
    """A text that cannot move the cursor or colour the terminal, cut to a width."""
    clean = plain(text)
    return clean if len(clean) <= widest else clean[: widest - 1] + "…"


def _as_json(file: Path, found: Inspection, commands: Sequence[str]) -> dict[str, object]:
    return {
        "file": file.name,
        "format": found.format,
        "recipe": found.recipe,
        "usable": found.problem is None,
        "totals_only": found.totals_only,
        "problem": found.problem,
        "remedy": found.remedy,
        "notes": found.notes,
        "unsure": found.unsure,
        "columns": found.columns,
        "mapping": None if found.mapping is None else dump_mapping(found.mapping),
        "rows": [
            {
                "row": row.row,
                "raw": row.raw,
                "refused": row.refused,
                "events": [
                    {
                        "occurred_at": event.occurred_at,
                        "who": event.who,
                        "activity": event.activity,
                        "channel": event.channel,
                        "amount_minor": event.amount_minor,
                        "currency": event.currency,
                        "object": event.object,
                    }
                    for event in row.events
                ],
                "answers": [asdict(answer) for answer in row.answers],
            }
            for row in found.rows
        ],
        "next": commands,
    }
