"""Single events that a build leaves out, told by subject first, so that few rows' texts are ever compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tillit.events.contract import EVENT_SCHEMA


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
        """These rows of EVENT_SCHEMA (texts may be dictionaries) but for the events that are left out."""
        if not len(self.keys):
            return events
        places = pc.indices_nonzero(pc.is_in(events["subject"], value_set=self.subjects))
        if not len(places):
            return events
        gone = pc.is_in(keys_of(events.select(["source", "event_id"]).take(places)), value_set=self.keys)
        kept = np.ones(events.num_rows, np.bool_)
        kept[places.filter(gone.combine_chunks()).to_numpy()] = False
        return events.filter(pa.array(kept))


def keys_of(rows: pa.Table) -> pa.ChunkedArray:
    """`source` and `event_id` of each row as one text."""
    parts = (rows["source"].cast(pa.large_string()), rows["event_id"].cast(pa.large_string()))
    return pc.binary_join_element_wise(*parts, pa.scalar("\x00", pa.large_string()))
