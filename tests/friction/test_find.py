"""Friction from a store to named steps: counts against plain loops, and what is planted in the demo's company."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import astuple
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from tests.friction.company import company_and_store, waits_truly
from tests.journeys.logs import DAY, MINUTE, Event, store_of, view_of
from tillit.errors import QueryError
from tillit.friction.counts import CountedVisits, counted_visits, finished
from tillit.friction.find import friction
from tillit.friction.pattern_counts import pattern_counts
from tillit.friction.results import Friction, StepFriction
from tillit.friction.split import Split
from tillit.journeys.graph import overview
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import CaseRule, Selection, View
from tillit.simulate import way
from tillit.simulate.company import Company
from tillit.simulate.truth import TRUTH
from tillit.vocabulary import Purpose

PRICE = "total_price_viewed"
RULE = CaseRule("order_completed", 30)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, OrderedStore]:
    return company_and_store(tmp_path_factory.mktemp("company"))


def found_in(store: OrderedStore, by: str = "activity") -> dict[str, StepFriction]:
    view = View(store, RULE, purpose=Purpose.MEASUREMENT)
    found = friction(view, rng=np.random.default_rng(1), timezone="Europe/Stockholm", split=Split.parse(by))
    assert found.enough
    return {step.step: step for step in found.steps}


def test_the_planted_loss_in_the_checkout_is_confirmed(demo: tuple[Company, OrderedStore]) -> None:
    """Phones and desktops together; told apart they are in the next test.

    Truth: of those who start it, phones lose 42 % and desktops 14 %, at 58 % phones about 30 %; the usual step of its
    stage loses between 6 % (payment) and 38 % (quote), with the basket (16 %) and the price with freight in between.
    """
    company, _ = demo
    checkout = found_in(demo[1])["checkout_started"]
    phones = next(one for one in TRUTH.frictions if one.name == "the checkout on a phone")
    planted = TRUTH.phone_share * phones.share + (1 - TRUTH.phone_share) * phones.share_where_well
    with_freight = [one.circumstance == way.WITH_FREIGHT for one in company.happenings if one.activity == PRICE]
    freight = next(one for one in TRUTH.frictions if one.name == "freight on small orders")
    usual = median(
        [
            TRUTH.transitions["payment_info_entered", ""]["stop"],
            TRUTH.transitions["product_added", ""]["stop"],
            freight.share_where_well + freight.excess * sum(with_freight) / len(with_freight),
            TRUTH.transitions["quote_sent", ""]["stop"],
        ]
    )
    assert checkout.confirmed
    assert checkout.excess_exits is not None
    assert checkout.low is not None
    assert checkout.high is not None
    # Looking again after the basket is a visit that goes on, so the shares of visits are below those of steps.
    assert 0 < checkout.low < checkout.n * (planted - usual) < checkout.high
    assert checkout.value_low is not None
    assert checkout.value_low > 0


def test_told_apart_by_screen_it_is_the_checkout_on_phones(demo: tuple[Company, OrderedStore]) -> None:
    found = found_in(demo[1], "property:properties.screen")
    phones, desktops = found["checkout_started · phone"], found["checkout_started · desktop"]
    assert phones.confirmed
    assert not desktops.confirmed
    assert phones.excess_exits is not None
    assert phones.low is not None
    assert phones.low > 0
    assert desktops.excess_exits is not None
    assert phones.excess_exits > 2 * desktops.excess_exits


def test_visits_to_a_shop_that_is_out_of_stock_are_confirmed(demo: tuple[Company, OrderedStore]) -> None:
    found = found_in(demo[1], "property:Lagerstatus")
    assert found["store_visited · slut"].confirmed
    assert not found["store_visited · i lager"].confirmed


def counted(view: View, by: str = "activity", split_at: int = 0) -> tuple[list[CountedVisits], tuple[str, ...]]:
    return counted_visits(view, Split.parse(by), over_by=finished(view).over_by, split_at=split_at)


def test_a_property_is_read_for_all_journeys_or_refused(tmp_path: Path) -> None:
    events = [Event("Ana", 0, "page_viewed", "a"), Event("Bo", 1, "order_completed", "b")]
    rule, chosen = CaseRule("order_completed"), Selection(known=False)
    buckets, parts = counted(view_of(tmp_path / "all", events, rule=rule), "property:n")
    found = [parts[code] for bucket in buckets for code in bucket.cells.part]
    assert found == ["a"]  # the made-up log writes each event's id under "n"
    with pytest.raises(QueryError, match="all journeys"):
        counted(view_of(tmp_path / "some", events, rule=rule, selection=chosen), "property:n")
    with pytest.raises(QueryError, match="property:NAME"):
        Split.parse("screen")


def test_slow_answers_by_mail_are_confirmed_where_channels_are_told_apart(demo: tuple[Company, OrderedStore]) -> None:
    found = found_in(demo[1], "channel")
    assert found["question_answered · mail"].confirmed
    assert not found["question_answered · chat"].confirmed
    assert not found["question_answered · phone"].confirmed


def test_where_nothing_is_planted_nothing_is_confirmed(demo: tuple[Company, OrderedStore]) -> None:
    found = found_in(demo[1])
    well = ("payment_info_entered", "question_asked", "products_searched", "product_added", "call_booked")
    assert not any(found[step].confirmed for step in well)


def test_patterns_are_counted_over_all_buckets(demo: tuple[Company, OrderedStore]) -> None:
    """The truth is by the numbers of cases, over happenings; here the journeys come from the files."""
    view = View(demo[1], RULE, purpose=Purpose.MEASUREMENT)
    counts = {one.name: one for one in pattern_counts(view)}
    waiting = counts["waiting_for_an_answer"]
    asked_in_vain = sum(waits_truly(demo[0]))
    assert asked_in_vain > 200
    assert abs(waiting.journeys - asked_in_vain) <= 5
    assert waiting.goals < waiting.persons <= waiting.journeys
    assert {one.of for one in counts.values()} == {overview(view).journeys}


def plain_visits(events: list[Event], lapse_days: float) -> dict[tuple[str, str], tuple[bool, bool, float | None]]:
    """By (person and finished journey, step): left, reached the goal, waited; a plain loop over persons' events."""
    visits: dict[tuple[str, str], tuple[bool, bool, float | None]] = {}
    persons: dict[str, list[Event]] = defaultdict(list)
    newest_at = max(event.at for event in events)
    for event in sorted(events, key=lambda one: (one.at, one.sequence, one.id)):
        persons[event.who].append(event)
    for who, history in persons.items():
        journeys: list[list[Event]] = []
        for event in history:
            late = bool(journeys) and event.at - journeys[-1][-1].at > lapse_days * DAY
            done = bool(journeys) and any(one.activity == "order_completed" for one in journeys[-1])
            if not journeys or late or (done and event.activity not in ("order_delivered", "ticket_opened")):
                journeys.append([])
            journeys[-1].append(event)
        for number, journey in enumerate(journeys):
            goal = next((i for i, one in enumerate(journey) if one.activity == "order_completed"), None)
            if goal is None and journey[-1].at > newest_at - lapse_days * DAY:
                continue  # it may still go on
            for place, event in enumerate(journey[:goal]):
                last = place == len(journey) - 1
                waited = None if last else (journey[place + 1].at - event.at) / 1e6
                visits[f"{who} {number}", event.activity] = (last, goal is not None, waited)
    return visits


