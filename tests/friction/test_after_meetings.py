"""Who comes back after a visit, advice or a quote: against a plain loop, what is counted, and the journeys behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.journeys.logs import DAY, MINUTE, Event, histories, store_of
from tillit.friction.after_meetings import DAYS, AfterMeetings, Meeting, Met, SilentAfter, after_meetings
from tillit.journeys.behind import journeys_behind
from tillit.journeys.view import CaseRule, Selection, View
from tillit.vocabulary import ACTIVITY_BY_NAME, Actor, Purpose

GOAL = "order_completed"
RULE = CaseRule(GOAL, lapse_days=10)
KIND = {"store_visited": Meeting.VISIT, "call_held": Meeting.ADVICE, "demo_held": Meeting.ADVICE}
KIND["quote_sent"] = Meeting.QUOTE
EVERYTHING = Selection()
ACTIVITIES = ("page_viewed", "store_visited", "call_held", "demo_held", "quote_sent", "email_sent", GOAL)


def view_of(folder: Path, events: list[Event], rule: CaseRule, selection: Selection = EVERYTHING) -> View:
    return View(store_of(folder, events, events_a_bucket=300), rule, selection, purpose=Purpose.MEASUREMENT)


def market(customers: int, seed: int = 4) -> list[Event]:
    rng = np.random.default_rng(seed)
    events: list[Event] = []
    for person in range(customers):
        at = int(rng.uniform(0, 60 * DAY))
        for _ in range(rng.integers(1, 8)):
            # Whole days now and then, so that limits are met exactly, and equal times.
            at += int(rng.choice([0, DAY, 7 * DAY, int(rng.exponential(6 * DAY))]))
            activity = str(rng.choice(ACTIVITIES, p=[0.2, 0.2, 0.1, 0.05, 0.15, 0.1, 0.2]))
            actor = ACTIVITY_BY_NAME[activity].actor
            place = len(events)
            events.append(Event(f"who{person}", at, activity, f"e{place:05}", sequence=place, actor=actor))
    return events


def loop(events: list[Event], kind: Meeting) -> list[tuple[int, int | None, int | None]]:
    """By customer with such a meeting: when, the days until the next goal, and until they next did something."""
    found = []
    for history in histories(events):
        at = next((place for place, one in enumerate(history) if KIND.get(one.activity) is kind), None)
        if at is None:
            continue
        met, later = history[at].at, history[at + 1 :]
        bought = next((one.at - met for one in later if one.activity == GOAL), None)
        heard = next(
            (
                one.at - met
                for one in later
                if one.at > met
                and (
                    ACTIVITY_BY_NAME[one.activity].actor is Actor.CUSTOMER or one.activity in ("call_held", "demo_held")
                )
            ),
            None,
        )
        found.append((met, bought, heard))
    return found


def share_by(rows: list[tuple[int, bool]], limit: int) -> float:
    """Kaplan and Meier's product, step by step: each row is how long, and whether it happened then."""
    still = 1.0
    for time in sorted({length for length, happened in rows if happened and length <= limit}):
        at_risk = sum(length >= time for length, _ in rows)
        still *= 1 - sum(happened and length == time for length, happened in rows) / at_risk
    return 1 - still


def test_every_number_is_what_a_plain_loop_says_and_opens_its_journeys(tmp_path: Path) -> None:
    events = market(300)
    view = view_of(tmp_path, events, RULE)
    found = after_meetings(view)
    assert [one.meeting for one in found.meetings] == list(Meeting)
    newest = max(one.at for one in events)
    assert found.newest_at == newest
    for one in found.meetings:
        rows = loop(events, one.meeting)
        assert (one.customers, one.bought) == (len(rows), sum(bought is not None for _, bought, _ in rows))
        assert journeys_behind(view, Met(one.meeting, GOAL), limit=1).total == one.customers
        lengths = [(newest - met if bought is None else bought, bought is not None) for met, bought, _ in rows]
        for day in DAYS:
            by = one.by_day[day]
            assert by.followed == sum(newest - met >= day * DAY for met, _, _ in rows)
            assert by.bought == sum(bought is not None and bought <= day * DAY for _, bought, _ in rows)
            assert by.chance is None or by.chance.share == pytest.approx(share_by(lengths, day * DAY))
            assert journeys_behind(view, Met(one.meeting, GOAL, day), limit=1).total == by.bought
        for silent in one.silent:
            over = silent.days * DAY
            quiet = [
                (newest - met - over if bought is None else bought - over, bought is not None)
                for met, bought, heard in rows
                if min([newest - met, *(at for at in (bought, heard) if at is not None)]) > over
            ]
            assert silent.customers == len(quiet)
            assert silent.bought == sum(happened and length <= 7 * DAY for length, happened in quiet)
            assert silent.chance is None or silent.chance.share == pytest.approx(share_by(quiet, 7 * DAY))
            for bought, total in ((False, silent.customers), (True, silent.bought)):
                condition = SilentAfter(one.meeting, GOAL, silent.days, newest, bought)
                assert journeys_behind(view, condition, limit=1).total == total
        assert one.said_by_day is not None
        assert one.said_of_silent is not None


