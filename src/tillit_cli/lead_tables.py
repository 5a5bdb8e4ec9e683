"""What `tillit readiness --table` prints of a flat table of leads."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tillit.errors import QueryError
from tillit.readiness.leads import Leads, leads
from tillit.readiness.read_table import LeadTable, read_table

_WHY = {
    "after": "said to be written after the outcome",
    "suspect": "alone it says more than all others together: it may have been written after the outcome",
    "silent": "the same, or another, in almost every row",
}


def answer_of(path: Path, outcome: str, *, at: str | None, known: list[str], seed: int) -> tuple[LeadTable, Leads]:
    """Read the table and ask it.

    Raises:
        QueryError: `known` holds something else than COLUMN=before or COLUMN=after.
        FileError: The file is no such table.
    """
    said: dict[str, list[str]] = {"before": [], "after": []}
    for one in known:
        column, sign, when = one.rpartition("=")
        if not sign or when not in said:
            raise QueryError(f"--known-at {one}: write COLUMN=before or COLUMN=after the outcome")
        said[when].append(column)
    table = read_table(path, outcome, at=at)
    found = leads(
        table.columns,
        table.outcome,
        known_before=said["before"],
        known_after=said["after"],
        rng=np.random.default_rng(seed),
    )
    return table, found


def as_json(table: LeadTable, found: Leads, *, with_rows: bool) -> dict[str, Any]:
    """Everything; `chances` by row of the file, in its order."""
    everything = {name: value for name, value in asdict(found).items() if name != "chances"}
    if with_rows:
        told = np.flatnonzero(~np.isnan(found.chances))
        rows = sorted((int(table.row[place]), float(found.chances[place])) for place in told)
        everything["chances"] = [{"row": row, "chance": chance} for row, chance in rows]
    return everything


def lines_of(found: Leads) -> list[str]:
    """The answer in words, before how good it was."""
    said = [str(found.refusal)] if found.refusal is not None else [_sentence(found)]
    said += [f"Not used: {one.column} ({_WHY[one.why]})." for one in found.left]
    if any(one.why == "suspect" for one in found.left):
        said.append("If a column was there before the outcome, say so: --known-at COLUMN=before.")
    return ["\n".join(said)]


def _sentence(found: Leads) -> str:
    reasons = ", ".join(f"{one.what} ({one.adds:+.2f})" for one in found.reasons[:5])
    return f"{found.outcomes:,} of {found.rows:,} rows have the outcome. What goes with it most: {reasons}."
