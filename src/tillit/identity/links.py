"""Links as integers: every subject a code in the order of its bytes, every pair of subjects once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

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

Codes = NDArray[np.int64]


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
    left, right = _whole(links["left"]), _whole(links["right"])
    subjects = pc.unique(pa.chunked_array([left, right], SUBJECT)).sort()
    if len(erased):
        gone = pc.is_in(subjects, value_set=pa.array(sorted(erased), SUBJECT))
        subjects = subjects.filter(pc.invert(gone))
    one, other = (pc.index_in(side, value_set=subjects) for side in (left, right))
    stays = pc.and_(one.is_valid(), other.is_valid())
    kind = np.full(len(subjects), UNKNOWN_KIND, np.int8)
    for codes, column in ((one, "left_kind"), (other, "right_kind")):
        known = codes.is_valid()
        # A subject has one kind, since its hash is of kind and value; were there two, the stronger would hold.
        np.minimum.at(
            kind,
            codes.filter(known).to_numpy(zero_copy_only=False),
            _kind_codes(_whole(links[column]).filter(known)),
        )
    if never:
        barred = pc.is_in(_plain(links["rule"]), value_set=pa.array(sorted(never), pa.string()))
        stays = pc.and_(stays, pc.invert(barred))
    at, to = (codes.filter(stays).to_numpy(zero_copy_only=False).astype(np.int64) for codes in (one, other))
    size = np.int64(max(len(subjects), 1))
    pairs = np.unique((np.minimum(at, to) * size + np.maximum(at, to))[at != to])
    return LinkGraph(subjects, kind, pairs // size, pairs % size)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    whole = column.unify_dictionaries().combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)


def _plain(column: pa.ChunkedArray) -> pa.Array:
    whole = _whole(column)
    return whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole


def _kind_codes(kinds: pa.Array) -> NDArray[np.int8]:
    encoded = kinds if pa.types.is_dictionary(kinds.type) else kinds.dictionary_encode()
    places = pc.index_in(encoded.dictionary, value_set=pa.array(list(map(str, KINDS)), pa.string()))
    by_index = places.fill_null(UNKNOWN_KIND).to_numpy(zero_copy_only=False).astype(np.int8)
    codes: NDArray[np.int8] = by_index[encoded.indices.to_numpy(zero_copy_only=False)]
    return codes
