"""Whom a subject stands under, looked up by order: as a dictionary says, also where eight bytes are alike."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tillit.identity.resolve import COMPONENT_SCHEMA
from tillit.journeys.spread import Representatives

# Few different halves, so that many subjects share their first eight bytes.
HALVES = st.sampled_from([b"a" * 8, b"b" * 8, bytes(8), b"\xff" * 8, b"\x80" + bytes(7)])
SUBJECTS = st.tuples(HALVES, HALVES).map(b"".join)


@given(st.dictionaries(SUBJECTS, SUBJECTS), st.lists(SUBJECTS, max_size=30))
def test_each_is_found_and_others_stand_for_themselves(linked: dict[bytes, bytes], asked: list[bytes]) -> None:
    rows = [{"subject": subject, "representative": linked[subject]} for subject in sorted(linked)]
    components = pa.Table.from_pylist(rows, schema=COMPONENT_SCHEMA)
    found = Representatives(components).of(pa.array(asked, pa.binary(16))).to_pylist()
    assert found == [linked.get(subject, subject) for subject in asked]
