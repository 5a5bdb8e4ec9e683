from __future__ import annotations

import numpy as np
import pytest

from tillit.credit.plan import Reach, customers_needed, plans
from tillit.credit.trials import Trial, effects
from tillit.errors import QueryError


@pytest.mark.parametrize(("sales", "part", "share"), [(0.1, 0.3, 0.5), (0.3, 0.25, 0.1)])
def test_as_many_customers_as_planned_find_it_in_eight_of_ten(sales: float, part: float, share: float) -> None:
    """Known truth, 200 holdouts of the planned size: 160 are found, 137 to 183 by chance (4 errors)."""
    customers = customers_needed(Reach(100, sales), part, withheld_share=share)
    rng, found = np.random.default_rng(5), 0
    for _ in range(200):
        withheld = np.arange(customers) < round(customers * share)
        bought = rng.poisson(np.where(withheld, sales * (1 - part / 2), sales * (1 + part / 2))).astype(np.float64)
        found += effects([Trial("email", np.arange(customers), withheld, bought, {}, True)])[0].earns
    assert 137 <= found <= 183


def test_more_weeks_and_more_withheld_find_less() -> None:
    found = {(plan.withheld_share, plan.weeks): plan.findable for plan in plans(Reach(2_000, 0.1))}
    assert (found[0.5, 26] or 1) < (found[0.5, 4] or 0)
    assert (found[0.5, 26] or 1) < (found[0.05, 26] or 0)


def test_what_cannot_be_learnt_is_said() -> None:
    """20 customers a week are 520 in half a year: under 3,000 no holdout says anything."""
    assert {plan.findable for plan in plans(Reach(20, 0.1))} == {None}
    assert customers_needed(Reach(20, 0.9), 1.0, withheld_share=0.5) == 3_000
    with pytest.raises(QueryError, match="cannot be looked for"):
        customers_needed(Reach(20, 0.0), 0.1, withheld_share=0.5)