def test_filters_choose_meetings_and_the_goal_may_come_outside_them(tmp_path: Path) -> None:
    """Ana visits by the channel store and orders three weeks later on the web: another journey, not chosen."""
    events = [
        Event("Ana", 0, "store_visited", "a1", channel="store"),
        Event("Ana", 21 * DAY, GOAL, "a2"),
        Event("Bo", 0, "store_visited", "b1"),
        Event("Cy", 40 * DAY, "page_viewed", "c1"),
    ]
    view = view_of(tmp_path, events, RULE, selection=Selection(channels=frozenset({"store"})))
    (visit,) = after_meetings(view).meetings
    assert (visit.customers, visit.bought, visit.enough) == (1, 1, False)
    assert after_meetings(view).newest_at == 40 * DAY


def test_what_comes_before_the_meeting_at_the_same_minute_is_not_after_it(tmp_path: Path) -> None:
    events = [
        Event("Ana", 0, "store_visited", "a1", sequence=1),
        Event("Ana", 0, GOAL, "a2", sequence=2),
        Event("Bo", 0, GOAL, "b1", sequence=1),
        Event("Bo", 0, "store_visited", "b2", sequence=2),
    ]
    (visit,) = after_meetings(view_of(tmp_path, events, RULE)).meetings
    assert (visit.customers, visit.bought) == (2, 1)


def test_without_a_goal_or_where_the_meeting_is_the_goal_nothing_is_said(tmp_path: Path) -> None:
    events = market(40)
    assert after_meetings(view_of(tmp_path / "a", events, CaseRule())).meetings == ()
    found = after_meetings(view_of(tmp_path / "b", events, CaseRule("call_held", 10)))
    assert Meeting.ADVICE not in {one.meeting for one in found.meetings}


def test_the_same_events_twice_or_in_another_order_change_nothing(tmp_path: Path) -> None:
    events = market(60)
    mixed = [events[place] for place in np.random.default_rng(1).permutation(len(events))]
    answers: list[AfterMeetings] = []
    for name, given in (("once", events), ("twice", mixed + mixed[:90])):
        answers.append(after_meetings(view_of(tmp_path / name, given, RULE)))
    assert answers[0] == answers[1]


def test_known_truth_of_a_shop_whose_customers_come_back_at_a_known_rate(tmp_path: Path) -> None:
    """Waits of 20 days on average, and each visited at any time of 90 days: the range holds what is true at each day.

    Customers are silent until they buy, so after any silence the week after is like the first one.
    """
    rng = np.random.default_rng(8)
    events = [Event("clock", 90 * DAY, "page_viewed", "z")]
    for person in range(900):
        met = int(rng.uniform(0, 90 * DAY))
        bought = met + int(rng.exponential(20 * DAY)) + MINUTE
        events.append(Event(f"who{person}", met, "store_visited", f"v{person}"))
        if bought < 90 * DAY:
            events.append(Event(f"who{person}", bought, GOAL, f"o{person}"))
    (visit,) = after_meetings(view_of(tmp_path, events, CaseRule(GOAL, lapse_days=30))).meetings
    for day in DAYS:
        chance = visit.by_day[day].chance
        assert chance is not None
        assert chance.low <= 1 - np.exp(-day / 20) <= chance.high
    assert visit.silent[-1].chance is None  # 20 customers
    for silent in visit.silent[:-1]:
        assert silent.chance is not None
        assert silent.chance.low <= 1 - np.exp(-7 / 20) <= silent.chance.high
