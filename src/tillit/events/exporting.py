"""Leaving again: every event of a log as plain files, each with the mapping that reads it back.

Subjects leave as `hashed:` and 32 digits, since the log has no clear value of them; read back by the mapping beside
them, which says so, they are the same subjects, in this data directory or another.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as MappingType
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tillit.engine.duckdb_engine import DuckDBEngine, duckdb_engine
from tillit.engine.statement import load_statement
from tillit.errors import FileError
from tillit.events.contract import EVENT_SCHEMA, LINK_SCHEMA
from tillit.events.currencies import exponent
from tillit.events.log import EventLog
from tillit.events.mapping import Cell, EventRule, Mapping, Time
from tillit.events.mapping_dump import dump_mapping
from tillit.events.segments import SegmentKind
from tillit.events.subject import HASHED
from tillit.events.told import month_of, write_told
from tillit.vocabulary import IdentifierKind

_PACKAGE = "tillit.events"
_BATCH_ROWS = 65_536
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXTS = ("activity", "channel", "function", "actor", "place", "campaign", "object")
_OWN = (
    "event_id",
    "time",
    "sequence",
    *_TEXTS,
    "amount",
    "margin",
    "currency",
    *(str(kind) for kind in IdentifierKind),
)

Row = list[str]


class ExportFormat(StrEnum):
    """What an export is written as. In both every column is text."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `mappings[i]` reads `files[i]` back."""

    events: int
    links: int
    files: tuple[Path, ...]
    mappings: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ForOthers:
    """An export that tells events with people by the month.

    Attributes:
        shown_places: What each place is shown as.
        salt: Random, for ids.
        withheld: Subjects that are left out, with their links: those who said no.
    """

    shown_places: MappingType[str, str]
    salt: str
    withheld: frozenset[bytes] = frozenset()


def export_log(
    log: EventLog, out: Path, *, file_format: ExportFormat = ExportFormat.CSV, for_others: ForOthers | None = None
) -> Exported:
    """Write every event of the log once, with its id and the identifiers its row named, and every link.

    `tillit import FILE --mapping FILE.toml` brings a file's events back: the same ids, times, subjects, links and
    amounts. Numbers among the properties come back as text.

    Args:
        log: An open log.
        out: A folder that is empty or does not exist.
        file_format: CSV in UTF-8, or Parquet.
        for_others: How events with people are told; None writes everything as it is, to move to another place.

    Raises:
        FileError: `out` has something in it.
        DamagedSegment: Part of the log cannot be read, so not everything would be written.
    """
    if out.exists() and any(out.iterdir()):
        raise FileError(f"{out} is not empty. Name a folder that does not exist yet, so that nothing is mixed up.")
    events = log.sound_or_refuse(log.segments(SegmentKind.EVENTS))
    links = log.sound_or_refuse(log.segments(SegmentKind.LINKS))
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="spill-", dir=out) as spill,
        duckdb_engine([log.directory / "log"], spill=Path(spill)) as engine,
    ):
        engine.offer("events", events or EVENT_SCHEMA.empty_table())
        engine.offer("links", links or LINK_SCHEMA.empty_table())
        if for_others is not None:
            told = Path(spill) / "told.parquet"
            write_told(
                engine,
                told,
                shown_places=for_others.shown_places,
                salt=for_others.salt,
                withheld=for_others.withheld,
            )
            engine.offer("events", [told])
        groups = engine.fetch(load_statement(_PACKAGE, "exported_groups"), {}).to_pylist()
        files, mappings, count = [], [], 0
        for number, group in enumerate(groups, start=1):
            name = re.sub(r"[^a-z0-9]+", "-", f"{group['source']}-{group['subject_kind']}".lower()).strip("-")
            path = out / f"events-{number:02}-{name}.{file_format}"
            mapping = _write_group(engine, group, path, file_format)
            beside = path.with_name(f"{path.name}.toml")
            beside.write_text(dump_mapping(mapping), encoding="utf-8")
            files.append(path)
            mappings.append(beside)
            count += group["events"]
    linked = _write_links(links, out / f"links.{file_format}", file_format, for_others)
    return Exported(events=count, links=linked, files=tuple(files), mappings=tuple(mappings))


