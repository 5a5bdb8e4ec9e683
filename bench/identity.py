"""`python -m bench.identity`: persons from five million links, beside the same without any rule.

Plain components are what any program does; the difference is what limits, contested identifiers and decisions cost.
"""

from __future__ import annotations

import argparse
import time
from resource import RUSAGE_SELF, getrusage
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tillit.identity.resolve import resolve

LINKS = 5_000_000
KINDS = ("email", "phone", "loyalty", "order", "anonymous")
# Of the links that a person's address has: how often it meets what, and how many different ones there are a person.
SHARES = {"phone": (0.15, 1.0), "loyalty": (0.10, 0.6), "order": (0.40, 2.0), "anonymous": (0.35, 1.5)}
PERSON_LINKS = 3.5
SHARED = 0.02  # of links that meet somebody else's: a household's phone, a tablet


def made_links(count: int, seed: int) -> pa.Table:
    """Links of addresses with what they met, in no order, one in fifty to somebody else's."""
    random = np.random.default_rng(seed)
    persons = max(int(count / PERSON_LINKS), 1)
    person = random.integers(0, persons, count)
    other_kind = random.choice(len(SHARES), count, p=[share for share, _ in SHARES.values()])
    whose = np.where(random.random(count) < SHARED, random.integers(0, persons, count), person)
    many = np.array([number for _, number in SHARES.values()])[other_kind]
    nth = (random.random(count) * np.ceil(many)).astype(np.int64)
    left = _subjects(person * 64)
    right = _subjects(whose * 64 + 8 * (other_kind + 1) + nth)
    kinds = pa.DictionaryArray.from_arrays(pa.array(other_kind.astype(np.int32)), pa.array(list(SHARES)))
    same = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array(["email"]))
    rule = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array(["same row"]))
    return pa.table({"left": left, "left_kind": same, "right": right, "right_kind": kinds, "rule": rule})


def _subjects(numbers: NDArray[np.int64]) -> pa.Array:
    """16 bytes that look as random as hashes do, the same for the same number."""
    words = np.empty((len(numbers), 2), np.uint64)
    for column, odd in enumerate((0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)):
        mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(odd)
        words[:, column] = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return pa.Array.from_buffers(pa.binary(16), len(numbers), [None, pa.py_buffer(words)])


def plain_components(links: pa.Table) -> int:
    """How many components there are, over NumPy codes and SciPy alone."""
    sides = [np.frombuffer(links[name].combine_chunks().buffers()[1], dtype="V16") for name in ("left", "right")]
    keys, codes = np.unique(np.concatenate(sides), return_inverse=True)
    half = len(codes) // 2
    edges = (np.ones(half, np.int8), (codes[:half], codes[half:]))
    matrix: Any = coo_array(edges, shape=(len(keys), len(keys)))  # type: ignore[no-untyped-call]
    return int(connected_components(matrix, directed=False)[0])


def cpu_seconds() -> float:
    used = getrusage(RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.identity", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--links", type=lambda text: int(text.replace("_", "")), default=LINKS)
    parser.add_argument("--plain", action="store_true", help="components of all links, without rules")
    args = parser.parse_args()
    links = made_links(args.links, seed=1)
    began, wall = cpu_seconds(), time.perf_counter()
    if args.plain:
        answer = f"{plain_components(links):,} components"
    else:
        found = resolve(links)
        persons = len(found.components["representative"].unique())
        answer = f"{persons:,} persons, {found.held.num_rows:,} held apart"
    cpu, wall = cpu_seconds() - began, time.perf_counter() - wall
    peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    print(f"{args.links:,} links: {answer}; {cpu:.2f} CPU s, {wall:.2f} s wall, {peak:,.0f} MB peak with the links")


if __name__ == "__main__":
    main()
