"""Warnings of a race for a number: sales heaped at month ends, discounts in bursts. Never about one person."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.credit.spikes import Spike, bursts, daily_counts, month_end_spike
from tillit.journeys.view import View
from tillit_web.warehouse.queries import cached

DISCOUNTS = ("coupon_applied", "coupon_redeemed")


@dataclass(frozen=True, slots=True)
class Warnings:
    """What was found over all days of the data; `discounts_known` False: no discount is in the data at all."""

    month_end: Spike | None
    bursts: tuple[Spike, ...]
    discounts_known: bool


def warnings(view: View, goal: str, zone: str) -> Warnings:
    """What the whole of the data shows, whatever the view's filters: a race is the company's, not one channel's."""
    whole = view.uncut()
    return cached(whole, ("heaps", goal, zone), lambda: _found(whole, goal, zone))


def _found(view: View, goal: str, zone: str) -> Warnings:
    sales = daily_counts(view, (goal,), timezone=zone)
    discounts = daily_counts(view, DISCOUNTS, timezone=zone)
    return Warnings(
        month_end_spike(*sales) if sales else None, bursts(*discounts) if discounts else (), discounts is not None
    )
