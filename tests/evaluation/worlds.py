"""Worlds whose truth is known, and the truth."""

from __future__ import annotations

from functools import cache

import numpy as np

from tillit.simulate.meetings import MACHINE, PERSON, STAGES, Market, World, market


def a_market(seed: int, *, customers: int = 4000, world: World = World.EFFECT) -> Market:
    return market(customers, np.random.default_rng([seed, 17]), world=world)


@cache
def true_effects(world: World) -> dict[str, float]:
    """Person minus machine over the free moments of 100,000 other customers: per stage, and `all`."""
    large = market(100_000, np.random.default_rng(2026), world=world)
    free = large.decisions.free
    difference = large.chance[:, PERSON] - large.chance[:, MACHINE]
    stage = large.decisions.stage
    per_stage = {name: float(difference[free & (stage == place)].mean()) for place, name in enumerate(STAGES)}
    return {"all": float(difference[free].mean()), **per_stage}
