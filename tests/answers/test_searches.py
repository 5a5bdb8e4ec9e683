"""What searches led to, held against the same told in plain Python."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.journeys.logs import DAY, MINUTE, Event, write_events
from tillit.answers.searches import FEWEST_JOURNEYS, SEARCH, searched, worth
from tillit.errors import QueryError
from tillit.journeys.build import build_store
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import CaseRule, Selection, View
from tillit.vocabulary import Purpose

GOAL = "order_completed"
TEXTS = ("Cykelhjälm ", "cykelhjälm", "barncykel", "barncykel 20 tum", "presentkort", None)


def _shop(seed: int) -> list[Event]:
    """People who look, search and buy in a random order."""
    draw = random.Random(seed)
    events: list[Event] = []
    for person in range(60):
        at = person * MINUTE
        for _ in range(draw.randrange(1, 9)):
            at += draw.choice((MINUTE, DAY, 40 * DAY))
            activity = draw.choice(("page_viewed", SEARCH, SEARCH, GOAL))
            paid = draw.randrange(100, 900) if activity == GOAL else None
            query = draw.choice(TEXTS) if activity == SEARCH else None
            events.append(Event(f"p{person}", at, activity, f"e{len(events):04}", amount_minor=paid, query=query))
    return events


def _view(folder: Path, events: Sequence[Event]) -> View:
    write_events(folder / "events.parquet", events)
    build_store([folder / "events.parquet"], [], folder / "store", events_a_bucket=40)
    return View(OrderedStore.open(folder / "store"), CaseRule(GOAL, 30), purpose=Purpose.MEASUREMENT)


def _plainly(events: Sequence[Event]) -> dict[str, list[tuple[int, int]]]:
    """Text → (goals after its first search, their value) of a journey, which a goal or 30 days' rest ends."""
    journeys: list[list[Event]] = []
    last: Event | None = None
    for event in events:
        if last is None or last.who != event.who or last.activity == GOAL or event.at - last.at > 30 * DAY:
            journeys.append([])
        journeys[-1].append(event)
        last = event
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for journey in journeys:
        seen = set()
        for place, event in enumerate(journey):
            folded = (event.query or "").strip().lower()
            if folded and folded not in seen:
                seen.add(folded)
                paid = [later.amount_minor or 0 for later in journey[place:] if later.activity == GOAL]
                found[folded].append((len(paid), sum(paid)))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_each_text_has_its_journeys_and_what_they_bought(tmp_path: Path, seed: int) -> None:
    events = _shop(seed)
    found = searched(_view(tmp_path, events), GOAL, "SEK")
    rows = {one.text: sorted(zip(one.bought.tolist(), one.value_minor.tolist(), strict=True)) for one in found}
    assert rows == {text: sorted(told) for text, told in _plainly(events).items()}
    assert len(rows) == 4
    sizes = [len(one.journeys) for one in found]
    assert sizes == sorted(sizes, reverse=True)


def test_a_group_is_worth_what_its_journeys_bought_once(tmp_path: Path) -> None:
    events = []
    for person in range(8):  # everybody searches twice for the same thing in other words; three of them buy
        for step, text in enumerate(("barncykel", "barncykel 20 tum")):
            events.append(Event(f"p{person}", step * MINUTE, SEARCH, f"s{person}{step}", query=text))
        if person < 3:
            events.append(Event(f"p{person}", 9 * MINUTE, GOAL, f"b{person}", amount_minor=500))
    found = searched(_view(tmp_path, events), GOAL, "SEK")
    groups = ("Säljer ni barncyklar?", "barncykel till sexåring"), ("Finns presentkort?",)
    about_bikes, about_cards = worth(groups, found)
    assert about_cards is None
    assert about_bikes is not None
    assert (about_bikes.journeys, about_bikes.bought, about_bikes.value_minor) == (8, 3, 1500)
    assert about_bikes.low < 3 / 8 < about_bikes.high


def test_fewer_than_five_journeys_are_no_number(tmp_path: Path) -> None:
    events = [Event(f"p{n}", MINUTE, SEARCH, f"s{n}", query="presentkort") for n in range(FEWEST_JOURNEYS - 1)]
    events.append(Event("p0", 2 * MINUTE, GOAL, "b0", amount_minor=500))
    found = searched(_view(tmp_path, events), GOAL, "SEK")
    assert [len(one.journeys) for one in found] == [4]
    assert worth((("Finns presentkort?",),), found) == (None,)


def test_a_selection_is_refused_and_other_currencies_left_out(tmp_path: Path) -> None:
    view = _view(tmp_path, _shop(1))
    assert sum(int(one.value_minor.sum()) for one in searched(view, GOAL, "NOK")) == 0
    chosen = View(view.store, view.rule, Selection(channels=frozenset({"web"})), purpose=Purpose.MEASUREMENT)
    with pytest.raises(QueryError, match="selection"):
        searched(chosen, GOAL, "SEK")
