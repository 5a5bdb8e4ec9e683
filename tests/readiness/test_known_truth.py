"""Chances are near the true ones, are not said where nothing tells, and never know what comes later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.readiness.town import BEGIN, DAY, DAYS, Town, a_town
from tillit.errors import QueryError
from tillit.journeys.plain_parquet import read_plain_parquet
from tillit.journeys.view import View
from tillit.readiness.model import Basis
from tillit.readiness.quality import auc
from tillit.readiness.ready import Readiness, readiness
from tillit.vocabulary import Purpose

HORIZON = 14


def asked(town: Town, work: Path, outcome: str = "order_completed", days: float = HORIZON) -> Readiness:
    read = read_plain_parquet(town.path, None, work=work)
    assert read is not None
    return readiness(View(read.events, purpose=Purpose.MEASUREMENT), outcome, days, rng=np.random.default_rng(1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("towns")


@pytest.fixture(scope="module")
def town(folder: Path) -> Town:
    return a_town(folder / "town.parquet", persons=1500)


@pytest.fixture(scope="module")
def answer(town: Town, folder: Path) -> Readiness:
    return asked(town, folder / "work")


def test_enough_outcomes_teach_calibrated_chances(answer: Readiness) -> None:
    assert answer.basis is Basis.LEARNT
    assert answer.tested is not None
    assert answer.tested.log_loss < answer.tested.constant_log_loss
    assert answer.tested.auc > 0.70
    # A town of 1,500 seen on several dates is not as many independent rows: twice a perfect model's distance.
    assert answer.tested.calibration_error < 2 * answer.tested.perfect_error + 0.01
    assert answer.tested.lift > 2


def test_who_is_said_to_be_nearer_is_nearer(town: Town, answer: Readiness) -> None:
    """Against the nearness nobody sees: those in the upper half by chance have more of it on the last day."""
    assert answer.as_of is not None
    person = [round((answer.as_of - BEGIN) - one.tenure_days * DAY) for one in answer.persons]
    assert sorted(person) == list(range(len(town.near)))
    near = town.near[person, DAYS - 1]
    chance = np.array([one.chance for one in answer.persons])
    assert auc(chance, near > np.median(near)) > 0.65
    expected = town.true_chance(DAYS - 1 - HORIZON, HORIZON).sum()  # two weeks before the end, as many are as near
    assert chance.sum() == pytest.approx(expected, rel=0.3)


def test_every_chance_is_the_sum_of_its_reasons(town: Town, folder: Path, answer: Readiness) -> None:
    for one in answer.persons[:50]:
        assert 0 < one.low <= one.chance <= one.high < 1
        assert len(one.reasons) <= 3
        assert all(abs(a.adds) >= abs(b.adds) for a, b in zip(one.reasons, one.reasons[1:], strict=False))
    looked = {reason.what.split(",")[0] for one in answer.persons for reason in one.reasons if reason.adds > 0.5}
    assert looked & {"price_viewed", "products_compared"}


def test_where_looking_tells_nothing_no_chance_is_shown_by_person(folder: Path) -> None:
    """Purchases follow a mood that leaves no trace but earlier purchases; those are made too rare to show it."""
    silent = a_town(folder / "silent.parquet", persons=1200, tells=False, level=-8.0, seed=4)
    found = asked(silent, folder / "silent")
    assert found.basis is Basis.NONE or (found.tested is not None and found.tested.auc < 0.72)


def test_few_outcomes_use_declared_weights_and_fewer_are_refused(folder: Path) -> None:
    few = asked(a_town(folder / "few.parquet", persons=120, level=-6.6, seed=2), folder / "few")
    assert 30 <= few.teaching < 100
    assert few.basis in (Basis.RULES, Basis.NONE)
    fewest = asked(a_town(folder / "fewest.parquet", persons=30, seed=3), folder / "fewest")
    assert fewest.basis is Basis.NONE
    assert fewest.persons == ()
    assert fewest.refusal is not None
    assert "Not enough data" in fewest.refusal


def test_questions_that_cannot_be_asked(town: Town, folder: Path) -> None:
    with pytest.raises(QueryError, match="did you mean order_completed"):
        asked(town, folder / "q1", outcome="order_complete")
    with pytest.raises(QueryError, match="above 0"):
        asked(town, folder / "q2", days=0)
    long = asked(town, folder / "q3", days=400)
    assert long.refusal is not None
    assert "150 days of events" in long.refusal
