"""What customers searched our site for, and what they bought afterwards: what a question that nobody answered is worth.

Said of journeys, never of causes: whoever searches for a thing and buys may have bought anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.answers.unanswered import FURTHEST, nearness
from tillit.errors import QueryError
from tillit.journeys.properties import property_texts
from tillit.journeys.store import Bucket
from tillit.journeys.traces import Traces
from tillit.journeys.view import Selection, View, activity_code
from tillit.readiness.quality import wilson
from tillit.sentences import sentence

SEARCH = "products_searched"
WORDS = ("query", "properties.query", "search_term", "properties.search_term")  # as Segment and as GA4 names them
LONGEST = 80
MOST_TEXTS = 2000
FEWEST_JOURNEYS = 5  # fewer are no number but somebody

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Searched:
    """One text that was searched for, and the journeys that did: a row each in every array.

    Attributes:
        journeys: Numbers that tell journeys apart, ascending.
        bought: How many goals each reached after its first search for this text.
        value_minor: What those brought, in the currency that was asked for.
    """

    text: str
    journeys: Indices
    bought: Indices
    value_minor: Indices


@dataclass(frozen=True, slots=True)
class Worth:
    """What the journeys did that searched for a group's things.

    Attributes:
        journeys: How many searched.
        bought: How many of them reached the goal afterwards; `low` and `high` are the 95 % range of that share.
        value_minor: What they paid.
    """

    journeys: int
    bought: int
    low: float
    high: float
    value_minor: int


def searched(view: View, goal: str, currency: str) -> tuple[Searched, ...]:
    """The texts that journeys searched for, those of most journeys first; at most `MOST_TEXTS`.

    Args:
        view: Of all journeys: a selection's texts are not known here.
        goal: The activity that counts as buying.
        currency: Amounts in others are left out of the value.

    Raises:
        QueryError: Journeys were selected, or the goal never happens.
    """
    if view.selection != Selection():
        raise QueryError(sentence("searches are read from all journeys; ask without a selection"))
    if SEARCH not in view.names.activity:
        return ()
    search, bought = (activity_code(view.names, name) for name in (SEARCH, goal))
    paid_in = view.names.currency.index(currency) if currency in view.names.currency else -2
    parts = view.map_buckets(
        lambda bucket, traces: _searches(view, bucket, traces, (search, bought, paid_in)), ("amount_minor", "currency")
    )
    together: dict[str, list[tuple[int, int, int]]] = {}
    for part in parts:
        for text, row in part:
            together.setdefault(text, []).append(row)
    most = sorted(together.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_TEXTS]
    return tuple(Searched(text, *np.array(sorted(rows), np.int64).T) for text, rows in most)


def worth(groups: Sequence[Sequence[str]], found: Sequence[Searched]) -> tuple[Worth | None, ...]:
    """What each group of questions is worth: a text counts for the group it is nearest to, if it is near enough.

    Near enough is what a group's own questions are to each other; None: fewer than `FEWEST_JOURNEYS` searched for it.
    """
    if not groups or not found:
        return (None,) * len(groups)
    questions = [question for group in groups for question in group]
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    near = nearness([one.text for one in found], questions)
    sizes = np.bincount(owner, minlength=len(groups))
    means = np.stack([np.bincount(owner, row, len(groups)) for row in near]) / np.maximum(sizes, 1)
    nearest = np.where(means.max(axis=1) >= 1 - FURTHEST, means.argmax(axis=1), -1)
    return tuple(
        _worth([one for one, place in zip(found, nearest, strict=True) if place == group])
        for group in range(len(groups))
    )


def _worth(found: Sequence[Searched]) -> Worth | None:
    """A journey that searched for several of the texts counts once, from its first search on."""
    after: dict[int, tuple[int, int]] = {}
    for one in found:
        rows = zip(one.journeys.tolist(), one.bought.tolist(), one.value_minor.tolist(), strict=True)
        for journey, bought, value in rows:
            after[journey] = max((bought, value), after.get(journey, (0, 0)))
    if len(after) < FEWEST_JOURNEYS:
        return None
    bought = sum(count > 0 for count, _ in after.values())
    low, high = wilson(bought, len(after))
    return Worth(len(after), bought, low, high, sum(value for _, value in after.values()))


def _searches(
    view: View, bucket: Bucket, traces: Traces, codes: tuple[int, int, int]
) -> list[tuple[str, tuple[int, int, int]]]:
    """Each text with (journey, goals after it, their value), once a journey."""
    assert traces.amount_minor is not None  # noqa: S101 - asked for in searched
    assert traces.currency is not None  # noqa: S101
    search, bought, paid_in = codes
    is_goal = traces.activity == bought
    goals = np.append(0, np.cumsum(is_goal))
    paid = np.append(0, np.cumsum(np.where(is_goal & (traces.currency == paid_in), traces.amount_minor, 0)))
    texts = property_texts(view, bucket, WORDS)
    rows = np.flatnonzero((traces.activity == search) & texts.is_valid().to_numpy(zero_copy_only=False))
    journey = np.searchsorted(traces.offsets, rows, side="right") - 1
    ends = traces.offsets[journey + 1]
    found: dict[tuple[str, int], tuple[int, int, int]] = {}
    for row, place, end, text in zip(rows, journey, ends, texts.take(rows).to_pylist(), strict=True):
        folded = " ".join(text.split()).casefold()[:LONGEST]
        if folded:
            number = int(traces.person[place]) << 20 | int(traces.number[place])
            found.setdefault((folded, number), (number, int(goals[end] - goals[row]), int(paid[end] - paid[row])))
    return [(text, row) for (text, _), row in found.items()]
