"""What a share would be if every second touch were not noted: against touches truly left out, one by one."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given

from tests.credit.made import Row, made, rows
from tillit.credit.coalitions import coalitions
from tillit.credit.paths import Paths, Way, paths_of
from tillit.credit.sensitivity import Sensitivity, sensitivity

WAYS = (
    ("store", 400, 300), ("store > email > store", 200, 100), ("email > ads", 300, 900), ("ads > store", 150, 50),
    ("email", 100, 400), ("", 50, 950), ("store > ads > store > email > store", 80, 20),
)  # fmt: skip


def whole() -> Paths:
    return made(*((way, sold, not_sold, 0) for way, sold, not_sold in WAYS))


def of(paths: Paths, shared: float | None = None) -> dict[str, Sensitivity]:
    touched = float(paths.conversions[paths.lengths > 0].sum()) if shared is None else shared
    return {one.name: one for one in sensitivity(paths, np.random.default_rng(2), shared=touched)}


def left_out(name: str, chance: Random) -> Paths:
    """Every sale and every way by itself, each touch of the name on it thrown for."""
    walked: Counter[tuple[tuple[str, ...], bool]] = Counter()
    for way, sold, not_sold in WAYS:
        touches = [touch for touch in way.split(" > ") if touch]
        for number in range(sold + not_sold):
            kept = tuple(touch for touch in touches if touch != name or chance.random() < 0.5)
            walked[kept, number < sold] += 1
    return paths_of(Way(way, n if sold else 0, 0 if sold else n, {}) for (way, sold), n in walked.items())


@pytest.mark.parametrize("name", ["store", "email", "ads"])
def test_it_is_what_leaving_touches_out_would_give(name: str) -> None:
    """Known truth: 60 drawings of all ways, touch by touch. Their mean is the number, within 4 of its errors."""
    chance, said = Random(11), of(whole())[name]
    shares, parts, inside = [], [], 0
    for _ in range(60):
        drawn = left_out(name, chance)
        share = sum(one.each for one in coalitions(drawn) if name in one.names) / drawn.conversions.sum()
        shares.append(share)
        parts.append(float(drawn.conversions[drawn.meets([name])].sum()))
        inside += said.low <= share <= said.high
    assert said.share_then == pytest.approx(np.mean(shares), abs=4 * np.std(shares) / 60**0.5)
    assert said.part_of_then == pytest.approx(np.mean(parts), abs=4 * np.std(parts) / 60**0.5)
    assert inside >= 57, "the range holds these drawings, and other customers beside them"


def test_a_shop_that_stood_alone_halves_and_one_met_often_hardly_moves() -> None:
    once = of(made(("store", 400, 0, 0), ("email", 600, 0, 0)))["store"]
    assert (once.part_of, once.part_of_then, once.share, once.share_then) == (400, 200, 0.4, 0.2)
    assert once.to_nobody == pytest.approx(0.2)
    often = of(made((" > email > ".join(["store"] * 4), 400, 0, 0), ("email", 600, 0, 0)))["store"]
    assert often.part_of_then == 400 * (1 - 0.5**4)
    assert often.to_nobody == 0


@given(rows())
def test_what_is_missing_goes_to_others_or_nobody_and_nothing_is_made(found: list[Row]) -> None:
    paths = made(*found)
    shared = 0.8 * float(paths.conversions[paths.lengths > 0].sum())
    by_name = of(paths, shared)
    assert sum(one.share for one in by_name.values()) == pytest.approx(shared / paths.conversions.sum())
    for one in by_name.values():
        assert 0 <= one.to_nobody <= one.share - one.share_then + 1e-12
        assert one.share / 2 - 1e-12 <= one.share_then <= one.share, "half of the touches keep at least half of it"
        assert 0 <= one.low <= one.share_then <= one.high
    shuffled = of(made(*Random(3).sample(found, len(found))), shared)
    assert shuffled == by_name
