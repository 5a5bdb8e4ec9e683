"""The texts of an event (activity, channel, function, …) from constants, columns and what its activity implies."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from tillit.events import cells
from tillit.events.mapping import Cell, Mapping
from tillit.events.names import activity_name
from tillit.vocabulary import ACTIVITY_BY_NAME, Actor, Channel, Function


def activity_of(cell: Cell, table: pa.Table) -> pa.Array:
    """Activities; null where the cell is empty. GA4's and Segment's names become ours, others stay as they are."""
    if cell.constant is not None:
        return pa.repeat(cell.constant, table.num_rows)
    return _per_value(cells.text(table[cell.column]), lambda name: cell.rename.get(name) or _ours(name))


def text_of(key: str, cell: Cell | None, mapping: Mapping, table: pa.Table) -> pa.Array:
    """Texts of a rule's `key`, with the mapping's constant where the rule has none or its cell is empty."""
    constant = pa.scalar(mapping.constants.get(key), pa.string())
    if cell is None:
        return pa.repeat(constant, table.num_rows)
    if cell.constant is not None:
        return pa.repeat(cell.constant, table.num_rows)
    found = cells.text(table[cell.column])
    if cell.rename:
        found = _per_value(found, lambda value: cell.rename.get(value, value))
    return pc.coalesce(found, constant)


def channel_or_unknown(channels: pa.Array) -> pa.Array:
    """Channels, in the words of the vocabulary where only the letters' case differs."""
    return pc.fill_null(_per_value(channels, lambda name: _word(name, Channel)), Channel.UNKNOWN)


def function_or_implied(functions: pa.Array, activities: pa.Array) -> pa.Array:
    """Functions; where none is given the one whose work the activity is."""
    implied = _per_value(activities, lambda name: ACTIVITY_BY_NAME[name].function if name in ACTIVITY_BY_NAME else None)
    given = _per_value(functions, lambda name: _word(name, Function))
    return pc.fill_null(pc.coalesce(given, implied), Function.UNKNOWN)


def actor_or_implied(actors: pa.Array, activities: pa.Array) -> pa.Array:
    """Actors; where none is given the one the activity implies, and the customer where it implies nothing."""
    implied = _per_value(activities, lambda name: ACTIVITY_BY_NAME[name].actor if name in ACTIVITY_BY_NAME else None)
    given = _per_value(actors, lambda name: _word(name, Actor))
    return pc.fill_null(pc.coalesce(given, implied), Actor.CUSTOMER)


def _per_value(column: pa.Array, change: Callable[[str], str | None]) -> pa.Array:
    """Apply `change` once to each distinct value."""
    encoded = column.dictionary_encode()
    changed = [
        None if change_to is None else str(change_to) for change_to in map(change, encoded.dictionary.to_pylist())
    ]
    return pa.array(changed, pa.string()).take(encoded.indices)


def _ours(name: str) -> str:
    ours = activity_name(name)
    return ours if ours in ACTIVITY_BY_NAME else name


def _word(name: str, words: type[Channel] | type[Function] | type[Actor]) -> str:
    plain = name.lower().replace(" ", "_")
    return plain if plain in set(words) else name
