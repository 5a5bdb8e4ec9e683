"""Does a feature know the future? What is known at a moment must be the same when all that came later is cut away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np

from tillit.errors import FutureKnown
from tillit.journeys.traces import Traces
from tillit.readiness.features import Known
from tillit.readiness.recipe import Recipe
from tillit.sentences import sentence


def leaking(look: Callable[[Traces, int], Known], traces: Traces, as_of: int, recipe: Recipe) -> tuple[str, ...]:
    """The names of the features that events after `as_of` change; none, if all is well.

    Args:
        look: Makes features of lives at a moment.
        traces: Each person's whole life as one journey.
        as_of: Microseconds UTC.
    """
    seen, cut = look(traces, as_of), look(until(traces, as_of), as_of)
    if not np.array_equal(seen.person, cut.person):
        return recipe.names
    changed = (seen.features != cut.features).any(axis=0)
    return tuple(name for name, differs in zip(recipe.names, changed, strict=True) if differs)


def check_no_leak(look: Callable[[Traces, int], Known], traces: Traces, as_of: int, recipe: Recipe) -> None:
    """Refuse to go on with a feature that knows the future.

    Raises:
        FutureKnown: Names the features.
    """
    found = leaking(look, traces, as_of, recipe)
    if found:
        raise FutureKnown(
            sentence(
                "{names} changed with events that came after the moment. Nothing was learnt; what counts is wrong.",
                names=", ".join(found),
            )
        )


def until(traces: Traces, as_of: int) -> Traces:
    """The lives as they were known at `as_of`; persons who had none then are gone."""
    past = traces.occurred_at <= as_of
    lengths = np.add.reduceat(past, traces.offsets[:-1]) if traces.journeys else np.zeros(0, np.int64)
    here = lengths > 0
    columns: dict[str, Any] = {
        one.name: None if (values := getattr(traces, one.name)) is None else values[past]
        for one in fields(Traces)
        if one.name not in ("offsets", "person", "number", "reached_goal")
    }
    return Traces(
        offsets=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[here])]),
        person=traces.person[here],
        number=traces.number[here],
        reached_goal=traces.reached_goal[here],
        **columns,
    )
