"""Persons are what a plain walk over the accepted links finds, whatever the order of the links."""

from __future__ import annotations

from random import Random

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.identity.made import Seen, links_of, persons_of, subject_of
from tillit.identity.decided import Decided, Verdict, pair_of
from tillit.identity.resolve import Identity, changed_subjects, resolve

NAMES = [f"anonymous:{number}" for number in range(8)]
weak_pairs = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=12)
ANYBODY = [f"{kind}:{n}" for kind in ("email", "loyalty", "customer", "phone", "order", "anonymous") for n in range(3)]
any_pairs = st.lists(st.tuples(st.sampled_from(ANYBODY), st.sampled_from(ANYBODY)), max_size=24)


def apart(*pairs: tuple[str, str]) -> Identity:
    ends = (pair_of(subject_of(one), subject_of(other)) for one, other in pairs if one != other)
    return Identity(decided=Decided(links=dict.fromkeys(ends, Verdict.APART)))


def reachable(start: str, edges: list[Seen]) -> frozenset[str]:
    """Everyone who can be reached over the edges, by walking them until nothing is new."""
    found = {start}
    while new := {b for a, b in [*edges, *((b, a) for a, b in edges)] if a in found} - found:
        found |= new
    return frozenset(found)


@given(weak_pairs, weak_pairs, st.sets(st.sampled_from(NAMES), max_size=2))
def test_components_equal_a_walk_over_the_links(observed: list[Seen], removed: list[Seen], erased: set[str]) -> None:
    answer = resolve(links_of(observed), apart(*removed), erased={subject_of(name) for name in erased})
    gone = {frozenset(pair) for pair in removed}
    kept = [(a, b) for a, b in observed if frozenset((a, b)) not in gone and not {a, b} & erased]
    named = {name for pair in observed for name in pair} - erased
    assert persons_of(answer) == {reachable(name, kept) for name in named}


@given(any_pairs, st.randoms())
def test_the_order_of_links_changes_nothing(observed: list[Seen], random: Random) -> None:
    """Shuffled, turned round, repeated and cut into batches: the same persons, and the same held apart."""
    shuffled = [(b, a) if random.random() < 0.5 else (a, b) for a, b in observed] + observed[::2]
    random.shuffle(shuffled)
    cut = random.randint(0, len(shuffled))
    batches = pa.concat_tables([links_of(shuffled[:cut]), links_of(shuffled[cut:])])
    once, again = resolve(links_of(observed)), resolve(batches)
    assert once.components.equals(again.components)
    assert once.held.equals(again.held)


def test_removing_a_link_gives_both_lives_back() -> None:
    observed = [("email:ana", "order:1"), ("order:2", "email:ana")]
    everyone = frozenset({"email:ana", "order:1", "order:2"})
    assert persons_of(resolve(links_of(observed))) == {everyone}
    without = resolve(links_of(observed), apart(("order:2", "email:ana")))
    assert persons_of(without) == {frozenset({"email:ana", "order:1"}), frozenset({"order:2"})}


def test_the_changed_are_whole_persons_as_they_were_and_as_they_are() -> None:
    """Cy's link goes and Di has news; Ana and Bo stay as they were."""
    observed = [("email:ana", "order:1"), ("email:cy", "order:2"), ("email:di", "order:3"), ("email:bo", "order:4")]
    before = resolve(links_of(observed)).components
    after = resolve(links_of(observed), apart(("email:cy", "order:2"))).components
    moved = pa.array([subject_of("order:3"), subject_of("email:new")], pa.binary(16))
    changed = set(changed_subjects(before, after, moved).to_pylist())
    assert changed == {subject_of(name) for name in ("email:cy", "order:2", "email:di", "order:3", "email:new")}
