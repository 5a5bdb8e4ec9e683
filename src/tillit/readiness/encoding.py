"""Columns of a flat table as numbers for a logistic: learnt on the rows that teach, applied to all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tillit.readiness.logistic import Floats

LEAST_ROWS = 20  # a value with fewer teaching rows has no column of its own
CUT = (0.01, 0.99)  # numbers beyond these quantiles of the teaching rows count as the quantile
MOST_DEVIATIONS = 3.0
MOST_VALUES = 50  # a text with more is no category


@dataclass(frozen=True, slots=True)
class Encoded:
    """Shape (n, p) numbers; `names` say what each column is, `source` which column of the table it came from."""

    x: Floats
    names: tuple[str, ...]
    source: tuple[str, ...]

    def of(self, columns: set[str]) -> Floats:
        """Only what came from these columns of the table."""
        return self.x[:, [name in columns for name in self.source]]


def encode(columns: dict[str, pa.Array], teaches: NDArray[np.bool_]) -> tuple[Encoded, tuple[str, ...]]:
    """Numbers from columns: yes and no as 1 and 0, others in deviations from their mean, at most three.

    What is rare in the rows that teach (a customer called again) may be common later. In deviations it would then be
    enormous and outweigh all else; as 0 and 1, and cut at three, it is not.

    Args:
        columns: Name → n values.
        teaches: Shape (n,); the rows that values, quantiles and scales are learnt from.

    Returns:
        The numbers, each of mean 0 over the teaching rows but for what is cut, and the columns that say nothing: the
        same everywhere, or another in almost every row (identifiers, free text).
    """
    found: list[tuple[str, str, Floats]] = []
    silent: list[str] = []
    for name, column in columns.items():
        parts = _numeric(name, column, teaches) if _is_number(column) else _category(name, column, teaches)
        parts = [(label, scaled) for label, values in parts if (scaled := _scaled(values, teaches)) is not None]
        if not parts:
            silent.append(name)
        found += [(name, label, values) for label, values in parts]
    x = np.column_stack([values for _, _, values in found]) if found else np.empty((len(teaches), 0))
    return Encoded(x, tuple(label for _, label, _ in found), tuple(name for name, _, _ in found)), tuple(silent)


def _is_number(column: pa.Array) -> bool:
    kinds = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    return any(is_kind(column.type) for is_kind in kinds)


def _numeric(name: str, column: pa.Array, teaches: NDArray[np.bool_]) -> list[tuple[str, Floats]]:
    values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    known = np.isfinite(values)
    if not (known & teaches).any():
        return []
    taught = values[known & teaches]
    if pa.types.is_integer(column.type) and len(np.unique(taught)) == len(taught):
        return []  # numbered rows
    low, high = np.quantile(taught, CUT)
    if low == high:  # rare values are all there is to tell
        low, high = taught.min(), taught.max()
    filled = np.where(known, np.clip(np.nan_to_num(values), low, high), np.median(taught))
    return [(name, filled), *([(f"{name} is empty", (~known).astype(np.float64))] if not known.all() else [])]


def _category(name: str, column: pa.Array, teaches: NDArray[np.bool_]) -> list[tuple[str, Floats]]:
    text = column.cast(pa.string()).fill_null("empty")
    counts = pc.value_counts(text.filter(pa.array(teaches)))
    common = [row["values"] for row in counts.to_pylist() if row["counts"] >= LEAST_ROWS]
    if len(common) > MOST_VALUES:
        return []
    return [
        (f"{name} is {value}", pc.equal(text, value).to_numpy(zero_copy_only=False).astype(np.float64))
        for value in sorted(common)
    ]


def _scaled(values: Floats, teaches: NDArray[np.bool_]) -> Floats | None:
    deviation, mean = values[teaches].std(), values[teaches].mean()
    if deviation == 0:
        return None
    scaled: Floats = values - mean
    if not np.isin(values, (0.0, 1.0)).all():
        scaled = np.clip(scaled / deviation, -MOST_DEVIATIONS, MOST_DEVIATIONS)
    return scaled
