"""What the programs read, made once per size: `python -m bench.prepare events|contract|store|paths FOLDER [NUMBER]`.

A process each, so that the one that measures stays small: a child's peak memory is never below its parent's.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.law import events
from tillit.events.contract import EVENT_SCHEMA
from tillit.journeys.build import build_store
from tillit.vocabulary import Actor, Function, IdentifierKind

EVENTS, CONTRACT, STORE = "events.parquet", "contract.parquet", "store"
ROWS_A_GROUP = 1_000_000
MONTH = 30 * 86_400_000_000  # microseconds


def write_events(folder: Path, count: int) -> None:
    """The events as any program would get them."""
    pq.write_table(events(count), folder / EVENTS, compression="zstd", row_group_size=ROWS_A_GROUP)


def write_contract(folder: Path) -> None:
    """The same events as tillit's log holds them, after an import."""
    with pq.ParquetWriter(folder / CONTRACT, EVENT_SCHEMA, compression="zstd") as out:
        first = 0
        for batch in pq.ParquetFile(folder / EVENTS).iter_batches(ROWS_A_GROUP):
            out.write_table(_as_contract(pa.table(batch), first))
            first += batch.num_rows


def paths_file(names: int) -> str:
    """Where the paths over so many names stand."""
    return f"paths-{names}.csv"


def write_paths(folder: Path, names: int) -> None:
    """The events' ways to an order or to their end, over so many names: a table of path, conversions, value, nulls.

    A name is one of the channel's campaigns, which change with person and month; neighbours of one kind are one.
    """
    table = pq.read_table(folder / EVENTS, columns=["person_id", "time", "activity", "channel", "amount"])
    table = table.sort_by([("person_id", "ascending"), ("time", "ascending")])
    person, month = table["person_id"].to_numpy(), table["time"].cast(pa.int64()).to_numpy() // MONTH
    channel = table["channel"].combine_chunks().indices.to_numpy()
    goal = pc.equal(table["activity"].cast(pa.string()), "order").to_numpy()
    code = (channel + 13 * (person * 7 + month) % names) % names
    closes = goal | np.append(person[1:] != person[:-1], True)
    way = np.cumsum(closes) - closes
    touch = np.flatnonzero(~goal)
    same = np.append(False, (way[touch][1:] == way[touch][:-1]) & (code[touch][1:] == code[touch][:-1]))
    touch = touch[~same]
    cuts = np.searchsorted(way[touch], np.arange(way[-1] + 2)).tolist()
    kinds, converts = code[touch].tolist(), goal[closes].tolist()
    found: Counter[tuple[tuple[int, ...], bool]] = Counter(
        (tuple(kinds[low:high]), converted) for low, high, converted in zip(cuts, cuts[1:], converts, strict=False)
    )
    paths = sorted({path for path, _ in found if path})
    with (folder / paths_file(names)).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "conversions", "value", "nulls"])
        for path in paths:
            bought = found[path, True]
            writer.writerow([" > ".join(f"n{kind:03}" for kind in path), bought, 10 * bought, found[path, False]])


def _as_contract(table: pa.Table, first: int) -> pa.Table:
    rows = table.num_rows
    subject = np.zeros((rows, 2), "<i8")
    # Any spreading of the bits will do where the log has a keyed hash.
    subject[:, 0] = table["person_id"].to_numpy() * np.int64(-7046029254386353131)
    subject[:, 1] = table["person_id"].to_numpy()
    number = pa.array(np.arange(first, first + rows))

    def constant(value: object, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), rows)

    amount = table["amount"].combine_chunks()
    columns = {
        "event_id": number.cast(pa.string()),
        "source": constant("bench", pa.string()),
        "occurred_at": table["time"].cast(pa.int64()),
        "sequence": constant(0, pa.int64()),
        "received_at": constant(0, pa.int64()),
        "clock_skew": constant(0, pa.int64()),
        "subject": pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), rows, [None, pa.py_buffer(subject.tobytes())]),
        "subject_kind": constant(IdentifierKind.CUSTOMER, pa.string()),
        "activity": table["activity"].cast(pa.string()),
        "channel": table["channel"].cast(pa.string()),
        "function": constant(Function.UNKNOWN, pa.string()),
        "actor": constant(Actor.CUSTOMER, pa.string()),
        "amount_minor": pc.round(pc.multiply(amount, 100)).cast(pa.int64()),
        "currency": pc.if_else(pc.is_valid(amount), "SEK", pa.scalar(None, pa.string())),
        "origin_row": number,
    }
    filled = [columns.get(field.name, pa.nulls(rows, field.type)) for field in EVENT_SCHEMA]
    return pa.table(filled, schema=EVENT_SCHEMA)


def main() -> None:
    what, folder = sys.argv[1], Path(sys.argv[2])
    match what:
        case "events":
            write_events(folder, int(sys.argv[3]))
        case "contract":
            write_contract(folder)
        case "store":
            build_store([folder / CONTRACT], [], folder / STORE)
        case "paths":
            write_paths(folder, int(sys.argv[3]))


if __name__ == "__main__":
    main()
