"""Links as integers: every subject a code in the order of its bytes, every pair of subjects once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tillit.events.contract import LINK_SCHEMA
from tillit.vocabulary import IdentifierKind

SUBJECT = pa.binary(16)
READ = ("left", "left_kind", "right", "right_kind", "rule")
KINDS = tuple(IdentifierKind)
UNKNOWN_KIND = len(KINDS)  # a kind of a newer tillit: weaker than all

MOST_ALIKE = 1_000

Codes = NDArray[np.int64]
Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class LinkGraph:
    """Subjects and the different pairs of them that links name.

    Attributes:
        subjects: In the order of their bytes; a subject's code is its place here.
        kind: Shape (subjects,), int8; places in KINDS, or UNKNOWN_KIND.
        low, high: Shape (pairs,); the two codes of each pair, low < high, each pair once.
    """

    subjects: pa.Array
    kind: NDArray[np.int8]
    low: Codes
    high: Codes

    def codes_of(self, subjects: Collection[bytes]) -> Codes:
        """The codes of those that some link names."""
        if not subjects:
            return np.zeros(0, np.int64)  # looking for nobody would still hash everybody
        places = pc.index_in(pa.array(sorted(subjects), SUBJECT), value_set=self.subjects)
        codes: Codes = places.drop_null().to_numpy(zero_copy_only=False).astype(np.int64)
        return codes

    def pair_code(self, one: Codes, other: Codes) -> Codes:
        """One number for each pair."""
        code: Codes = np.minimum(one, other) * np.int64(len(self.subjects)) + np.maximum(one, other)
        return code


def read_links(links: Sequence[Path]) -> pa.Table:
    """What persons are made of: both subjects with their kinds, and the rule, of every observed link."""
    tables = [pq.read_table(path, columns=list(READ), read_dictionary=[*READ[1::2], "rule"]) for path in links]
    return pa.concat_tables(tables) if tables else LINK_SCHEMA.empty_table().select(list(READ))


def link_graph(links: pa.Table, *, never: Collection[str], erased: Collection[bytes]) -> LinkGraph:
    """The graph of these links.

    Args:
        links: The columns of `READ`, one row per observation, in any order.
        never: Rules whose links join nobody; their subjects are still named.
        erased: Subjects that no longer exist; every link to one of them is gone with it.
    """
    left, right = (_whole(links[side]) for side in ("left", "right"))
    subjects, one, other = _coded(left, right)
    kind = np.full(len(subjects), UNKNOWN_KIND, np.int8)
    for codes, column in ((one, "left_kind"), (other, "right_kind")):
        # A subject has one kind, since its hash is of kind and value; were there two, the stronger would hold.
        np.minimum.at(kind, codes, _kind_codes(_whole(links[column])))
    counted = one != other
    if never:
        counted &= ~_is_one_of(_whole(links["rule"]), never)
    if len(erased):
        gone = pc.is_in(subjects, value_set=pa.array(sorted(erased), SUBJECT)).to_numpy(zero_copy_only=False)
        counted &= ~(gone[one] | gone[other])
        place = np.cumsum(~gone) - 1
        subjects, kind = subjects.filter(pa.array(~gone)), kind[~gone]
        one, other = place[one], place[other]
    one, other = one[counted], other[counted]
    size = np.int64(max(len(subjects), 1))
    pairs = distinct(np.minimum(one, other) * size + np.maximum(one, other))
    return LinkGraph(subjects, kind, pairs // size, pairs % size)


def distinct(values: Codes) -> Codes:
    """Each value once, ascending. Sorting is several times quicker here than NumPy's own `unique`, which hashes."""
    values = np.sort(values)
    return values[_firsts(values)]


