from __future__ import annotations

from math import sqrt

import numpy as np

from tillit.simulate.steps import steps_world


def test_the_planted_chances_are_in_what_happened() -> None:
    world = steps_world(np.random.default_rng(7), visits_a_step=5_000)
    assert world.bad.sum() == 8
    for small in (False, True):
        for new in (False, True):
            for bad in (False, True):
                here = (world.small_screen == small) & (world.new_customer == new) & (world.bad[world.step] == bad)
                chance = 0.08 + 0.10 * small + 0.08 * new + 0.06 * bad
                spread = sqrt(chance * (1 - chance) / here.sum())
                assert abs(world.left[here].mean() - chance) < 4 * spread
                log_wait = 3.0 + 0.2 * small + 0.2 * new + 0.25 * bad
                assert abs(np.log(world.seconds[here]).mean() - log_wait) < 4 * 0.6 / sqrt(here.sum())


def test_the_mix_confounds() -> None:
    """Without friction the steps' plain rates still spread far beyond chance."""
    world = steps_world(np.random.default_rng(8), visits_a_step=2_000, bad=0)
    rates = np.bincount(world.step, world.left) / 2_000
    assert rates.std() > 3 * sqrt(0.17 * 0.83 / 2_000)
    assert not world.excess.any()
