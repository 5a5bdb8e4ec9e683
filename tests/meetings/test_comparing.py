"""What another policy would have changed, against counting by hand."""

from __future__ import annotations

from dataclasses import replace

from tests.meetings.making import AT, DEFAULT
from tests.meetings.test_log import FREE
from tillit.meetings.comparing import Changed, would_have_changed
from tillit.meetings.decide import decide
from tillit.meetings.moment import Moment
from tillit.meetings.policy import Stakes, Way
from tillit.vocabulary import Errand

LAST_WEEK = [
    decide(Moment("ana", AT, errand, asked_for_person=asked), DEFAULT, FREE, draw=0.5, decision_id="d")
    for errand, asked, times in [
        (Errand.ORDER, False, 5),
        (Errand.ORDER, True, 2),  # a person in any case
        (Errand.REPAIR, False, 3),
        (Errand.LOOK_UP, False, 4),
    ]
    for _ in range(times)
]
TEN_MINUTES = 10 * 800


def test_what_would_have_changed_is_counted_with_its_price() -> None:
    assert would_have_changed(LAST_WEEK, DEFAULT) == Changed(14, 0, 0, 0)
    brand = replace(DEFAULT, brand_errands=(Errand.ORDER,))
    assert would_have_changed(LAST_WEEK, brand) == Changed(14, 5, 0, 5 * TEN_MINUTES)
    repairs = {(Errand.REPAIR, stakes): Way.MACHINE for stakes in Stakes}
    cheaper = replace(DEFAULT, cells={**DEFAULT.cells, **repairs})
    assert would_have_changed(LAST_WEEK, cheaper) == Changed(14, 0, 3, -3 * TEN_MINUTES)
    assert would_have_changed(LAST_WEEK, brand, before=cheaper) == Changed(14, 8, 0, 8 * TEN_MINUTES)
