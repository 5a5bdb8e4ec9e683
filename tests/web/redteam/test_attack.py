"""The attack has power: exact times and places tell it who sells what, and months next to nothing."""

from __future__ import annotations

import calendar
from datetime import datetime

from tests.web.redteam.attack import Seen, learned, p_value, shift_of
from tests.web.redteam.planted import Planted, planted

SEEDS = range(1, 13)


def sales(company: Planted, *, by_month: bool) -> list[Seen]:
    seen = []
    for row in company.rows:
        if not row["amount"]:
            continue
        at = datetime.fromisoformat(row["at"])
        first, last = at.date(), at.date()
        if by_month:
            first, last = first.replace(day=1), last.replace(day=calendar.monthrange(last.year, last.month)[1])
        place, shift = (None, None) if by_month else (row["place"], shift_of(at))
        seen.append(Seen(first, last, place, shift, float(row["amount"])))
    return seen


def test_exact_times_and_places_are_names() -> None:
    companies = [planted(seed) for seed in SEEDS]
    for company in companies:
        assert p_value([learned(sales(company, by_month=False), company)], [company.effect]) < 0.05


def test_months_tell_no_more_than_permuted_names() -> None:
    companies = [planted(seed) for seed in SEEDS]
    found = [learned(sales(company, by_month=True), company) for company in companies]
    truth = [company.effect for company in companies]
    assert p_value(found, truth) > 0.05
    assert all(p_value([one], [true]) > 0.05 for one, true in zip(found, truth, strict=True))
