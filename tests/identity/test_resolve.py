"""Persons are connected components of accepted links, and un-linking gives both lives back."""

from __future__ import annotations

from random import Random

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tillit.identity.resolve import SUBJECT, resolve

SUBJECTS = [bytes([number]) * 16 for number in range(8)]
pairs = st.lists(st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(SUBJECTS)), max_size=12)


def links_of(observed: list[tuple[bytes, bytes]]) -> pa.Table:
    left, right = ([pair[side] for pair in observed] for side in (0, 1))
    return pa.table({"left": pa.array(left, SUBJECT), "right": pa.array(right, SUBJECT)})


def by_subject(table: pa.Table) -> dict[bytes, bytes]:
    return dict(zip(table["subject"].to_pylist(), table["representative"].to_pylist(), strict=True))


def reachable(start: bytes, edges: list[tuple[bytes, bytes]]) -> set[bytes]:
    """Everyone who can be reached over the edges, by walking them until nothing is new."""
    found = {start}
    while new := {b for a, b in [*edges, *((b, a) for a, b in edges)] if a in found} - found:
        found |= new
    return found


@given(pairs, pairs, st.sets(st.sampled_from(SUBJECTS), max_size=2))
def test_components_equal_a_walk_over_the_links(
    observed: list[tuple[bytes, bytes]], removed: list[tuple[bytes, bytes]], erased: set[bytes]
) -> None:
    answer = by_subject(resolve(links_of(observed), removed=removed, erased=erased))
    gone = {frozenset(pair) for pair in removed}
    kept = [(a, b) for a, b in observed if frozenset((a, b)) not in gone and not {a, b} & erased]
    named = {subject for pair in observed for subject in pair} - erased
    assert answer == {subject: min(reachable(subject, kept)) for subject in named}


@given(pairs, st.randoms())
def test_the_order_of_links_changes_nothing(observed: list[tuple[bytes, bytes]], random: Random) -> None:
    shuffled = [(b, a) for a, b in observed] + observed
    random.shuffle(shuffled)
    assert by_subject(resolve(links_of(shuffled))) == by_subject(resolve(links_of(observed)))


def test_removing_a_link_gives_both_lives_back() -> None:
    ana, order, bo = SUBJECTS[:3]
    joined = links_of([(ana, order), (order, bo)])
    assert by_subject(resolve(joined)) == {ana: ana, order: ana, bo: ana}
    assert by_subject(resolve(joined, removed=[(bo, order)])) == {ana: ana, order: ana, bo: bo}