@pytest.mark.parametrize("seed", range(8))
def test_visits_are_those_of_a_plain_loop(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    activities = ("page_viewed", "product_viewed", "checkout_started", "order_completed", "order_delivered")
    events = [
        Event(
            f"who{rng.integers(6)}", int(rng.integers(90 * 24)) * 60 * MINUTE, str(rng.choice(activities)), f"e{i:03}"
        )
        for i in range(80)
    ]
    view = view_of(tmp_path, events, rule=CaseRule("order_completed", 10))
    found = []
    for bucket in counted(view, split_at=int(np.median(finished(view).began_at)))[0]:
        waited = [iter((micros / 1e6).tolist()) for micros in bucket.waited]
        for second, left, activity, _, _, reached, visits in zip(*astuple(bucket.cells), strict=True):
            for _ in range(visits):
                wait = None if left else next(waited[int(second)])
                found.append((view.names.activity[activity], bool(left), bool(reached), wait))
        assert [list(rest) for rest in waited] == [[], []]
    by_loop = sorted(((step, *visit) for (_, step), visit in plain_visits(events, 10).items()), key=str)
    assert sorted(found, key=str) == by_loop


def small(tmp_path: Path, people: int) -> Friction:
    """Each looks, half start the checkout, and nobody stays."""
    events = [
        Event(f"who{n}", (n * 60 + minute) * MINUTE, activity, f"{n:04}-{minute}")
        for n in range(people)
        for minute, activity in ((0, "page_viewed"), (1, "checkout_started"), (2, "order_completed"))[: 1 + n % 3]
    ]
    return friction(view_of(tmp_path, events, rule=CaseRule("order_completed")), rng=np.random.default_rng(1))


def test_below_the_ladder_there_are_counts_and_no_verdicts(tmp_path: Path) -> None:
    found = small(tmp_path, 400)
    assert not found.enough
    assert found.journeys == (200, 200)
    assert {step.step: (step.n, step.exits) for step in found.steps} == {
        "page_viewed": (200, 67),
        "checkout_started": (133, 66),
    }
    assert all(step.p_adjusted is None and step.value_minor is None and not step.confirmed for step in found.steps)


def test_a_lot_that_was_drawn_is_no_place_to_leave(tmp_path: Path) -> None:
    """Nobody meets a lot: it stands last in many journeys, which end with what was met before it."""
    events: list[Event] = []
    for customer in range(700):
        steps = ["wished", "asked_around", "slept_on_it"][: 1 + customer % 7]
        steps += ["holdout_assigned"] if customer % 2 else []
        steps += ["order_completed"] if customer % 3 == 0 else []
        for place, activity in enumerate(steps):
            when = customer * 60 * MINUTE + place * MINUTE
            events.append(Event(f"customer {customer}", when, activity, f"e{len(events)}"))
    events.append(Event("late", 400 * DAY, "wished", "late"))
    found = friction(view_of(tmp_path, events, rule=RULE), rng=np.random.default_rng(1))
    assert found.enough
    at = {step.step: step for step in found.steps}
    assert at["asked_around"].p_adjusted is not None
    assert "holdout_assigned" not in at
    assert at["slept_on_it"].exits > 0


def test_ranges_do_not_depend_on_the_key_that_hides_customers(tmp_path: Path) -> None:
    """Other names are other codes in other buckets; who draws with whom goes by what is known of their journeys."""
    found = []
    for key in ("one", "another"):
        events: list[Event] = []
        for customer in range(1_400):
            ways = ["wished", "asked_around", "slept_on_it", "order_completed"]
            steps = ways[customer % 2 : 2 + customer % 3]
            for place, activity in enumerate(steps):
                when = customer // 2 * 60 * MINUTE + place * (1 + customer // 2) * MINUTE  # two begin at once
                events.append(Event(f"{key} {customer}", when, activity, f"e{customer:04}-{place}"))
        store = store_of(tmp_path / key, events, events_a_bucket=500)
        view = View(store, CaseRule("order_completed"), purpose=Purpose.MEASUREMENT)
        found.append(friction(view, rng=np.random.default_rng(1)))
    assert found[0] == found[1]
    assert found[0].enough
    assert any(step.low is not None for step in found[0].steps)


def test_journeys_that_may_go_on_are_left_out(tmp_path: Path) -> None:
    events = [Event("Ana", 0, "page_viewed", "a"), Event("Bo", 20 * DAY, "page_viewed", "b")]
    events.append(Event("Cy", 25 * DAY, "order_completed", "c"))
    view = view_of(tmp_path, events, rule=CaseRule("order_completed", 10))
    answer = friction(view, rng=np.random.default_rng(1))
    assert sum(answer.journeys) == 2  # Ana is gone for 25 days, Cy has bought; Bo may come back
    assert answer.open_journeys == 1


def test_who_is_known_is_known_by_journeys_that_were_not_selected(tmp_path: Path) -> None:
    events = [Event("Ana", 0, "order_completed", "a"), Event("Ana", DAY, "page_viewed", "b", channel="mail")]
    events += [Event("Bo", 2 * DAY, "page_viewed", "c", channel="mail"), Event("Cy", 3 * DAY, "page_viewed", "d")]
    rule = CaseRule("order_completed")
    known = view_of(tmp_path / "known", events, rule=rule, selection=Selection(known=True))
    by_mail = view_of(tmp_path / "mail", events, rule=rule, selection=Selection(channels=frozenset({"mail"})))
    for view, expected in ((known, [1]), (by_mail, [0, 1])):
        cells = [bucket.cells.known_before % 2 for bucket in counted(view)[0]]
        assert sorted(np.concatenate(cells).tolist()) == expected


def test_without_a_goal_there_is_no_leaving(tmp_path: Path) -> None:
    view = view_of(tmp_path, [Event("Ana", 0, "page_viewed", "a")], rule=CaseRule(None, 10))
    with pytest.raises(QueryError, match="goal"):
        friction(view, rng=np.random.default_rng(1))