def _coded(left: pa.Array, right: pa.Array) -> tuple[pa.Array, Codes, Codes]:
    """The different subjects in the order of their bytes, and the place of each left and right one among them.

    Sorted by their first eight bytes as a number, which costs a tenth of comparing bytes; two that differ only
    after those are sorted by all sixteen.
    """
    firsts, seconds = words_of(left, right)
    order = order_of(firsts)
    first, second = firsts[order], seconds[order]
    if ((first[1:] == first[:-1]) & (second[1:] != second[:-1])).any():
        order = np.lexsort((seconds, firsts))
        first, second = firsts[order], seconds[order]
    new = _firsts(first)
    new[1:] |= second[1:] != second[:-1]
    codes = np.empty(len(order), np.int64)
    codes[order] = np.cumsum(new) - 1
    return _subjects(first[new], second[new]), codes[: len(left)], codes[len(left) :]


def order_of(values: Words) -> Codes:
    """The places that bring values in ascending order, of equal ones the first first.

    Values are sorted together with their places, in the bits that say least: numbers alone are sorted several times
    quicker than places by numbers. Where such bits would have decided, the few values are sorted again.
    """
    bits = np.uint64(max(len(values) - 1, 1).bit_length())
    within = (np.uint64(1) << bits) - np.uint64(1)
    packed = (values & ~within) | np.arange(len(values), dtype=np.uint64)
    packed.sort()
    order: Codes = (packed & within).astype(np.int64)
    ordered = values[order]
    wrong = np.flatnonzero(ordered[1:] < ordered[:-1])
    packed >>= bits
    alike = np.unique(packed[wrong])
    if len(alike) > MOST_ALIKE:  # values that are no hashes
        return np.argsort(values, kind="stable")
    for begin, end in zip(np.searchsorted(packed, alike), np.searchsorted(packed, alike, side="right"), strict=True):
        order[begin:end] = order[begin:end][np.argsort(ordered[begin:end], kind="stable")]
    return order


def words_of(*subjects: pa.Array) -> tuple[Words, Words]:
    """The first and the last eight bytes of each, one array after the other, as numbers that compare as bytes do."""
    count = sum(map(len, subjects))
    first, second = np.empty(count, np.uint64), np.empty(count, np.uint64)
    end = 0
    for each in subjects:
        if len(each):
            begin, end = end, end + len(each)
            raw = np.frombuffer(each.buffers()[1], dtype=">u8")[2 * each.offset : 2 * (each.offset + len(each))]
            first[begin:end], second[begin:end] = raw[::2], raw[1::2]
    return first, second


def _subjects(first: Words, second: Words) -> pa.Array:
    words = np.empty((len(first), 2), ">u8")
    words[:, 0], words[:, 1] = first, second
    return pa.Array.from_buffers(SUBJECT, len(words), [None, pa.py_buffer(words)])


def _firsts(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a value stands for the first time."""
    new = np.ones(len(ordered), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    return new


def _whole(column: pa.ChunkedArray) -> pa.Array:
    whole = column.unify_dictionaries().combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)


def _is_one_of(names: pa.Array, wanted: Collection[str]) -> NDArray[np.bool_]:
    """Whether each of these texts, few of them different, is one of the wanted."""
    encoded = names if pa.types.is_dictionary(names.type) else names.dictionary_encode()
    by_index = np.array([name in wanted for name in encoded.dictionary.to_pylist()], np.bool_)
    found: NDArray[np.bool_] = by_index[encoded.indices.to_numpy(zero_copy_only=False)]
    return found


def _kind_codes(kinds: pa.Array) -> NDArray[np.int8]:
    encoded = kinds if pa.types.is_dictionary(kinds.type) else kinds.dictionary_encode()
    places = pc.index_in(encoded.dictionary, value_set=pa.array(list(map(str, KINDS)), pa.string()))
    by_index = places.fill_null(UNKNOWN_KIND).to_numpy(zero_copy_only=False).astype(np.int8)
    codes: NDArray[np.int8] = by_index[encoded.indices.to_numpy(zero_copy_only=False)]
    return codes
