"""A file that says who was drawn for a holdout: person, name, withheld."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from tillit.credit.assignments import is_withheld
from tillit.errors import FileError
from tillit.events.flat_table import text_table
from tillit.events.mapping import Mapping
from tillit.events.mapping_toml import load_mapping
from tillit.vocabulary import IdentifierKind

COLUMNS = ("name", "withheld")
PERSON = "person"  # or the kind of identifier: email, customer, …
# Where the file does not say when customers were drawn, all their purchases in the data count.
BEFORE_ALL = "2000-01-01T00:00:00Z"
AS_EVENTS = """
source = "holdouts"
timezone = "UTC"
properties = ["holdout"]
identifiers = {{ {kind} = "who" }}
[[event]]
activity = "holdout_assigned"
time = "at"
"""


def as_events(file: Path, of: Mapping, work: Path) -> tuple[Path, Mapping]:
    """The file as events that say who was drawn, and their mapping.

    Args:
        file: CSV in any encoding and with any separator, with the columns person (or a kind of identifier, such as
            email), name, withheld (yes or no, 1 or 0) and, where known, at (when they were drawn, ISO 8601).
        of: The mapping of the other files: what kind of identifier a person is, and whose numbers they are.
        work: A folder to write in.

    Raises:
        FileError: The file is not there, lacks a column, or a row says neither yes nor no.
    """
    cells = text_table(file)
    work.mkdir(parents=True, exist_ok=True)
    rows, mapping = work / "holdouts.csv", work / "holdouts.toml"
    header = [name.strip() for name in cells.column_names]
    kinds = [name for name in header if name == PERSON or name in set(IdentifierKind)]
    missing = [*(() if kinds else (PERSON,)), *(name for name in COLUMNS if name not in header)]
    if missing:
        raise FileError(
            f"{file} lacks the column {', '.join(missing)}; its first line is: {', '.join(header) or 'empty'}. "
            "A file of holdouts has person (or email, customer, …), name and withheld."
        )
    with rows.open("w", encoding="utf-8", newline="") as write:
        out = csv.writer(write)
        out.writerow(["who", "at", "holdout"])
        for number, row in enumerate(cells.rename_columns(header).to_pylist(), start=1):
            withheld = is_withheld(row["withheld"])
            if withheld is None:
                raise FileError(
                    f"{file}, row {number}: withheld is {row['withheld']!r}; yes or no, 1 or 0 was expected."
                )
            out.writerow([row[kinds[0]], row.get("at") or BEFORE_ALL, f"{row['name'].strip()}={int(withheld)}"])
    kind = next(iter(of.identifiers)) if kinds[0] == PERSON else kinds[0]
    mapping.write_text(AS_EVENTS.format(kind=kind), encoding="utf-8")
    return rows, replace(load_mapping(mapping), namespace=of.namespace, region=of.region)
