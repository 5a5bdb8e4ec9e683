"""Paths made by hand and by chance, for the tests of credit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from hypothesis import strategies as st

from tillit.credit.paths import Paths, Way, paths_of
from tillit.credit.trials import Trial
from tillit.simulate.touches import NAMES, TouchesWorld

Row = tuple[str, int, int, int]  # "a > b", conversions, nulls, value in minor units


def way(row: Row) -> Way:
    touches, conversions, nulls, value = row
    return Way(tuple(name for name in touches.split(" > ") if name), conversions, nulls, {"SEK": value})


def made(*rows: Row) -> Paths:
    return paths_of(way(row) for row in rows)


def rows(names: str = "abcd", *, nulls: int = 1, most: int = 8, empty: bool = True) -> st.SearchStrategy[list[Row]]:
    """A few rows; the first always converts after a touch."""
    path = st.lists(st.sampled_from(names), min_size=0 if empty else 1, max_size=5).map(" > ".join)
    row = st.tuples(path, st.integers(0, 9), st.integers(nulls, 30), st.integers(0, 9_999))
    first = st.tuples(st.sampled_from(names), st.integers(1, 9), st.integers(nulls, 9), st.integers(1, 999))
    return st.tuples(first, st.lists(row, max_size=most)).map(lambda found: [found[0], *found[1]])


def renamed(found: Iterable[Row], new: dict[str, str]) -> list[Row]:
    return [(" > ".join(new[name] for name in path.split(" > ") if name), *rest) for path, *rest in found]  # type: ignore[misc]


def paths_in(world: TouchesWorld) -> Paths:
    """The ways of a simulated market; each customer walks one."""
    cuts = np.searchsorted(world.customer, np.arange(len(world.bought) + 1)).tolist()
    names = [NAMES[code] for code in world.touch.tolist()]
    walked = Counter(
        (tuple(names[start:end]), bought)
        for start, end, bought in zip(cuts, cuts[1:], world.bought.tolist(), strict=False)
    )
    return paths_of(Way(way, n if bought else 0, 0 if bought else n, {}) for (way, bought), n in walked.items())


def trials_of(world: TouchesWorld) -> list[Trial]:
    """Its holdouts."""
    person = np.arange(len(world.bought))
    value = {"SEK": world.value_minor.astype(np.float64)}
    return [
        Trial(name, person, world.withheld[:, code], world.bought.astype(np.float64), value, True)
        for code, name in enumerate(NAMES)
    ]
