"""The judge of a simulated market: what a rule is truly worth there, and how well scarce people are given out."""

from __future__ import annotations

import numpy as np

from tillit.evaluation.decisions import Decisions, Floats, Ints
from tillit.evaluation.learning import allowed
from tillit.evaluation.outcome_model import Design, predicted
from tillit.evaluation.worth import action_costs, expected_worth
from tillit.meetings.waits import Demand, shadow_price
from tillit.readiness.logistic import fit_logistic
from tillit.simulate.meetings import MACHINE, PERSON, STAGES, Market

WITH_A_PERSON = tuple(STAGES.index(name) for name in ("decide", "repair", "renew"))


def machine(decisions: Decisions) -> Ints:
    return allowed(decisions, MACHINE)


def matrix(decisions: Decisions) -> Ints:
    """The rule a shop manager would write: a person where it is late, intricate and worth more than 40."""
    context = dict(zip(decisions.context_names, decisions.context.T, strict=True))
    late = np.isin(decisions.stage, WITH_A_PERSON)
    return np.where(late & (context["complexity"] > 0.5) & (context["stake"] > 40), PERSON, machine(decisions))


def best(market: Market) -> Ints:
    """What somebody who knows every chance would take."""
    found: Ints = np.where(market.decisions.eligible, market.rewards, -np.inf).argmax(axis=1)
    return found


def worth(market: Market, actions: Ints) -> float:
    """Mean true reward per free moment."""
    taken = market.rewards[np.arange(len(actions)), actions]
    return float(taken[market.decisions.free].mean())


def share_of_oracle(market: Market, history: int, budget: float) -> float:
    """Gain over the machine where a person can take a share of the free moments, as a share of the oracle's.

    Args:
        history: Customers with a lower code are learnt from; the others are given out.
        budget: Share of the free moments of the others.
    """
    decisions = market.decisions
    seen = np.flatnonzero(decisions.customer < history)
    design = Design(decisions)
    weights = fit_logistic(design.taken(decisions.action, seen), decisions.outcome[seen], design.ridge)
    known = decisions.customer < history
    rows = np.flatnonzero(~known & decisions.free)
    chances = predicted(design, weights, rows, actions=len(decisions.actions))
    expected = expected_worth(decisions.take(rows), chances, action_costs(decisions, known))
    true = market.rewards[rows, PERSON] - market.rewards[rows, MACHINE]
    found, ideal = (_given_out(gain, true, budget) for gain in (expected[:, PERSON] - expected[:, MACHINE], true))
    return found / ideal


def _given_out(gain: Floats, true: Floats, budget: float) -> float:
    """True gain where a person goes wherever the gain a minute beats the shadow price."""
    minutes = int(budget * len(gain))
    price = shadow_price([Demand(float(one), 1.0) for one in gain], minutes=minutes)
    return float(true[gain > max(price, 0.0)].sum())
