"""What is judged before anything is switched on, and the two axes with nobody in a small cell."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.readiness.town import a_town
from tillit.journeys.plain_parquet import read_plain_parquet
from tillit.journeys.view import View
from tillit.readiness.backtest import Backtest, backtest
from tillit.readiness.model import Basis
from tillit.readiness.recipe import Want
from tillit.readiness.relation import BANDS, FEWEST, Relation, table
from tillit.vocabulary import Purpose


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    folder = tmp_path_factory.mktemp("town")
    read = read_plain_parquet(a_town(folder / "town.parquet", persons=600).path, None, work=folder / "work")
    assert read is not None
    return View(read.events, purpose=Purpose.MEASUREMENT)


@pytest.fixture(scope="module")
def judged(view: View) -> Backtest:
    found, refusal = backtest(view, Want.BUYS, "order_completed", 14, rng=np.random.default_rng(1))
    assert refusal is None
    return found


def test_everything_is_judged_and_kept_as_json(judged: Backtest) -> None:
    assert judged.basis is Basis.LEARNT
    assert judged.challenge is not None
    assert judged.challenge.low < judged.challenge.high
    assert judged.table is not None
    assert judged.table.total == 600
    again = msgspec.convert(msgspec.json.decode(msgspec.json.encode(judged)), Backtest)
    assert again == judged


def test_what_speaks_is_named_the_strongest_first(judged: Backtest) -> None:
    """In this town those who are near look at prices and compare."""
    strengths = [abs(one.adds) for one in judged.speaking]
    assert strengths == sorted(strengths, reverse=True)
    nearer = {one.feature.activity for one in judged.speaking if one.adds > 0}
    assert nearer & {"price_viewed", "products_compared"}


def test_a_want_that_no_event_shows_is_refused(view: View) -> None:
    found, refusal = backtest(view, Want.PERSON, "order_completed", 14, rng=np.random.default_rng(1))
    assert found.scorer is None
    assert refusal is not None
    assert "No event of these data shows it" in refusal


PEOPLE = st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1)), min_size=1, max_size=60)


@given(PEOPLE)
def test_no_cell_is_about_fewer_than_five_and_nobody_is_lost(people: list[tuple[int, float]]) -> None:
    found = table(np.array([row for row, _ in people]), np.array([chance for _, chance in people]))
    if found is None:
        assert len(people) < FEWEST
        return
    assert all(n == 0 or n >= FEWEST for line in found.customers for n in line)
    assert found.total == len(people)
    assert [one for row in found.rows for one in row] == list(Relation)
    assert found.ends[0][0] == 0
    assert found.ends[-1][1] == 1
    assert all(left[1] == right[0] for left, right in zip(found.ends, found.ends[1:], strict=False))
    for row, line in zip(found.rows, found.customers, strict=True):
        for (begin, end), n in zip(found.ends, line, strict=True):
            expected = sum(list(Relation)[r] in row and begin <= c and (c < end or end == 1) for r, c in people)
            assert n == expected


def test_large_cells_stay_apart() -> None:
    chance = np.tile(np.array([0.05, BANDS[0], 0.9]), 30)
    found = table(np.repeat(np.arange(3), 30), chance)
    assert found is not None
    assert found.customers == ((10, 10, 10),) * 3
