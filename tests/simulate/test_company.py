"""The company is the same for the same seed, keeps its hours, and names nobody."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tillit.simulate.company import Company, simulate
from tillit.simulate.truth import TRUTH
from tillit.simulate.way import START, STOP
from tillit.vocabulary import ACTIVITY_BY_NAME, Channel

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize("situation", TRUTH.transitions, ids=lambda situation: "-".join(situation))
def test_every_step_leads_somewhere(situation: tuple[str, str]) -> None:
    nexts = TRUTH.transitions[situation]
    assert sum(nexts.values()) == pytest.approx(1, abs=1e-12)
    starts = {activity for activity, _ in TRUTH.transitions}
    assert nexts.keys() <= (starts | {STOP}) - {START}
    assert situation[0] not in nexts, "doing the same again is a burst, not a step"


def test_every_activity_and_channel_is_a_word_of_the_house(company: Company) -> None:
    assert {happening.activity for happening in company.happenings} <= ACTIVITY_BY_NAME.keys()
    assert {happening.channel for happening in company.happenings} <= set(Channel)


def test_the_same_seed_gives_the_same_company() -> None:
    one, two = (simulate(np.random.default_rng(7), customers=60, days=40) for _ in range(2))
    assert one == two
    assert one.happenings != simulate(np.random.default_rng(8), customers=60, days=40).happenings


def test_two_thousand_customers_over_half_a_year(company: Company) -> None:
    assert len({happening.customer for happening in company.happenings}) == len(company.customers) == 2_000
    first, last = company.happenings[0].at, company.happenings[-1].at
    assert 178 <= (last - first) / 86_400 <= 180
    assert last < company.ends_at


def test_a_customer_does_one_thing_at_a_time(company: Company) -> None:
    lives = defaultdict(list)
    for happening in company.happenings:
        lives[happening.customer].append(happening)
    for life in lives.values():
        assert all(before.at < after.at and before.need <= after.need for before, after in pairwise(life))


def test_a_few_customers_look_at_very_much(company: Company) -> None:
    events = np.zeros(len(company.customers) + 1)
    for happening in company.happenings:
        events[happening.customer] += 1
    median, top = np.percentile(events[1:], [50, 99])
    assert top > 6 * median


@pytest.mark.parametrize(
    ("activity", "days", "opens", "closes"),
    [("call_held", 5, 9, 17), ("store_visited", 7, 10, 19), ("order_delivered", 6, 8, 20)],
)
def test_people_work_in_their_hours(company: Company, activity: str, days: int, opens: int, closes: int) -> None:
    local = [datetime.fromtimestamp(h.at, STOCKHOLM) for h in company.happenings if h.activity == activity]
    assert len(local) > 50
    assert all(moment.weekday() < days and opens <= moment.hour < closes for moment in local)
    # Before and after the clocks change the shop opens at the same local hour, so not at the same hour in UTC.
    assert len({moment.utcoffset() for moment in local}) == 2


def test_the_hour_that_the_spring_skips_has_no_events(company: Company) -> None:
    night = [datetime.fromtimestamp(h.at, STOCKHOLM) for h in company.happenings]
    change = [moment for moment in night if (moment.month, moment.day) == (3, 29)]
    assert change
    assert all(moment.hour != 2 for moment in change)
