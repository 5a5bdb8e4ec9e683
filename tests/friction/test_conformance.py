"""What a broken promise costs, where it is known; and promises as a file holds them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.friction.company import company_and_store
from tests.journeys.logs import DAY, MINUTE, Event, view_of
from tillit.errors import FileError
from tillit.friction.conformance import Broken, conformance
from tillit.friction.lost import HORIZON_DAYS, Lost, lost_to
from tillit.friction.matters import Matters
from tillit.friction.promise_files import default_promises, parse_promises
from tillit.friction.promise_rules import Clock, PromiseRule, Promises
from tillit.journeys.behind import journeys_behind
from tillit.journeys.opening import OpeningHours
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import Purpose

HOUR = 60 * MINUTE
NEWEST = (HORIZON_DAYS + 1) * DAY


def market(rng: np.random.Generator, *, effect: float, matters: int = 3_000) -> tuple[Matters, float]:
    """Promises broken more often to those who buy less anyway (a second channel), and how many goals it truly costs.

    Of channel 0 a fifth is broken and 50 % buy; of channel 1 three fifths, and 20 % buy. A broken one takes `effect`.
    """
    channel = rng.integers(0, 2, matters).astype(np.int32)
    broken = rng.random(matters) < np.where(channel == 0, 0.2, 0.6)
    usual = np.where(channel == 0, 0.5, 0.2)
    bought = rng.random(matters) < usual - effect * broken
    due = np.full(matters, 4 * HOUR)
    at = np.where(bought, due + DAY, -1)
    return (
        Matters(
            journey=np.arange(matters),
            person=np.arange(matters) // 2,
            entry_channel=channel,
            known=np.zeros(matters, np.bool_),
            asked_at=np.zeros(matters, np.int64),
            answered_at=np.where(broken, -1, HOUR),
            due_at=due,
            goal_at=at,
            amount_minor=np.where(bought, 50_000, 0),
            currency=np.where(bought, 0, -1).astype(np.int32),
        ),
        effect * broken.sum(),
    )


def lost_in(seed: int, effect: float, *, matters: int = 3_000) -> tuple[Lost, float]:
    found, truth = market(np.random.default_rng([seed, 1]), effect=effect, matters=matters)
    lost = lost_to(found, newest_at=NEWEST, rng=np.random.default_rng(seed))
    assert lost is not None
    return lost, truth


def test_what_is_lost_is_found_and_what_is_not_lost_is_not() -> None:
    """95 % of ranges hold the truth; of 40, 33 or fewer would by chance once in 300."""
    held = null_held = 0
    for seed in range(20):
        lost, truth = lost_in(seed, 0.1)
        held += lost.goals_range[0] <= truth <= lost.goals_range[1]
        assert lost.goals_range[0] > 0
        assert lost.value == pytest.approx(lost.goals * 50_000)
        nothing, _ = lost_in(100 + seed, 0.0)
        null_held += nothing.goals_range[0] <= 0 <= nothing.goals_range[1]
    assert held + null_held > 33


def test_without_matching_there_would_be_a_loss_where_there_is_none() -> None:
    """The market is worth testing in: the plain difference is far outside the range."""
    lost, _ = lost_in(1, 0.0)
    of_kept = lost.bought[1] / (lost.compared - lost.broken)
    assert of_kept * lost.broken - lost.bought[0] > 5 * lost.goals_range[1] / 2


def test_who_would_have_bought_anyway_does_not_make_quick_answers_look_good() -> None:
    """Nobody's answer changes anything here: purchases come at their own time, many before the answer.

    Three in ten buy on the first day, others later; answers take up to two days, and half a day is promised. The range
    holds nothing in 95 % of worlds; of 20, 15 or fewer would by chance once in 400.
    """
    held = 0
    for seed in range(20):
        rng = np.random.default_rng([seed, 9])
        matters = 2_000
        buys = rng.random(matters) < 0.6
        goal = np.where(buys, np.where(rng.random(matters) < 0.5, 1.0, 20.0) * rng.uniform(0, DAY, matters), -1)
        answered = rng.uniform(0, 2 * DAY, matters).astype(np.int64)
        found = Matters(
            journey=np.arange(matters),
            person=np.arange(matters),
            entry_channel=np.zeros(matters, np.int32),
            known=np.zeros(matters, np.bool_),
            asked_at=np.zeros(matters, np.int64),
            answered_at=answered,
            due_at=np.full(matters, DAY // 2),
            goal_at=goal.astype(np.int64),
            amount_minor=np.where(buys, 100, 0),
            currency=np.where(buys, 0, -1).astype(np.int32),
        )
        lost = lost_to(found, newest_at=NEWEST, rng=np.random.default_rng(seed))
        assert lost is not None
        held += lost.goals_range[0] <= 0 <= lost.goals_range[1]
        assert lost.compared < matters, "who bought before the answer needed none"
    assert held > 15


def test_few_matters_are_not_compared() -> None:
    found, _ = market(np.random.default_rng(2), effect=0.1, matters=299)
    assert lost_to(found, newest_at=NEWEST, rng=np.random.default_rng(1)) is None
    found, _ = market(np.random.default_rng(2), effect=0.1)
    assert lost_to(found, newest_at=NEWEST - 2 * DAY, rng=np.random.default_rng(1)) is None, "not old enough"


def test_the_companys_own_promises(tmp_path: Path) -> None:
    """Peer: case numbers, which say which answer belongs to which question; the planted slow answers are by mail."""
    company, store = company_and_store(tmp_path)
    view = View(store, CaseRule("order_completed", 30), purpose=Purpose.MEASUREMENT)
    rule = PromiseRule("question_asked", ("question_answered",), 24, Clock.CALENDAR)
    asked_for = Promises((rule,), OpeningHours.parse(""))
    found = conformance(view, asked_for, rng=np.random.default_rng(1)).rules[0]
    answered = {one.case: one.at for one in reversed(company.happenings) if one.activity == "question_answered"}
    newest = company.ends_at
    asked = [one for one in company.happenings if one.activity == "question_asked"]
    late = sum(answered.get(one.case, newest) - one.at > 86_400 for one in asked)
    assert found.of + found.pending == pytest.approx(len(asked), rel=0.02)  # asked twice within a week is one matter
    assert found.broken == pytest.approx(late, rel=0.02)
    behind = journeys_behind(view, Broken(rule, asked_for.hours, "UTC", _newest(view)))
    assert behind.total == found.broken_journeys


def _newest(view: View) -> int:
    return max(view.map(lambda traces: int(traces.occurred_at.max(initial=0))))


def test_a_small_shop_has_counts_and_no_verdict(tmp_path: Path) -> None:
    events = [
        Event(f"who{n}", n * DAY + minute * MINUTE, activity, f"{n:03}-{minute}")
        for n in range(40)
        for minute, activity in ((0, "question_asked"), (300 if n % 4 else 10, "question_answered"))
    ]
    rule = PromiseRule("question_asked", ("question_answered",), 1, Clock.CALENDAR)
    unseen = PromiseRule("quote_requested", ("quote_sent",), 1)
    view = view_of(tmp_path, events, rule=CaseRule(None, 30))
    found = conformance(view, Promises((unseen, rule), OpeningHours.parse("")), rng=np.random.default_rng(1))
    (one,) = found.rules
    assert (one.kept, one.late, one.unanswered, one.pending) == (10, 30, 0, 0)
    assert one.lost_goals is None
    assert found.unseen == (unseen,)


def test_the_default_promises_are_readable() -> None:
    promises = default_promises()
    assert [rule.within for rule in promises.rules] == [
        "4 opening hours",
        "8 opening hours",
        "8 opening hours",
        "16 opening hours",
    ]
    assert parse_promises('[[promise]]\nask="a"\nanswers="b"\nwithin="3 days"', name="x").rules == (
        PromiseRule("a", ("b",), 72, Clock.CALENDAR),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("opening_hours = 9", "cannot be read"),
        ("= 9", "TOML"),
        ("hours = 9", "has a part hours"),
        ('[[promise]]\nask = "a"', "exactly the lines"),
        ('[[promise]]\nask="a"\nanswers=["b"]\nwithin="soon"', "cannot be read"),
        ('[[promise]]\nask="a"\nanswers=["a"]\nwithin="1 hour"', "its own answer"),
        ('[[promise]]\nask="a"\nanswers=["b"]\nwithin="0 hours"', "more than 0"),
    ],
)
def test_what_is_no_promise_is_refused(text: str, says: str) -> None:
    with pytest.raises(FileError, match=says):
        parse_promises(text, name="ours.toml")
