"""What tells steps of one activity apart: nothing, the channel, the place, or a property that a file brought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from tillit.errors import QueryError
from tillit.events.column_words import names_employee
from tillit.journeys.properties import property_texts
from tillit.journeys.store import Bucket
from tillit.journeys.traces import Codes, Traces
from tillit.journeys.view import Selection, View
from tillit.sentences import sentence

PROPERTY = "property:"


@dataclass(frozen=True, slots=True)
class Split:
    """At most one of the two is set; with neither each activity is one step."""

    column: str | None = None  # "channel" or "place"
    property_name: str | None = None  # as it stands in the events' properties; text only

    @classmethod
    def parse(cls, text: str) -> Split:
        """From "activity", "channel", "place" or "property:NAME".

        Raises:
            QueryError: It is none of these.
        """
        if text in ("channel", "place"):
            return cls(column=text)
        if text.startswith(PROPERTY) and names_employee(text.removeprefix(PROPERTY)):
            raise QueryError(
                sentence("steps are not told apart by “{name}”: that names employees", name=text.removeprefix(PROPERTY))
            )
        if text.startswith(PROPERTY) and text != PROPERTY:
            return cls(property_name=text.removeprefix(PROPERTY))
        if text != "activity":
            raise QueryError(
                sentence(
                    "steps cannot be told apart by '{text}': say activity, channel, place or property:NAME", text=text
                )
            )
        return cls()

    def check(self, view: View) -> None:
        """Refuse what cannot be answered.

        Raises:
            QueryError: A property is asked for of selected journeys: properties are read by the bucket, unselected.
        """
        if self.property_name is not None and view.selection != Selection():
            raise QueryError(sentence("steps can be told apart by a property only where all journeys are looked at"))

    def parts(self, view: View, bucket: Bucket, traces: Traces) -> tuple[Codes, tuple[str, ...]]:
        """Per event the code of its part, -1 for none, and what the codes stand for in this bucket."""
        if self.column is not None:
            return getattr(traces, self.column), getattr(view.names, self.column)
        if self.property_name is None:
            return np.full(traces.events, -1, np.int32), ()
        encoded = property_texts(view, bucket, [self.property_name]).dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
        return codes.astype(np.int32), tuple(encoded.dictionary.to_pylist())


UNSPLIT = Split()
