"""What a file brought beyond the event's own columns, as text by name."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tillit.journeys.store import Bucket
from tillit.journeys.view import View


def property_texts(view: View, bucket: Bucket, names: Sequence[str]) -> pa.Array:
    """The text that each of a bucket's events has under one of these names, null where there is none.

    Args:
        view: Of all journeys: a selection's rows are not known here.
        names: As they stand in the events' properties, `properties.screen` where a file nests them; the first that
            an event has counts.

    Raises:
        QueryError: The view stands on a plain file.
    """
    rows = view.feed.read(bucket, []).rows
    texts = bucket.read("details", ["properties"])["properties"]
    kept = texts.combine_chunks() if rows is None else texts.take(pa.array(rows)).combine_chunks()
    found = [_values(kept, name) for name in names]
    return found[0] if len(found) == 1 else pc.coalesce(*found)


def _values(properties: pa.Array, name: str) -> pa.Array:
    key = re.escape(json.dumps(name, ensure_ascii=False))
    return pc.struct_field(pc.extract_regex(properties, pattern=key + r':\s*"(?P<value>[^"\\]*)"'), "value")
