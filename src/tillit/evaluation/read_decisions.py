"""Decisions from a CSV file: one row each, the probabilities it was drawn with, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tillit.errors import FileError, QueryError
from tillit.evaluation.decisions import Bools, Decisions, Floats, Ints
from tillit.events.flat_table import read_flat_table
from tillit.meetings.keeping import USUAL

ELIGIBLE, PROPENSITY, KNOWN_AT, KNOWN_SHARE = "eligible_", "p_", "known_at_", "known_share_"
TIMES = ("t", "at", "month")
MACHINE, PERSON = "machine", "person"
NEEDED = ("customer", "action", "outcome")

# Columns whose name says that the value is there when the decision is drawn. Any other must be named by the caller.
KNOWN_BEFORE = (
    "stake",
    "complexity",
    "friction",
    "warmth",
    "tenure",
    "relation",
    "loyal",
    "complaint",
    "vulnerable",
    "wants_person",
    "queue",
)
KNOWN_AFTER = frozenset({"outcome", "reward", "outcome_delay_days", "action", "handle_seconds", "delivered"})
EXPERIMENT, POSSIBLE_FROM = "experiment", "possible_from"
OWN = frozenset({"customer", *TIMES, "stage", EXPERIMENT, POSSIBLE_FROM, *KNOWN_AFTER})
VALUE = "stake"
MICROS_PER_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class ReadDecisions:
    """The decisions of a file, and the columns that were left alone because nothing says they were known in time."""

    decisions: Decisions
    unused: tuple[str, ...]


def read_decisions(path: Path, *, context: Sequence[str] = ()) -> ReadDecisions:
    """Read a log of decisions.

    Args:
        path: A CSV file with a header. `customer`; `action` (a name, or its place among the eligible_ columns);
            `outcome` (0 or 1, empty while it is not known); for each action `eligible_NAME` (0 or 1) and `p_NAME` (its
            propensity, empty where nobody logged it); `machine` and `person` must be among them. Also read:
            `stage`, `t` (days), `at` (a time) or `month` (its first day), `stake` (what a good outcome is worth),
            `reward`, `outcome_delay_days` or a `known_share_NAME` for each action, `experiment` (a name for customers
            who are kept on another policy for comparison, else empty), `possible_from` (when the customer could first
            have been met, on the clock of `t` or `at`), and what was known before the draw: the names of KNOWN_BEFORE.
        context: Further columns that were known before the draw. With a column `known_at_NAME` beside it (the clock
            of `t` or `at`) that is checked in every row.

    Raises:
        FileError: The file is no such table; the message says what is missing or which row is wrong.
        QueryError: A context column is not there, or was known only after the decision.
    """
    table = _table(path)
    names = table.column_names
    if missing := [name for name in NEEDED if name not in names]:
        raise FileError(
            f"{path.name} has no column {', '.join(missing)}; found: {', '.join(names)}. A log of decisions has "
            "customer, action, outcome, and eligible_NAME and p_NAME for each action; see docs/commands.md."
        )
    actions = tuple(name.removeprefix(ELIGIBLE) for name in names if name.startswith(ELIGIBLE))
    if absent := [name for name in (MACHINE, PERSON) if name not in actions]:
        raise FileError(
            f"{path.name} has no column {' and no column '.join(ELIGIBLE + name for name in absent)}; there must "
            "be one for every action, and a machine and a person among them."
        )
    at_days = _times(table, path)
    used = _context_names(table, context, at_days, path)
    stages, stage = _stages(table)
    decisions = Decisions(
        customer=_codes(table["customer"]),
        at_days=at_days,
        stage=stage,
        stages=stages,
        actions=actions,
        machine=actions.index(MACHINE),
        person=actions.index(PERSON),
        eligible=np.column_stack([_yes_or_no(table, ELIGIBLE + name, path) for name in actions]),
        propensity=np.column_stack([_propensity(table, name, path) for name in actions]),
        action=_actions(table, actions, path),
        outcome=_outcome(table, path),
        delay_days=_numbers(table, "outcome_delay_days", path) if "outcome_delay_days" in names else None,
        context=np.column_stack([_numbers(table, name, path) for name in used])
        if used
        else np.empty((table.num_rows, 0)),
        context_names=used,
        value=_numbers(table, VALUE, path) if VALUE in names else None,
        reward=_numbers(table, "reward", path) if "reward" in names else None,
        known_share=_known_shares(table, actions, path),
        kept=_is_kept(table[EXPERIMENT]) if EXPERIMENT in names else None,
        took_part=_took_part(table[EXPERIMENT]) if EXPERIMENT in names else None,
        waited_days=_waited(table, at_days, path) if POSSIBLE_FROM in names else None,
    )
    _refuse_gaps(decisions.context, used, path)
    unused = tuple(
        name
        for name in names
        if name not in OWN and name not in used and not name.startswith((ELIGIBLE, PROPENSITY, KNOWN_AT, KNOWN_SHARE))
    )
    in_order = np.argsort(decisions.at_days, kind="stable")
    return ReadDecisions(decisions.take(in_order), unused)


def _table(path: Path) -> pa.Table:
    table = read_flat_table(path, texts_can_be_null=True)
    if not table.num_rows:
        raise FileError(f"{path.name} has a header and no decision.")
    return table


def _context_names(table: pa.Table, asked: Sequence[str], at_days: Floats, path: Path) -> tuple[str, ...]:
    for name in asked:
        if name not in table.column_names:
            raise QueryError(f"{path.name} has no column {name!r}; found: {', '.join(table.column_names)}")
        if name in KNOWN_AFTER:
            raise QueryError(f"{name!r} is known only after the decision; a model that sees it explains nothing.")
    used = tuple(name for name in table.column_names if name in KNOWN_BEFORE or name in asked)
    for name in used:
        if KNOWN_AT + name not in table.column_names:
            continue
        late = np.flatnonzero(_as_days(table[KNOWN_AT + name], KNOWN_AT + name, path) > at_days)
        if late.size:
            raise QueryError(
                f"{name!r} was known only after the decision in {late.size:,} rows (first: row {late[0] + 1}). "
                "Log the value that was used when the decision was drawn, or leave the column out."
            )
    return used


def _times(table: pa.Table, path: Path) -> Floats:
    for name in TIMES:
        if name in table.column_names:
            return _as_days(table[name], name, path)
    return np.arange(table.num_rows, dtype=np.float64)  # the file's order is the only order there is


def _as_days(column: pa.ChunkedArray, name: str, path: Path) -> Floats:
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        days = column.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy() / MICROS_PER_DAY
    elif pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        days = column.to_numpy().astype(np.float64)
    else:
        raise FileError(f"{path.name}: {name} is neither a number of days nor a time such as 2026-03-01 12:30:00.")
    if np.isnan(days).any():
        raise FileError(f"{path.name}: {name} is empty in row {int(np.flatnonzero(np.isnan(days))[0]) + 1}.")
    found: Floats = days
    return found


def _stages(table: pa.Table) -> tuple[tuple[str | int, ...], Ints]:
    if "stage" not in table.column_names:
        return ("all",), np.zeros(table.num_rows, np.int64)
    column = table["stage"].combine_chunks()
    if column.null_count:
        column = pc.fill_null(column.cast(pa.string()), "unknown")
    names = pc.unique(column).sort()
    return tuple(names.to_pylist()), pc.index_in(column, value_set=names).to_numpy().astype(np.int64)


def _actions(table: pa.Table, actions: tuple[str, ...], path: Path) -> Ints:
    column = table["action"].combine_chunks()
    if pa.types.is_integer(column.type):
        place = pc.if_else(pc.and_(pc.greater_equal(column, 0), pc.less(column, len(actions))), column, None)
    else:
        place = pc.index_in(column.cast(pa.string()), value_set=pa.array(actions))
    if place.null_count:
        row = int(np.flatnonzero(place.is_null().to_numpy(zero_copy_only=False))[0])
        raise FileError(
            f"{path.name}: row {row + 1} has the action {column[row].as_py()!r}; it must be one of "
            f"{', '.join(actions)}, or its place among them from 0."
        )
    found: Ints = place.to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _is_kept(column: pa.ChunkedArray) -> Bools:
    said = column.cast(pa.string()).fill_null("")
    named = pc.and_not(pc.not_equal(said, ""), pc.starts_with(said, USUAL))
    kept: Bools = named.combine_chunks().to_numpy(zero_copy_only=False)
    return kept


def _took_part(column: pa.ChunkedArray) -> Bools | None:
    """Those with a word, where customers on both sides have one; None where only the kept have."""
    said = column.cast(pa.string()).fill_null("")
    if not pc.any(pc.starts_with(said, USUAL)).as_py():
        return None
    took_part: Bools = pc.not_equal(said, "").combine_chunks().to_numpy(zero_copy_only=False)
    return took_part


def _waited(table: pa.Table, at_days: Floats, path: Path) -> Floats:
    waited = at_days - _as_days(table[POSSIBLE_FROM], POSSIBLE_FROM, path)
    if (early := np.flatnonzero(waited < 0)).size:
        raise FileError(
            f"{path.name}: row {early[0] + 1} was decided before it was possible. {POSSIBLE_FROM} is when the customer "
            "could first have been met, on the clock of t or at."
        )
    return waited


def _codes(column: pa.ChunkedArray) -> Ints:
    names = column.combine_chunks().cast(pa.string()).fill_null("")
    # Sorted, so that the order of the rows changes nothing.
    codes: Ints = pc.index_in(names, value_set=pc.unique(names).sort()).to_numpy().astype(np.int64)
    return codes


def _yes_or_no(table: pa.Table, name: str, path: Path) -> Bools:
    found = _numbers(table, name, path)
    if not np.isin(found, (0.0, 1.0)).all():
        row = int(np.flatnonzero(~np.isin(found, (0.0, 1.0)))[0])
        raise FileError(f"{path.name}: {name} is {table[name][row].as_py()!r} in row {row + 1}; it must be 0 or 1.")
    yes: Bools = found == 1.0
    return yes


def _propensity(table: pa.Table, action: str, path: Path) -> Floats:
    name = PROPENSITY + action
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    return _numbers(table, name, path)


def _known_shares(table: pa.Table, actions: tuple[str, ...], path: Path) -> Floats | None:
    names = [KNOWN_SHARE + action for action in actions]
    if not any(name in table.column_names for name in names):
        return None
    if missing := [name for name in names if name not in table.column_names]:
        raise FileError(f"{path.name} has no column {', '.join(missing)}; there must be one for every action, or none.")
    shares = np.column_stack([_numbers(table, name, path) for name in names])
    if ((shares < 0) | (shares > 1)).any():
        row = int(np.flatnonzero(((shares < 0) | (shares > 1)).any(axis=1))[0])
        raise FileError(f"{path.name}: a share in row {row + 1} is not between 0 and 1 ({', '.join(names)}).")
    return shares


def _outcome(table: pa.Table, path: Path) -> Floats:
    found = _numbers(table, "outcome", path)
    wrong = ~(np.isnan(found) | (found == 0.0) | (found == 1.0))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise FileError(
            f"{path.name}: outcome is {table['outcome'][row].as_py()!r} in row {row + 1}; it must be 1 (what was "
            "wanted happened), 0, or empty while it is not known."
        )
    return found


def _numbers(table: pa.Table, name: str, path: Path) -> Floats:
    column = table[name]
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    try:
        numbers = column.cast(pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        raise FileError(f"{path.name}: {name} holds something that is not a number.") from None
    found: Floats = numbers
    return found


def _refuse_gaps(context: Floats, names: tuple[str, ...], path: Path) -> None:
    for place, name in enumerate(names):
        gaps = np.flatnonzero(~np.isfinite(context[:, place]))
        if gaps.size:
            raise FileError(
                f"{path.name}: {name} is empty or not finite in {gaps.size:,} rows (first: row {gaps[0] + 1}). Write "
                "the value the decision was drawn with, or leave the column out."
            )
