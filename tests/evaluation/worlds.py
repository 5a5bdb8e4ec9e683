"""Worlds whose truth is known, and the truth."""

from __future__ import annotations

from functools import cache

import numpy as np

from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.results import Evaluation
from tillit.simulate.meetings import MACHINE, PERSON, STAGES, Market, World, market


def a_market(seed: int, *, customers: int = 4000, world: World = World.EFFECT) -> Market:
    return market(customers, np.random.default_rng([seed, 17]), world=world)


@cache
def told_of(seed: int, world: World = World.EFFECT) -> Evaluation:
    """What the log of a market of 4,000 customers says; several tests ask the same markets."""
    return evaluate(a_market(seed, world=world).decisions)


@cache
def true_effects(world: World) -> dict[str, float]:
    """Person minus machine over the free moments of 100,000 other customers: per stage, and `all`."""
    large = market(100_000, np.random.default_rng(2026), world=world)
    free = large.decisions.free
    difference = large.chance[:, PERSON] - large.chance[:, MACHINE]
    stage = large.decisions.stage
    per_stage = {name: float(difference[free & (stage == place)].mean()) for place, name in enumerate(STAGES)}
    return {"all": float(difference[free].mean()), **per_stage}
