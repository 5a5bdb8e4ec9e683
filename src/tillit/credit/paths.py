"""Unique ways through touchpoints and what they led to: what every model of credit reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from tillit.journeys.results import TouchpointPaths

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
NO_CURRENCY = ""  # of a table that names none


def sparse(values: Floats, rows: Indices, columns: Indices, shape: tuple[int, int]) -> csr_matrix:
    """A sparse matrix; values at the same place are added up."""
    return csr_matrix((values, (rows, columns)), shape=shape)  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Persons:
    """Persons with the same ways, counted once: what is drawn when persons are drawn again.

    Attributes:
        count: Shape (sets,); how many persons have exactly these ways.
        conversions: Shape (sets, paths), sparse; a person's ways of each path that converted.
        nulls: Shape (sets, paths), sparse; those that did not.
    """

    count: Indices
    conversions: csr_matrix
    nulls: csr_matrix


@dataclass(frozen=True, slots=True)
class Paths:
    """Unique paths, in the order of their names; the empty one, without any touch, is one of them.

    Attributes:
        names: Of the touchpoints, in alphabetical order.
        codes: All paths' touches one after another; code i is names[i].
        offsets: Shape (paths + 1,); path p is `codes[offsets[p]:offsets[p + 1]]`.
        conversions: Shape (paths,); ways of this path that reached the goal.
        nulls: Shape (paths,); ways that did not.
        value_minor: By currency, shape (paths,); what the conversions were worth.
        decay: Shape (touches,) like `codes`, each touch's part of its path when a touch's weight halves with age;
            None where the times are not known.
        persons: Who walked them; None where the data do not tell, and each way stands for a person.
    """

    names: tuple[str, ...]
    codes: Indices
    offsets: Indices
    conversions: Floats
    nulls: Floats
    value_minor: Mapping[str, Floats]
    decay: Floats | None = None
    persons: Persons | None = None

    @property
    def lengths(self) -> Indices:
        """Shape (paths,); touches of each path."""
        return np.diff(self.offsets)

    @property
    def path_of_touch(self) -> Indices:
        """Shape (touches,); the path each touch stands in."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @property
    def place_of_touch(self) -> Indices:
        """Shape (touches,); 0 for a path's first."""
        return np.arange(len(self.codes)) - np.repeat(self.offsets[:-1], self.lengths)

    def touches(self, path: int) -> tuple[str, ...]:
        """The names on one path."""
        return tuple(self.names[code] for code in self.codes[self.offsets[path] : self.offsets[path + 1]])

    def meets(self, names: Iterable[str]) -> NDArray[np.bool_]:
        """Shape (paths,); whether a path has at least one of these names."""
        wanted = np.isin(self.codes, [self.names.index(name) for name in names])
        return np.bincount(self.path_of_touch[wanted], minlength=len(self.lengths)) > 0


@dataclass(frozen=True, slots=True)
class Way:
    """One path as a source gives it; several with the same touches are added up."""

    touches: tuple[str, ...]
    conversions: float
    nulls: float
    value_minor: Mapping[str, float]


def paths_of(ways: Iterable[Way]) -> Paths:
    """The paths of these ways. Neither their order nor how they are split changes anything."""
    merged: dict[tuple[str, ...], Way] = {}
    for way in ways:
        known = merged.get(way.touches)
        merged[way.touches] = way if known is None else _sum(known, way)
    ordered = sorted(merged.values(), key=lambda way: way.touches)
    names = tuple(sorted({name for way in ordered for name in way.touches}))
    code_of = {name: code for code, name in enumerate(names)}
    currencies = sorted({currency for way in ordered for currency in way.value_minor})
    return Paths(
        names=names,
        codes=np.array([code_of[name] for way in ordered for name in way.touches], dtype=np.int64),
        offsets=np.cumsum([0, *(len(way.touches) for way in ordered)], dtype=np.int64),
        conversions=np.array([way.conversions for way in ordered], dtype=np.float64),
        nulls=np.array([way.nulls for way in ordered], dtype=np.float64),
        value_minor={
            currency: np.array([way.value_minor.get(currency, 0) for way in ordered], dtype=np.float64)
            for currency in currencies
        },
    )


def _sum(one: Way, other: Way) -> Way:
    currencies = {*one.value_minor, *other.value_minor}
    value = {name: one.value_minor.get(name, 0) + other.value_minor.get(name, 0) for name in currencies}
    return Way(one.touches, one.conversions + other.conversions, one.nulls + other.nulls, value)


def paths_from(found: TouchpointPaths) -> Paths:
    """The ways of a view's persons, with the ages of touches and the persons who walked them."""
    paths = paths_of(
        Way(path.touches, path.conversions, path.nulls, {money.currency: money.amount_minor for money in path.value})
        for path in found.paths
    )
    order = sorted(range(len(found.paths)), key=lambda row: found.paths[row].touches)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    parts = np.array([part for row in order for part in found.decay[row]], dtype=np.float64)
    whole = np.bincount(paths.path_of_touch, weights=parts, minlength=len(order))[paths.path_of_touch]
    decay = np.divide(parts, whole, out=np.zeros_like(parts), where=whole > 0)
    cells = [(who, place[row], led) for who, (ways, _) in enumerate(found.persons) for row, led in ways]
    who, where, led = np.array(cells, dtype=np.int64).reshape(-1, 3).T
    shape = (len(found.persons), len(order))
    converted = led == 1
    persons = Persons(
        count=np.array([count for _, count in found.persons], dtype=np.int64),
        conversions=sparse(np.ones(converted.sum()), who[converted], where[converted], shape),
        nulls=sparse(np.ones((~converted).sum()), who[~converted], where[~converted], shape),
    )
    return replace(paths, decay=decay, persons=persons)
