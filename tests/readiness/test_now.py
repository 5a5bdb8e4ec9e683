"""The customer who is here gets what training would have given, bit for bit; and every point opens its event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from tests.readiness.lives import ACTIVITIES, day
from tests.readiness.town import BEGIN, DAY, a_town
from tillit.journeys.plain_parquet import read_plain_parquet
from tillit.journeys.traces import Traces
from tillit.journeys.view import View
from tillit.readiness.boosted import cut
from tillit.readiness.features import known_at
from tillit.readiness.learn import learn
from tillit.readiness.model import Basis, Curve, Kind, Model
from tillit.readiness.now import Hold, Life, Lived, Scorer, features_now, readiness_now
from tillit.readiness.points import score
from tillit.readiness.quality import Bin
from tillit.readiness.ready import everyone
from tillit.readiness.recipe import Recipe
from tillit.vocabulary import Purpose, Stage

RECIPE = Recipe(("price_viewed", "page_viewed"), ("order_completed",))
EVERY_BIN = (Bin(0.1, 5, 50, 0.05, 0.2), Bin(0.6, 30, 50, 0.5, 0.7))


@dataclass(frozen=True, slots=True)
class Place:
    """A town as training sees it, and its persons one by one."""

    view: View
    lives: tuple[Life, ...]
    traces: tuple[Traces, ...]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("town")
    read = read_plain_parquet(a_town(folder / "town.parquet", persons=500).path, None, work=folder / "work")
    assert read is not None
    view = View(read.events, purpose=Purpose.MEASUREMENT).uncut()
    parts = tuple(view.map(lambda traces: traces))
    lives = [
        Life(traces.activity[begin:end], traces.occurred_at[begin:end], view.names.activity)
        for traces in parts
        for begin, end in zip(traces.offsets[:-1], traces.offsets[1:], strict=True)
    ]
    return Place(view, tuple(lives), parts)


@pytest.fixture(scope="module")
def scorer(place: Place) -> Scorer:
    found = learn(place.view, ("order_completed",), 14, rng=np.random.default_rng(1))
    assert found.model is not None
    assert found.recipe is not None
    assert found.tested is not None
    return Scorer(found.recipe, found.model, 14, found.tested.bins)


@pytest.mark.parametrize("days", [3.0, 40.25, 149.0])
def test_online_features_equal_training_features_bit_for_bit(place: Place, scorer: Scorer, days: float) -> None:
    """At one moment, for all: what training saw of everybody at once, and what is seen of each alone.

    Half of each life stands in the store, the rest came since: it makes no difference where.
    """
    as_of = BEGIN + round(days * DAY)
    seen: dict[int, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    for part in place.traces:
        known = known_at(part, scorer.recipe.coded(place.view.names.activity), as_of, 14)
        seen |= dict(zip(known.first_at.tolist(), known.features, strict=True))
    asked = 0
    for life in place.lives:
        sealed = len(life.activity) // 2
        recent = [
            Lived(int(at), life.names[code], sequence)
            for sequence, (at, code) in enumerate(zip(life.occurred_at, life.activity, strict=True))
        ][sealed:]
        stored = Life(life.activity[:sealed], life.occurred_at[:sealed], life.names)
        for one in (life, stored.with_recent(recent[::-1])):
            alone = features_now(one, scorer.recipe, as_of)
            if alone is None:
                assert int(life.occurred_at[0]) not in seen
                continue
            assert alone[0].tobytes() == seen[int(life.occurred_at[0])].tobytes()
            asked += 1
    assert asked == 2 * len(seen)


def test_online_chances_equal_those_of_everybody(place: Place, scorer: Scorer) -> None:
    found = learn(place.view, ("order_completed",), 14, rng=np.random.default_rng(1))
    as_of = found.as_of or 0
    together = sorted(one.chance for one in everyone(place.view, found))
    alone = [now.chance for life in place.lives if (now := readiness_now(life, scorer, as_of)) is not None]
    assert sorted(alone) == together


def test_what_came_since_goes_where_it_belongs() -> None:
    life = Life(np.array([0, 1], np.int32), np.array([day(1), day(3)]), ("page_viewed", "order_completed"))
    recent = [Lived(day(4), "chair_tried"), Lived(day(2), "page_viewed"), Lived(day(3), "order_completed", 1)]
    both = life.with_recent(recent)
    told = [(at, both.names[code]) for at, code in zip(both.occurred_at.tolist(), both.activity, strict=True)]
    assert told == [
        (day(1), "page_viewed"),
        (day(2), "page_viewed"),
        (day(3), "order_completed"),
        (day(3), "order_completed"),
        (day(4), "chair_tried"),
    ]
    assert life.with_recent(()) is life


WIDTH = len(RECIPE.names)
WEIGHTS = st.lists(st.floats(-3, 3), min_size=WIDTH, max_size=WIDTH)
EVENTS = st.lists(st.tuples(st.floats(0, 60), st.sampled_from(ACTIVITIES)), min_size=1, max_size=12)


def life_of(events: list[tuple[float, str]]) -> Life:
    ordered = sorted(events, key=lambda event: event[0])
    codes = np.array([ACTIVITIES.index(name) for _, name in ordered], np.int32)
    return Life(codes, np.array([day(moment) for moment, _ in ordered], np.int64), ACTIVITIES)


def lines(weights: list[float], typical: list[float]) -> Scorer:
    curves = tuple(map(Curve, weights))
    model = Model(Basis.LEARNT, Kind.LOGISTIC, RECIPE.names, curves, tuple(typical), -2.0, 100)
    return Scorer(RECIPE, model, 14, EVERY_BIN)


def stairs(seed: int) -> Scorer:
    rng = np.random.default_rng(seed)
    edges = cut(rng.random((200, WIDTH)) * 3).edges
    curves = tuple(Curve(0.0, tuple(one.tolist()), tuple(rng.normal(0, 1, len(one) + 1).tolist())) for one in edges)
    model = Model(Basis.LEARNT, Kind.BOOSTED, RECIPE.names, curves, tuple(rng.normal(0, 1, WIDTH)), -2.0, 100)
    return Scorer(RECIPE, model, 14, EVERY_BIN)


SCORERS = st.one_of(st.builds(lines, WEIGHTS, WEIGHTS), st.builds(stairs, st.integers(0, 99)))


@given(EVENTS, SCORERS, st.floats(0, 70))
def test_a_score_is_the_sum_of_its_log_and_every_point_opens_its_events(
    events: list[tuple[float, str]], scorer: Scorer, moment: float
) -> None:
    life, at = life_of(events), day(moment)
    now, told = readiness_now(life, scorer, at), score(life, scorer, at)
    if now is None or told is None:
        assert now is None
        assert told is None
        return
    # As chances: one of nearly 1 has no digits left for its odds.
    assert now.chance == pytest.approx(expit(told.log_odds), rel=1e-6, abs=0)
    for point in told.points:
        assert point.shares
        assert sum(share.adds for share in point.shares) == pytest.approx(point.adds)
        assert all(life.occurred_at[share.place] <= at for share in point.shares)


@given(EVENTS, EVENTS, SCORERS)
def test_after_an_import_and_a_merge_the_score_is_still_its_log(
    one: list[tuple[float, str]], other: list[tuple[float, str]], scorer: Scorer
) -> None:
    """More events of the same person, or two persons found to be one: the log is that of the life as it is now."""
    merged = life_of([*one, *other])
    brought = life_of(one).with_recent([Lived(day(moment), name) for moment, name in other])
    for life in (merged, brought):
        now, told = readiness_now(life, scorer, day(61)), score(life, scorer, day(61))
        assert now is not None
        assert told is not None
        assert now.chance == pytest.approx(expit(told.log_odds), rel=1e-6, abs=0)


PLAIN = lines([0.0] * WIDTH, [0.0] * WIDTH)
READING = [(float(d), "price_viewed") for d in (20, 22, 25)]


@pytest.mark.parametrize(
    ("events", "left_alone", "holds"),
    [
        ([(29, "price_viewed")], False, ()),
        ([(24, "order_completed")], False, (Hold.JUST_BOUGHT,)),
        ([(20, "order_completed")], False, ()),
        ([(20, "complaint_made")], False, (Hold.OPEN_COMPLAINT,)),
        ([(20, "complaint_made"), (20, "ticket_solved")], False, ()),
        ([(29, "price_viewed")], True, (Hold.LEFT_ALONE,)),
        (READING, False, (Hold.CALM,)),
        ([*READING, (26, "order_completed")], False, (Hold.JUST_BOUGHT,)),
    ],
)
def test_what_speaks_against_an_offer_is_said(
    events: list[tuple[float, str]], left_alone: bool, holds: tuple[Hold, ...]
) -> None:
    now = readiness_now(life_of(events), PLAIN, day(30), left_alone=left_alone)
    assert now is not None
    assert now.holds == holds


def test_the_stage_is_that_of_the_last_event_which_has_one() -> None:
    now = readiness_now(life_of([(1, "page_viewed"), (2, "price_viewed"), (3, "help_viewed")]), PLAIN, day(4))
    assert now is not None
    assert now.stage is Stage.COMPARE
    assert now.low <= now.chance <= now.high
    assert readiness_now(life_of([(5, "page_viewed")]), PLAIN, day(4)) is None