def _write_group(engine: DuckDBEngine, group: dict[str, Any], path: Path, file_format: ExportFormat) -> Mapping:
    """Write the events of one source and kind of subject, and return the mapping that reads them."""
    which = {"source": group["source"], "subject_kind": group["subject_kind"]}
    keys = engine.fetch(load_statement(_PACKAGE, "exported_keys"), which)["key"].to_pylist()
    # A property keeps its name, since reading back makes its key of it; a column of ours gives way.
    own = {name: f"tillit {name}" if name in keys else name for name in _OWN}
    with _table_file(path, [*own.values(), *keys], file_format) as write:
        for batch in engine.stream(load_statement(_PACKAGE, "exported_events"), which, batch_rows=_BATCH_ROWS):
            write([_row(event, keys) for event in batch.to_pylist()])
    first = IdentifierKind(group["subject_kind"])
    kinds = (first, *(kind for kind in IdentifierKind if kind is not first))
    rule = EventRule(
        activity=Cell(column=own["activity"]),
        time=Time((own["time"],)),
        amount=own["amount"],
        object=own["object"],
        channel=Cell(column=own["channel"]),
        function=Cell(column=own["function"]),
        actor=Cell(column=own["actor"]),
        place=Cell(column=own["place"]),
        campaign=Cell(column=own["campaign"]),
    )
    return Mapping(
        events=(rule,),
        identifiers={kind: (own[kind],) for kind in kinds},
        source=group["source"],
        hashed=True,
        timezone="UTC",
        sequence=own["sequence"],
        event_id=(own["event_id"],),
        currency=Cell(column=own["currency"]),
        decimal=".",
        margin=own["margin"],
        properties=tuple(keys),
    )


def _row(event: dict[str, Any], keys: Sequence[str]) -> Row:
    properties = json.loads(event["properties"]) if event["properties"] else {}
    identifiers = {**{kind: event[kind] for kind in IdentifierKind}, event["subject_kind"]: event["subject"]}
    currency = event["currency"]
    return [
        event["event_id"],
        (_EPOCH + timedelta(microseconds=event["occurred_at"])).isoformat(timespec="microseconds"),
        str(event["sequence"]),
        *(event[name] or "" for name in _TEXTS),
        _units(event["amount_minor"], currency),
        _units(event["margin_minor"], currency),
        currency or "",
        *(_hashed(identifiers[kind]) for kind in IdentifierKind),
        *(_text(properties.get(key)) for key in keys),
    ]


def _units(minor: int | None, currency: str | None) -> str:
    """Minor units as people write them, by integers alone."""
    if minor is None:
        return ""
    decimals = exponent(currency)
    if not decimals:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**decimals)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{decimals}}"


def _hashed(subject: bytes | None) -> str:
    return "" if subject is None else HASHED + subject.hex()


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _write_links(segments: Sequence[Path], path: Path, file_format: ExportFormat, for_others: ForOthers | None) -> int:
    count = 0
    with _table_file(path, LINK_SCHEMA.names, file_format) as write:
        for segment in segments:
            for batch in pq.ParquetFile(segment).iter_batches(_BATCH_ROWS):
                rows = batch.to_pylist()
                if for_others is not None:  # the event that showed a link is a sale as often as not
                    months = month_of(batch["occurred_at"].to_numpy()).tolist()
                    told = [{"event_id": "", "occurred_at": month} for month in months]
                    rows = [link | less for link, less in zip(rows, told, strict=True)]
                    rows = [row for row in rows if not {row["left"], row["right"]} & for_others.withheld]
                write([[_cell(value) for value in link.values()] for link in rows])
                count += len(rows)
    return count


def _cell(value: object) -> str:
    return _hashed(value) if isinstance(value, bytes) else str(value)


@contextmanager
def _table_file(path: Path, columns: Sequence[str], file_format: ExportFormat) -> Iterator[Callable[[list[Row]], None]]:
    """A new file of text columns; the block writes rows to it."""
    if file_format is ExportFormat.CSV:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            yield writer.writerows
        return
    schema = pa.schema([(column, pa.string()) for column in columns])
    with pq.ParquetWriter(path, schema, compression="zstd") as parquet:

        def write(rows: list[Row]) -> None:
            cells = zip(*rows, strict=True) if rows else ([] for _ in columns)
            parquet.write_table(pa.table([pa.array(list(column), pa.string()) for column in cells], schema=schema))

        yield write
