"""Who was it: persons are the connected components of accepted links, and nothing is merged for good.

A link that is removed is left out of the next resolution; both lives are then exactly as if it had never been.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

SUBJECT = pa.binary(16)

# Subjects that some link names, each with its component's first subject by bytes. All others stand for themselves.
COMPONENT_SCHEMA = pa.schema(
    [pa.field("subject", SUBJECT, nullable=False), pa.field("representative", SUBJECT, nullable=False)]
)

Pair = tuple[bytes, bytes]


def resolve(links: pa.Table, *, removed: Collection[Pair] = (), erased: Collection[bytes] = ()) -> pa.Table:
    """The component of every subject that some accepted link names.

    Args:
        links: `left` and `right` subjects, one row per observation; repeated pairs count once.
        removed: Pairs that no longer hold, in either direction, however often they were observed.
        erased: Subjects that no longer exist; every link to one of them is gone with it.

    Returns:
        A table of COMPONENT_SCHEMA in the order of its subjects. The representative is the least subject by bytes, so
        that it does not depend on the order of the links.
    """
    left, right = _column(links, "left"), _column(links, "right")
    subjects = pc.unique(pa.concat_arrays([left, right])).sort()
    if not len(subjects):
        return COMPONENT_SCHEMA.empty_table()
    left_code = pc.index_in(left, value_set=subjects).to_numpy()
    right_code = pc.index_in(right, value_set=subjects).to_numpy()
    kept = _is_kept(left_code, right_code, subjects, removed=removed, erased=erased)
    edges = (np.ones(int(kept.sum()), np.int8), (left_code[kept], right_code[kept]))
    matrix: Any = coo_array(edges, shape=(len(subjects), len(subjects)))  # type: ignore[no-untyped-call]
    count, label = connected_components(matrix, directed=False)
    # Subjects are sorted, so the first position of a label is its least subject.
    first = np.full(count, len(subjects), np.int64)
    np.minimum.at(first, label, np.arange(len(subjects)))
    representative = subjects.take(pa.array(first[label]))
    table = pa.table([subjects, representative], schema=COMPONENT_SCHEMA)
    gone = pa.array(list(erased), SUBJECT)
    return table.filter(pc.invert(pc.is_in(table["subject"], value_set=gone)))


def _is_kept(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    subjects: pa.Array,
    *,
    removed: Collection[Pair],
    erased: Collection[bytes],
) -> NDArray[np.bool_]:
    gone = pc.is_in(subjects, value_set=pa.array(list(erased), SUBJECT)).to_numpy(zero_copy_only=False)
    kept: NDArray[np.bool_] = ~(gone[left] | gone[right])
    if removed:
        one = pc.index_in(pa.array([pair[0] for pair in removed], SUBJECT), value_set=subjects)
        other = pc.index_in(pa.array([pair[1] for pair in removed], SUBJECT), value_set=subjects)
        known = pc.and_(one.is_valid(), other.is_valid())
        kept &= ~np.isin(
            _pair_code(left, right, len(subjects)),
            _pair_code(one.filter(known).to_numpy(), other.filter(known).to_numpy(), len(subjects)),
        )
    return kept


def _pair_code(left: NDArray[np.int64], right: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """The same number for a pair in either direction."""
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    code: NDArray[np.int64] = low * size + high
    return code


def _column(table: pa.Table, name: str) -> pa.Array:
    column = table[name].combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)


def changed_subjects(before: pa.Table, after: pa.Table, moved: pa.Array) -> pa.Array:
    """The subjects whose persons are not what they were: whole components, as they were and as they are.

    Args:
        before: Components at the last resolution, of COMPONENT_SCHEMA.
        after: Components now.
        moved: Subjects that changed for another reason (new events, erased).
    """
    named = pc.unique(pa.concat_arrays([_column(before, "subject"), _column(after, "subject")]))
    subjects = pc.unique(pa.concat_arrays([named, moved]))
    was, now = _representatives(subjects, before), _representatives(subjects, after)
    # A component's representative names it, so two resolutions differ exactly where a representative does.
    differs = pc.or_(pc.not_equal(was, now), pc.is_in(subjects, value_set=moved))
    touched = pc.unique(pa.concat_arrays([was.filter(differs), now.filter(differs)]))
    return subjects.filter(pc.or_(pc.is_in(was, value_set=touched), pc.is_in(now, value_set=touched)))


def _representatives(subjects: pa.Array, components: pa.Table) -> pa.Array:
    place = pc.index_in(subjects, value_set=_column(components, "subject"))
    return pc.coalesce(_column(components, "representative").take(place), subjects)
