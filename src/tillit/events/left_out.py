"""Single events that a build leaves out, told by subject first, so that few rows' texts are ever compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tillit.events.contract import EVENT_SCHEMA
from tillit.events.counted import COUNTED, of_somebody


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Events to leave out.

    Attributes:
        keys: As `keys_of` gives them; each once, sorted.
        subjects: The subjects that these events stand under; each once.
    """

    keys: pa.Array
    subjects: pa.Array

    @classmethod
    def of(cls, rows: pa.Table) -> Self:
        """The events of these rows, which have `source`, `event_id` and `subject`."""
        if not rows.num_rows:
            return cls(pa.array([], pa.large_string()), pa.array([], EVENT_SCHEMA.field("subject").type))
        return cls(pc.unique(keys_of(rows)).sort(), pc.unique(rows["subject"]))

    def without(self, events: pa.Table) -> pa.Table:
        """These rows of EVENT_SCHEMA (texts may be dictionaries) but for the events that are left out.

        Events that are only counted are always: they are nobody's.
        """
        events = of_somebody(events)
        if not len(self.keys):
            return events
        places = pc.indices_nonzero(pc.is_in(events["subject"], value_set=self.subjects))
        if not len(places):
            return events
        gone = pc.is_in(keys_of(events.select(["source", "event_id"]).take(places)), value_set=self.keys)
        kept = np.ones(events.num_rows, np.bool_)
        kept[places.filter(gone.combine_chunks()).to_numpy()] = False
        return events.filter(pa.array(kept))


def counted_events(events: Sequence[Path], out: LeftOut) -> int:
    """How many events of these files are only counted, apart from those that are left out for another reason."""
    found = 0
    for path in events:
        rows = pq.read_table(path, columns=["source", "event_id"], filters=[("subject_kind", "=", COUNTED)])
        if rows.num_rows:
            found += rows.num_rows - int(pc.sum(pc.is_in(keys_of(rows), value_set=out.keys)).as_py() or 0)
    return found


def keys_of(rows: pa.Table) -> pa.ChunkedArray:
    """`source` and `event_id` of each row as one text."""
    parts = (rows["source"].cast(pa.large_string()), rows["event_id"].cast(pa.large_string()))
    return pc.binary_join_element_wise(*parts, pa.scalar("\x00", pa.large_string()))
