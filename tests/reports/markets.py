"""Overviews for map tests: a plausible shop, and arbitrary graphs."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

from hypothesis import strategies as st

from tillit.journeys.results import ActivityCount, Endpoint, Follow, Overview
from tillit.vocabulary import ACTIVITIES

SHOP = [
    "ad_clicked",
    "page_viewed",
    "product_viewed",
    "products_compared",
    "store_visited",
    "question_asked",
    "question_answered",
    "product_added",
    "checkout_started",
    "order_completed",
    "order_shipped",
    "order_delivered",
    "ticket_opened",
    "ticket_solved",
    "product_reviewed",
    "call_booked",
    "call_held",
    "quote_sent",
]


def overview_of(journeys: list[list[str]]) -> Overview:
    """Count journeys the slow way; each journey is its own person and each wait an hour times the arrow's count."""
    events = Counter(activity for journey in journeys for activity in journey)
    in_journeys = Counter(activity for journey in journeys for activity in set(journey))
    pairs = Counter(pair for journey in journeys for pair in pairwise(journey))
    starts = Counter(journey[0] for journey in journeys)
    ends = Counter(journey[-1] for journey in journeys)
    return Overview(
        events=events.total(),
        persons=len(journeys),
        journeys=len(journeys),
        goals=0,
        first_at=0,
        last_at=1,
        activities=tuple(
            ActivityCount(name, count, in_journeys[name], in_journeys[name])
            for name, count in sorted(events.items(), key=lambda item: (-item[1], item[0]))
        ),
        follows=tuple(
            Follow(
                *pair,
                count=count,
                persons=count,
                journeys=count,
                p50_seconds=3600.0 * count,
                p90_seconds=7200.0 * count,
            )
            for pair, count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
        ),
        starts=tuple(Endpoint(name, count) for name, count in starts.items()),
        ends=tuple(Endpoint(name, count) for name, count in ends.items()),
    )


def shop(*, seed: int, journeys: int = 300) -> Overview:
    """Journeys that mostly follow the list of `SHOP` and now and then go back."""
    dice = Random(seed)
    made = []
    for _ in range(journeys):
        here, journey = dice.choice([0, 0, 0, 1, 2, 4]), list[str]()
        while here < len(SHOP) and dice.random() < 0.9:
            journey.append(SHOP[here])
            here = max(0, here + dice.choice([1, 1, 1, 1, 2, 3, -1, -2, 0]))
        if journey:
            made.append(journey)
    return overview_of(made)


def any_overview() -> st.SearchStrategy[Overview]:
    """Any journeys over known and unknown activities."""
    names = st.sampled_from([activity.name for activity in ACTIVITIES[:25]] + [f"own step {i}" for i in range(15)])
    return st.lists(st.lists(names, min_size=1, max_size=8), min_size=1, max_size=25).map(overview_of)
