"""What was planted is found again in what happened, within the ranges that chance allows.

Each share is compared with its binomial standard error. About 110 are compared; a share beyond 4.2 standard errors
happens by chance once in 37,000, so one alarm in 300 seeds, and the seed is fixed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from math import sqrt

import pytest

from tillit.simulate.company import Company, Happening
from tillit.simulate.truth import TRUTH
from tillit.simulate.way import START, STOP, Friction

LONGEST_NEED_DAYS = 45  # a need that began this long before the end has ended, but for a handful
ERRORS = 4.2
DAY = 86_400


def needs(company: Company) -> Iterator[list[Happening]]:
    """Each need that had time to end."""
    grouped: dict[tuple[int, int], list[Happening]] = defaultdict(list)
    for happening in company.happenings:
        grouped[happening.customer, happening.need].append(happening)
    return (need for need in grouped.values() if need[0].at < company.ends_at - LONGEST_NEED_DAYS * DAY)


def within(found: int, of: int, share: float) -> bool:
    return abs(found / of - share) <= ERRORS * sqrt(max(share * (1 - share), 1 / of) / of)


def steps(company: Company) -> dict[tuple[str, str], Counter[str]]:
    followed: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for need in needs(company):
        here = (START, "first" if need[0].need == 1 else "again")
        for happening in need:
            if happening.activity != here[0]:  # doing the same again is not a step
                followed[here][happening.activity] += 1
            here = (happening.activity, happening.circumstance)
        followed[here][STOP] += 1
    return followed


def test_the_steps_are_those_of_the_table(company: Company) -> None:
    followed = steps(company)
    assert followed.keys() <= TRUTH.transitions.keys()
    wrong = {
        (situation, nxt): (counts[nxt], counts.total(), TRUTH.transitions[situation].get(nxt, 0.0))
        for situation, counts in followed.items()
        for nxt in TRUTH.transitions[situation].keys() | counts.keys()
        if not within(counts[nxt], counts.total(), TRUTH.transitions[situation].get(nxt, 0.0))
    }
    assert not wrong
    assert sum(counts.total() > 30 for counts in followed.values()) > 25, "too little happened to compare"


@pytest.mark.parametrize("friction", TRUTH.frictions, ids=lambda friction: friction.name)
def test_where_it_hurts_more_customers_are_lost(company: Company, friction: Friction) -> None:
    followed = steps(company)
    here, well = followed[friction.situation], followed[friction.well]
    excess = here[friction.lost_to] / here.total() - well[friction.lost_to] / well.total()
    spread = sqrt(0.25 / here.total() + 0.25 / well.total())
    assert friction.excess > 0.2
    assert abs(excess - friction.excess) <= ERRORS * spread


def test_contented_buyers_come_back_as_often_as_planted(company: Company) -> None:
    days = 80
    lives: dict[int, dict[int, list[Happening]]] = defaultdict(lambda: defaultdict(list))
    for happening in company.happenings:
        lives[happening.customer][happening.need].append(happening)
    bought = again = 0
    for life in lives.values():
        for number, need in life.items():
            activities = {happening.activity for happening in need}
            ended = need[-1].at
            if "order_completed" in activities and "complaint_made" not in activities:
                if ended + days * DAY > company.ends_at:
                    continue
                bought += 1
                again += number + 1 in life and life[number + 1][0].at <= ended + days * DAY
    assert bought > 150
    assert within(again, bought, TRUTH.repeat_within(days))
