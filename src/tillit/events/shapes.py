"""Texts grouped by shape (every digit as 0, letters as capitals), so that a group is read by position, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 48  # bytes; no time and no amount is longer, and what is longer has one shape: too long
TOO_LONG = "…"
_WEIGHTS = np.random.default_rng(0).integers(1, 2**63, LONGEST, dtype=np.uint64) | np.uint64(1)
_NO_BREAK_SPACES = "[\u00a0\u2007\u2009\u202f]"


@dataclass(frozen=True, slots=True)
class Shapes:
    """The values of one shape."""

    text: str  # the shape
    places: npt.NDArray[np.int64]  # where these values stand in the column
    bytes: npt.NDArray[np.uint8]  # shape (values, length)

    @property
    def example(self) -> str:
        """The first value."""
        return self.at(0)

    def at(self, index: int) -> str:
        """One of the values, counted from 0."""
        return bytes(self.bytes[index]).decode("utf-8", "replace")

    def digits(self, positions: Iterable[int]) -> npt.NDArray[np.int64]:
        """The digits at these positions as one number; shape (values,)."""
        total = np.zeros(self.places.size, dtype=np.int64)
        for position in positions:
            total = total * 10 + (self.bytes[:, position].astype(np.int64) - ord("0"))
        return total


@dataclass(frozen=True, slots=True)
class Shaped:
    """A chunk's texts by shape, worked out while the chunk is looked at and used again when it is read."""

    table: pa.Table
    texts: pa.Array
    shapes: tuple[Shapes, ...]


def shapes_of(texts: pa.Array, asked: npt.NDArray[np.bool_]) -> Iterator[Shapes]:
    """The asked values (none of them null) by shape; no-break spaces count as spaces."""
    places = np.flatnonzero(asked)
    if places.size == 0:
        return
    chosen = texts if places.size == len(texts) else texts.take(places)
    if pc.max(pc.binary_length(chosen)).as_py() != pc.max(pc.utf8_length(chosen)).as_py():
        chosen = pc.replace_substring_regex(chosen, _NO_BREAK_SPACES, " ")
    matrix, lengths = _matrix(chosen)
    shape = np.where((matrix >= 48) & (matrix <= 57), np.uint8(48), matrix)
    shape = np.where((shape >= 97) & (shape <= 122), shape - 32, shape)
    # 64 bits of a sum with odd random weights: two shapes of one column that collide are not to be expected.
    keys = (shape.astype(np.uint64) * _WEIGHTS[: shape.shape[1]]).sum(axis=1, dtype=np.uint64) + lengths.astype(
        np.uint64
    )
    _, group, counts = np.unique(keys, return_inverse=True, return_counts=True)
    for rows in np.split(np.argsort(group, kind="stable"), np.cumsum(counts)[:-1]):
        example = rows[0]
        length = int(lengths[example])
        known = TOO_LONG if length > LONGEST else shape[example, :length].tobytes().decode("utf-8", "replace")
        yield Shapes(known, places[rows], matrix[rows, : min(length, LONGEST)])


def _matrix(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The texts' bytes in rows of one width, filled with 0, and their lengths."""
    _, offsets_buffer, data_buffer = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(
        np.int64
    )
    data = np.frombuffer(data_buffer, dtype=np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
    lengths = np.diff(offsets)
    width = min(int(lengths.max()), LONGEST)
    if (lengths == width).all():
        return data[offsets[0] : offsets[-1]].reshape(len(texts), width), lengths
    positions = np.arange(width)
    inside = positions < lengths[:, None]
    matrix = data[np.where(inside, offsets[:-1, None] + positions, 0)]
    matrix[~inside] = 0
    return matrix, lengths
