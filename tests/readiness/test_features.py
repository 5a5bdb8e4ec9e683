"""What was known, and nothing that was not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.readiness.lives import ACTIVITIES, CODED, RECIPE, day, lives
from tillit.readiness.features import Known, known_at
from tillit.readiness.recipe import HALF_LIVES_DAYS, Recipe


def at(number: float, *persons: list[tuple[float, str]], horizon: float = 5) -> Known:
    return known_at(lives(*persons), CODED, day(number), horizon)


def named(known: Known, row: int = 0) -> dict[str, float]:
    return dict(zip(RECIPE.names, known.features[row].tolist(), strict=True))


def test_features_by_hand() -> None:
    """On day 10: Ana looked at a price on day 3, bought on day 9 and looked at a page on day 10; Bo comes on day 11."""
    known = at(10, [(3, "help_viewed"), (9, "order_completed"), (10, "page_viewed")], [(11, "page_viewed")])
    assert known.person.tolist() == [0]
    found = named(known)
    assert found["price_viewed, half-life 7 days"] == 0
    assert found["page_viewed, half-life 7 days"] == pytest.approx(math.log1p(1))
    assert found["other, half-life 7 days"] == pytest.approx(math.log1p(2 ** (-1 / 7) + 0.5))
    assert found["last_day"] == pytest.approx(math.log1p(1 + 0.5 + 2**-7))
    assert found["days_since_last_event"] == 0
    assert found["days_known"] == pytest.approx(math.log1p(7))
    assert found["times_before"] == pytest.approx(math.log1p(1))
    assert found["days_since_before"] == pytest.approx(math.log1p(1))
    assert not known.outcome[0]
    assert known.days_since_before[0] == 1


@pytest.mark.parametrize("reset", ["order_completed", "complaint_made"])
def test_a_purchase_and_a_complaint_use_up_what_led_to_them(reset: str) -> None:
    found = named(at(10, [(8, "price_viewed"), (9, "help_viewed"), (9, reset), (9, "price_viewed")]))
    assert found["price_viewed, half-life 7 days"] == pytest.approx(math.log1p(2 ** (-1 / 7)))
    without = named(at(10, [(8, "price_viewed"), (9, "price_viewed")]))
    assert without["price_viewed, half-life 7 days"] == pytest.approx(math.log1p(2 ** (-1 / 7) + 2 ** (-2 / 7)))


def test_a_complaint_stays_open_until_it_is_solved() -> None:
    complaint = (5.0, "complaint_made")
    assert named(at(35, [complaint]))["open_complaint"] == pytest.approx(0.5)
    assert named(at(35, [complaint, (6, "ticket_solved")]))["open_complaint"] == 0
    assert named(at(35, [complaint, (6, "ticket_solved"), (35, "complaint_made")]))["open_complaint"] == 1


def test_opened_mail_alone_moves_nothing() -> None:
    """But for who is known at all: programs open e-mail by themselves."""
    life = [(3.0, "page_viewed"), (4.0, "price_viewed")]
    opens = [(moment, "email_opened") for moment in (3.5, 5.0, 9.0)]
    assert np.array_equal(at(10, [*life, *opens]).features, at(10, life).features)
    assert named(at(10, [(4, "email_opened")]))["days_since_last_event"] == pytest.approx(math.log1p(6))


def test_a_loyal_customer_who_is_quiet_is_no_cold_stranger() -> None:
    """Known for two years, loyal, five purchases, silent for 40 days; beside one first seen 40 days ago."""
    loyal = [(day_, "order_completed") for day_ in (0, 200, 400, 600, 690)] + [(10.0, "loyalty_joined")]
    known = at(730, sorted(loyal), [(690, "page_viewed")])
    quiet, stranger = named(known, 0), named(known, 1)
    assert quiet["days_since_last_event"] == stranger["days_since_last_event"]
    assert (known.tenure_days[0], known.times_before[0], known.is_loyal[0]) == (730, 5, True)
    assert (known.tenure_days[1], known.times_before[1], known.is_loyal[1]) == (40, 0, False)
    assert quiet["days_known"] > stranger["days_known"]
    assert quiet["times_before"] > stranger["times_before"]


DAYS = st.floats(0, 60, allow_nan=False)
EVENTS = st.tuples(DAYS, st.sampled_from(ACTIVITIES))
PERSONS = st.lists(st.lists(EVENTS, min_size=1, max_size=8), min_size=1, max_size=5)


@given(PERSONS)
def test_counts_equal_a_plain_loop(persons: list[list[tuple[float, str]]]) -> None:
    traces, as_of = lives(*persons), day(30)
    known, row = known_at(traces, CODED, as_of, 14), 0
    for person in persons:
        past = [event for event in sorted(person, key=lambda event: event[0]) if day(event[0]) <= as_of]
        if not past:
            continue
        resets = [place for place, (_, name) in enumerate(past) if name in ("order_completed", "complaint_made")]
        since = resets[-1] if resets else -1
        leading = {"page_viewed", "price_viewed"}
        left = [
            (as_of - day(moment), name)
            for place, (moment, name) in enumerate(past)
            if name != "email_opened" and (name not in leading or place > since)
        ]
        for column, (half_life, group) in enumerate((h, g) for h in HALF_LIVES_DAYS for g in range(3)):
            mine = [age for age, name in left if {"price_viewed": 0, "page_viewed": 1}.get(name, 2) == group]
            expected = math.log1p(sum(2 ** (-age / day(1) / half_life) for age in mine))
            assert known.features[row, column] == pytest.approx(expected)
        came = any(as_of < day(moment) <= day(44) and name == "order_completed" for moment, name in person)
        assert known.outcome[row] == came
        row += 1
    assert row == len(known.person)


def test_no_person_is_known_before_the_first_event() -> None:
    persons: tuple[list[tuple[float, str]], ...] = ([(3, "page_viewed")], [(5, "page_viewed")])
    assert at(2, *persons).person.tolist() == []
    assert at(4, *persons).person.tolist() == [0]


def test_a_recipe_is_of_names_so_that_new_codes_change_nothing() -> None:
    """A later build may give every activity another code."""
    turned = tuple(reversed(ACTIVITIES))
    traces = lives([(3, "page_viewed"), (9, "complaint_made"), (9.5, "price_viewed"), (12, "order_completed")])
    renamed = np.array([turned.index(ACTIVITIES[code]) for code in traces.activity], np.int32)
    again = type(traces)(traces.offsets, traces.person, traces.number, traces.reached_goal, renamed, traces.occurred_at)
    one = known_at(traces, CODED, day(10), 5)
    other = known_at(again, Recipe(RECIPE.counted, RECIPE.outcome).coded(turned), day(10), 5)
    assert np.array_equal(one.features, other.features)
    assert one.outcome.tolist() == other.outcome.tolist() == [True]
