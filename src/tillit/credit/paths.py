"""Unique ways through touchpoints and what they led to: what every model of credit reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from tillit.journeys.stretches import Codes, Stretches
from tillit.journeys.touchpoint_parts import TouchpointPaths

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]


def in_rows(values: Floats, columns: Codes, starts: Indices, width: int) -> csr_matrix:
    """A sparse matrix: row i is `values[starts[i]:starts[i + 1]]`, each in its column; those of one place add up."""
    return csr_matrix((values, columns, starts), shape=(len(starts) - 1, width))  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Persons:
    """Persons with the same ways, counted once: what is drawn when persons are drawn again.

    Attributes:
        count: Shape (sets,); how many persons have exactly these ways.
        sets: The ways of one person: each twice the path, and 1 more where it converted.
    """

    count: Indices
    sets: Stretches


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
        decay: Shape (touches,) like `codes`, each touch's weight beside the others of its path when it halves with age,
            on paths that converted; None where the times are not known.
        persons: Who walked them; None where the data do not tell, and each way stands for a person.
    """

    names: tuple[str, ...]
    codes: Codes
    offsets: Indices
    conversions: Floats
    nulls: Floats
    value_minor: Mapping[str, Floats]
    decay: Indices | None = None
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

    def of_worth(self) -> Paths:
        """The same paths, but those that led to nothing without their touches: nothing of them is shared."""
        led = self.conversions != 0
        for worth in self.value_minor.values():
            led |= worth != 0
        kept, lengths = np.repeat(led, self.lengths), np.where(led, self.lengths, 0)
        return replace(
            self,
            codes=self.codes[kept],
            offsets=np.append(0, np.cumsum(lengths)),
            decay=None if self.decay is None else self.decay[kept],
        )

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
    found = list(ways)
    names, walked = _coded([way.touches for way in found])
    path, first = walked.distinct()
    paths = walked.take(first)

    def summed(of_way: Iterable[float]) -> Floats:
        total = np.bincount(path, weights=np.fromiter(of_way, np.float64, len(found)), minlength=len(first))
        return total.astype(np.float64)

    currencies = sorted({currency for way in found for currency in way.value_minor})
    return Paths(
        names=names,
        codes=paths.codes,
        offsets=paths.offsets,
        conversions=summed(way.conversions for way in found),
        nulls=summed(way.nulls for way in found),
        value_minor={name: summed(way.value_minor.get(name, 0) for way in found) for name in currencies},
    )


def _coded(ways: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], Stretches]:
    """The names in alphabetical order, and the ways in their codes, so that codes stand in the order of names."""
    touches = list(chain.from_iterable(ways))
    names = tuple(sorted(set(touches)))
    code_of = {name: code for code, name in enumerate(names)}
    codes = np.fromiter(map(code_of.__getitem__, touches), np.int64, len(touches))
    return names, Stretches(codes, np.cumsum([0, *map(len, ways)], dtype=np.int64))


def paths_from(found: TouchpointPaths) -> Paths:
    """The ways of a view's persons, with the ages of touches and the persons who walked them."""
    return Paths(
        names=found.names,
        codes=found.walked.codes,
        offsets=found.walked.offsets,
        conversions=found.converted.astype(np.float64),
        nulls=found.ended.astype(np.float64),
        value_minor={
            currency: found.value[:, code].astype(np.float64)
            for code, currency in enumerate(found.currencies)
            if found.valued[:, code].any()
        },
        decay=found.decay,
        persons=Persons(found.persons, found.sets),
    )
