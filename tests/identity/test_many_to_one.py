"""A hundred thousand identifiers that all name one: resolved in bounded time, and nobody is joined by it."""

from __future__ import annotations

import pyarrow as pa

from tillit.events.contract import LINK_SCHEMA
from tillit.identity.held import Reason, held_rows
from tillit.identity.resolve import Identity, resolve
from tillit.identity.rules import default_rules

ALIASES = 100_000


def links(pairs: list[tuple[int, int]]) -> pa.Table:
    """A link between visitors of a browser for each pair of numbers."""
    left, right = ([number.to_bytes(16, "big") for number in side] for side in zip(*pairs, strict=True))
    rows = len(pairs)
    return pa.table(
        {
            "left": left,
            "left_kind": ["anonymous"] * rows,
            "right": right,
            "right_kind": ["customer"] * rows,
            "rule": ["alias"] * rows,
            "event_id": [str(number) for number in range(rows)],
            "source": ["site"] * rows,
            "occurred_at": list(range(rows)),
        },
        schema=LINK_SCHEMA,
    )


def test_an_identifier_that_a_hundred_thousand_name_is_held_apart() -> None:
    found = resolve(links([(number, 0) for number in range(1, ALIASES + 1)]), Identity(default_rules()))
    [held] = held_rows(found.held)
    assert (held.subject, held.reason, held.found) == ((0).to_bytes(16, "big"), Reason.TOO_MANY, ALIASES)
    person = found.components["representative"].to_pylist()
    assert len(set(person)) == len(person), "nobody was joined by it"
