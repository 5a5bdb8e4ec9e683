"""Planted heaps are found where they are, and calm shops are left in peace."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.journeys.logs import Event, view_of
from tillit.credit.spikes import BURST_DAYS, LAST_DAYS, bursts, daily_counts, month_end_spike

FIRST = date(2026, 1, 1)
DAYS = 181
WEEK = np.array([1.0, 0.9, 0.9, 1.0, 1.4, 1.8, 0.6])  # Monday to Sunday
CALM_SHOPS = 200


def day(place: int) -> date:
    return FIRST + timedelta(days=place)


def sales(rng: np.random.Generator, *, a_day: float = 8.0, uneven: float = 0.2) -> list[int]:
    """Sales by weekday, with days that are better and worse than chance alone makes them."""
    weekday = np.array([day(place).weekday() for place in range(DAYS)])
    weather = np.exp(uneven * rng.standard_normal(DAYS))
    counted: list[int] = rng.poisson(a_day * WEEK[weekday] * weather).tolist()
    return counted


def is_month_end(place: int) -> bool:
    return day(place + LAST_DAYS).month != day(place).month


@pytest.mark.parametrize("uneven", [0.0, 0.3])
def test_of_calm_shops_few_are_warned(uneven: float) -> None:
    """At one in a hundred each, 200 shops have 2 alarms on average; more than 8 has p < 0.0003."""
    calm = [sales(np.random.default_rng([1, seed]), uneven=uneven) for seed in range(CALM_SHOPS)]
    assert sum(month_end_spike(FIRST, counts) is not None for counts in calm) <= 8
    assert sum(bool(bursts(FIRST, counts)) for counts in calm[:60]) <= 4


def test_sales_heaped_at_month_ends_are_found() -> None:
    found = 0
    for seed in range(50):
        counts = sales(np.random.default_rng([2, seed]))
        heaped = [round(count * 1.8) if is_month_end(place) else count for place, count in enumerate(counts)]
        spike = month_end_spike(FIRST, heaped)
        if spike is not None:
            found += 1
            assert spike.times == 6, "January to June"
            assert spike.count == sum(count for place, count in enumerate(heaped) if is_month_end(place))
            assert 1.4 < spike.ratio < 2.3
            assert spike.first_on == date(2026, 6, 28)
    assert found >= 48


def test_discounts_given_in_two_bursts_are_found_where_they_are() -> None:
    found = 0
    for seed in range(20):
        counts = sales(np.random.default_rng([3, seed]), a_day=3)
        for start in (40, 130):
            for place in range(start, start + BURST_DAYS):
                counts[place] += 14
        heaps = bursts(FIRST, counts)
        found += {spike.first_on for spike in heaps} >= {day(40), day(130)}
    assert found >= 18


def test_too_little_is_no_heap() -> None:
    assert month_end_spike(FIRST, [0] * 28 + [9] * 3 + [0] * 25 + [9] * 3) is None, "two months"
    assert month_end_spike(FIRST, [int(is_month_end(place)) for place in range(DAYS)]) is None, "18 sales in all"
    assert bursts(FIRST, [0] * 100 + [10] * 3 + [0] * 78) == (), "30 discounts in all"


def test_days_are_counted_by_the_companys_clock(tmp_path: Path) -> None:
    zone = ZoneInfo("Europe/Stockholm")
    moments = [datetime(2026, 3, 27, 22, 30, tzinfo=UTC) + timedelta(hours=step * 7) for step in range(20)]
    events = [
        Event(
            f"c{place}",
            int(moment.timestamp()) * 1_000_000,
            "coupon_applied" if place % 3 else "page_viewed",
            f"e{place}",
        )
        for place, moment in enumerate(moments)
    ]
    view = view_of(tmp_path, events)
    counted = daily_counts(view, ("coupon_applied", "coupon_redeemed"), timezone="Europe/Stockholm")
    assert counted is not None
    first_on, counts = counted
    assert first_on == date(2026, 3, 27)
    by_day = Counter(moment.astimezone(zone).date() for place, moment in enumerate(moments) if place % 3)
    assert {first_on + timedelta(days=place): count for place, count in enumerate(counts) if count} == dict(by_day)
    assert daily_counts(view, ("coupon_redeemed",), timezone="Europe/Stockholm") is None
