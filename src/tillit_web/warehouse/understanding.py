"""What we understood of a file: kept as JSON beside the import, and looked at again through a corrected mapping."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tillit.errors import InputError
from tillit.events import cells
from tillit.events.inspecting import Inspection, UnderstoodRow, inspect_file
from tillit.events.mapping import Mapping
from tillit.events.reading import open_reader
from tillit.sentences import Sentence

SAMPLE_ROWS = 200
MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a page says of a file before it is imported.

    Attributes:
        format: "csv", "jsonl", "segment", "parquet", "xes" or "weblog".
        columns: The file's columns, in their order.
        notes: What was found out: encoding, delimiter, decimal sign, …
        unsure: What somebody should look at.
        product: The product whose export it is; "" if none was recognised.
        kept_as: The name of the kept mapping it is read by; "" if none.
        problem: Why there is no mapping to begin with, or what can be read in two ways; None if all is understood.
        is_doubtful: The choices settle the problem.
        totals_only: The file holds sums, not events, and cannot become journeys.
        assumed_currency: The company's, where the file has amounts and no currency; "" if it was not needed.
    """

    format: str
    columns: tuple[str, ...]
    notes: tuple[Sentence, ...]
    unsure: tuple[Sentence, ...]
    product: str = ""
    kept_as: str = ""
    problem: Sentence | None = None
    is_doubtful: bool = False
    totals_only: bool = False
    assumed_currency: str = ""

    @classmethod
    def of(cls, found: Inspection, *, kept_as: str, assumed_currency: str) -> Understanding:
        """From an inspection; what a kept mapping settled is no longer unsure."""
        return cls(
            format=found.format,
            columns=found.columns,
            notes=found.notes,
            unsure=() if kept_as else found.unsure,
            product=found.recipe or "",
            kept_as=kept_as,
            problem=None if kept_as else found.problem,
            is_doubtful=found.remedy is not None and not kept_as,
            totals_only=found.totals_only,
            assumed_currency=assumed_currency,
        )

    def to_json(self) -> dict[str, Any]:
        """As the database keeps it."""
        return {
            **asdict(self),
            "notes": [note.to_json() for note in self.notes],
            "unsure": [line.to_json() for line in self.unsure],
            "problem": self.problem and self.problem.to_json(),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Understanding:
        """From what the database keeps."""
        return cls(
            **{
                **kept,
                "columns": tuple(kept["columns"]),
                "notes": tuple(map(Sentence.from_json, kept["notes"])),
                "unsure": tuple(map(Sentence.from_json, kept["unsure"])),
                "problem": Sentence.from_json(kept["problem"]) if kept["problem"] else None,
            }
        )


def write_sample(upload: Path, to: Path) -> None:
    """Keep a file's first rows of raw cells, so that no page reads the file itself.

    Raises:
        FileError: The file cannot be read as what it is.
    """
    reader = open_reader(upload)
    first = next(iter(reader), None)
    rows = pa.table({column: pa.array([], pa.string()) for column in reader.columns}) if first is None else first.table
    pq.write_table(rows.slice(0, SAMPLE_ROWS), to)


def preview(sample: Path, mapping: Mapping) -> tuple[UnderstoodRow, ...]:
    """The first rows of a kept sample as a mapping makes them.

    Raises:
        InputError: The mapping and the file do not go together, or leave something that can be read in two ways.
    """
    found = inspect_file(sample, mapping)
    if found.problem is not None:
        raise InputError(found.problem)
    return found.rows


def values_of(sample: Path, column: str) -> tuple[str, ...]:
    """What a column says in the kept sample, most frequent first."""
    table = pq.read_table(sample, columns=[column])
    found = cells.text(table[column]).drop_null().value_counts().to_pylist()
    found.sort(key=lambda counted: (-counted["counts"], counted["values"]))
    return tuple(counted["values"] for counted in found[:MOST_VALUES])
