"""The rest of a row: column by column the same object as row by row."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tillit.events.properties import properties_of

texts = st.none() | st.sampled_from(["", " ", "å", 'say "hi"', "a\nb", "{}", "0", "null"])


@given(st.lists(st.tuples(texts, texts, texts), max_size=6))
def test_each_row_is_the_object_of_its_cells(rows: list[tuple[str | None, ...]]) -> None:
    names = ['the "Note"', "b", "c"]
    table = pa.table({name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)})
    found = properties_of(table, names).to_pylist()
    for text, row in zip(found, rows, strict=True):
        wanted = {name: cell for name, cell in zip(names, row, strict=True) if cell}
        assert (text is None) == (not wanted)
        if text is not None:
            assert list(json.loads(text).items()) == list(wanted.items())


def test_typed_cells_keep_their_types() -> None:
    cells: dict[str, Any] = {
        "whole": pa.array([1, None]),
        "share": pa.array([0.5, None]),
        "yes": pa.array([False, None]),
        "nothing": pa.nulls(2),
        "word": pa.array(["a", None]).dictionary_encode(),
        "day": pa.array([date(2026, 3, 1), None]),
    }
    found = properties_of(pa.table(cells), list(cells)).to_pylist()
    assert found == ['{"whole":1,"share":0.5,"yes":false,"word":"a","day":"2026-03-01"}', None]
    assert properties_of(pa.table(cells), []).to_pylist() == [None, None]
