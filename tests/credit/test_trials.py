from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.credit.made import paths_in, trials_of
from tillit.credit.baseline import Known
from tillit.credit.side_by_side import credit
from tillit.credit.trials import Trial, effects, lost_together
from tillit.credit.vocabulary import Evidence, Model
from tillit.simulate.touches import NAMES, touches_world

WORLDS, CUSTOMERS = 60, 12_000
FEW_WORLDS = 6
IDLE = [NAMES.index("brand_search"), NAMES.index("retarget")]  # add nothing, and stand on the way of many sales


def test_ranges_hold_the_truth_and_names_that_add_nothing_are_not_said_to_earn() -> None:
    """Known truth. 95 % of 480 is 456, and chance makes that 437 to 475 (4 errors); half as wide a range holds 320.

    A false claim for one of two idle names comes in at most 5 % of worlds: 3 of 60; more than 9 is no chance.
    """
    held = claimed = together = 0
    for seed in range(WORLDS):
        world = touches_world(np.random.default_rng([seed, 1]), customers=CUSTOMERS)
        found, truth = effects(trials_of(world)), world.lost * CUSTOMERS
        held += sum(
            one.low <= lost <= one.high
            for one, lost in zip(found, truth.tolist(), strict=True)
            if one.low is not None and one.high is not None
        )
        claimed += any(found[code].earns for code in IDLE)
        both = lost_together([trials_of(world)[code] for code in (0, 4)])
        assert both is not None
        together += both[1] <= truth[0] + truth[4] <= both[2]
    assert 437 <= held <= 475
    assert claimed <= 9
    assert together >= 50


def test_the_error_is_that_of_two_means() -> None:
    """Independent: scipy-free formula of a difference of means, times the customers who met it."""
    world = touches_world(np.random.default_rng(2), customers=CUSTOMERS)
    trial = trials_of(world)[5]
    held = trial.withheld
    sides = [trial.conversions[held], trial.conversions[~held]]
    error = np.sqrt(sum(side.var(ddof=1) / len(side) for side in sides)) * len(sides[1])
    effect = effects([trial])[0]
    assert effect.error == pytest.approx(error, rel=1e-3)
    assert effect.lost == pytest.approx(len(sides[1]) * (sides[1].mean() - sides[0].mean()))
    assert effect.value_minor is not None
    assert effect.value_minor["SEK"] == pytest.approx(
        len(sides[1]) * (trial.value_minor["SEK"][~held].mean() - trial.value_minor["SEK"][held].mean()), abs=1
    )


@pytest.mark.parametrize(
    ("customers", "withheld", "sales"), [(2_999, 1_500, 900), (20_000, 99, 9_000), (9_000, 900, 50)]
)
def test_a_holdout_that_is_too_small_says_nothing(customers: int, withheld: int, sales: int) -> None:
    rows = np.arange(customers)
    trial = Trial("email", rows, rows < withheld, (rows % (customers // sales) == 0).astype(float), {}, True)
    effect = effects([trial])[0]
    assert (effect.evidence, effect.lost, effect.earns) == (Evidence.FEW, None, False)
    assert lost_together([trial]) is None


def test_the_more_names_are_tried_the_more_each_must_show() -> None:
    """Holm by hand: three names with p of 0.01, 0.02 and 0.04 get 0.03, 0.04 and 0.04."""
    from tillit.credit.trials import _holm

    assert_allclose(_holm([0.04, 0.01, 0.02]), [0.04, 0.03, 0.04])


def test_who_else_was_drawn_is_the_weakest_assumption_where_it_is_not_known() -> None:
    world = touches_world(np.random.default_rng(3), customers=CUSTOMERS)
    trial = trials_of(world)[0]
    unsure = Trial(trial.name, trial.person, trial.withheld, trial.conversions, trial.value_minor, False)
    known, not_known = effects([trial])[0].assumptions, effects([unsure])[0].assumptions
    assert not_known[1:] == known
    assert "seen in the data as often" in not_known[0]


def test_holdouts_put_the_model_and_the_baseline_right() -> None:
    """Known truth, a fifth withheld: put right by the holdouts, the chain errs less than either alone, about as much is
    handed out as is true, and its ranges hold the truth."""
    errors = {"model": 0.0, "holdouts": 0.0, "put right": 0.0}
    handed = held = 0.0
    for seed in range(FEW_WORLDS):
        world = touches_world(np.random.default_rng([seed, 2]), customers=CUSTOMERS, held_share=0.2)
        rng = np.random.default_rng(seed)
        answer = credit(paths_in(world), (Model.MARKOV,), rng, trials=trials_of(world))
        truth = dict(zip(NAMES, (world.lost * CUSTOMERS).tolist(), strict=True))
        alone = credit(paths_in(world), (Model.MARKOV,), rng).models[0].shares
        errors["model"] += sum(abs(share.conversions - truth[share.name]) for share in alone)
        errors["holdouts"] += sum(abs((one.lost or 0) - truth[one.name]) for one in answer.effects)
        errors["put right"] += sum(abs(share.conversions - truth[share.name]) for share in answer.corrected)
        held += sum(share.low <= truth[share.name] <= share.high for share in answer.corrected)
        handed += sum(share.conversions for share in answer.corrected) / sum(truth.values()) / FEW_WORLDS
        base, shares = answer.baseline, answer.models[0].shares
        assert base.known is Known.HOLDOUT
        assert {share.evidence for share in shares} == {Evidence.HOLDOUT}
        assert sum(share.conversions for share in shares) + (base.conversions or 0) == pytest.approx(
            answer.total.conversions
        )
    assert errors["put right"] < min(errors["holdouts"], errors["model"])
    assert 0.8 < handed < 1.25
    assert held >= 0.8 * FEW_WORLDS * len(NAMES)
