"""Traces and views made by hand, without a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np
from hypothesis import strategies as st

from tillit.journeys.traces import Names, Traces

Event = tuple[str, int]  # activity, microseconds
Journey = Sequence[Event]
Person = Sequence[Journey]

ALPHABET = ("a", "b", "c", "x")
NO_NAMES = Names((), (), (), (), (), (), (), ())


def names_of(activities: Sequence[str] = ALPHABET) -> Names:
    return replace(NO_NAMES, activity=tuple(activities))


def traces_of(persons: Sequence[Person], names: Names) -> Traces:
    """Journeys in columns; persons get the codes 10, 20, … in their order."""
    journeys = [
        (10 * (who + 1), number + 1, j) for who, person in enumerate(persons) for number, j in enumerate(person)
    ]
    events = [event for _, _, journey in journeys for event in journey]
    return Traces(
        offsets=np.array([0, *accumulate(len(journey) for _, _, journey in journeys)], dtype=np.int64),
        person=np.array([person for person, _, _ in journeys], dtype=np.int64),
        number=np.array([number for _, number, _ in journeys], dtype=np.int32),
        reached_goal=np.zeros(len(journeys), dtype=np.bool_),
        activity=np.array([names.activity.index(activity) for activity, _ in events], dtype=np.int32),
        occurred_at=np.array([at for _, at in events], dtype=np.int64),
    )


def persons(
    activities: Sequence[str] = ALPHABET, *, longest: int = 7, most: int = 4, seconds: int = 4
) -> st.SearchStrategy[list[list[list[Event]]]]:
    """Persons with up to three journeys in time order; small whole seconds, so that many times are equal."""
    event = st.tuples(st.sampled_from(activities), st.integers(0, seconds))

    def in_order(journeys: list[list[tuple[str, int]]]) -> list[list[Event]]:
        at = 0
        return [[(activity, (at := at + waited) * 1_000_000) for activity, waited in journey] for journey in journeys]

    journeys = st.lists(st.lists(event, min_size=1, max_size=longest), min_size=1, max_size=3).map(in_order)
    return st.lists(journeys, max_size=most)
