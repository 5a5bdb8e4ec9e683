"""A market of moments whose truth is known: what every action would have brought, at every moment.

A logged policy draws among machine, person, specialist and callback; it favours the warm and the late stages, so that
those who met a person differ from those who did not. Guardrails come first. What an estimator may see is in
`Decisions`; `chance` is for the judge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy.special import expit, softmax

from tillit.evaluation.decisions import Bools, Decisions, Floats, Ints

ACTIONS = ("machine", "person", "specialist", "callback")
MACHINE, PERSON, SPECIALIST, CALLBACK = range(4)
STAGES = ("discover", "compare", "decide", "start", "use", "repair", "renew")  # what customers are at
COSTS = np.array([0.2, 4.0, 9.0, 3.0])
FLOOR = 0.05
MOST_MOMENTS = 4
DAYS = 60.0
FULL_QUEUE = 12
CARRIED = 0.5  # logits, at every moment after the first with a person
DRAWN = -1
P_MET_IN_A_WEEK = 0.08
BRAND_LIMIT = 250.0  # above this stake a person is due
CONTEXT = ("stake", "complexity", "friction", "warmth", "tenure", "relation", "queue")

# How the odds of a good outcome change against the machine, in logits: rows stages, columns actions.
_EFFECTS = np.array(
    [
        [0.0, -0.45, -0.55, -0.60],  # an unasked person disturbs
        [0.0, 0.00, 0.10, -0.10],
        [0.0, 0.60, 0.80, 0.30],
        [0.0, 0.25, 0.20, 0.10],
        [0.0, 0.00, 0.00, 0.00],
        [0.0, 0.90, 1.20, 0.50],  # something is broken, and a person helps
        [0.0, 0.35, 0.30, 0.20],
    ]
)
_BASE = np.array([-1.9, -1.5, -1.1, -0.4, 0.6, -0.6, 0.1])


class World(StrEnum):
    """What is true of persons in it."""

    EFFECT = "effect"  # they help at some stages, change nothing at others, and disturb at one
    NONE = "none"  # nothing changes any outcome
    HARM = "harm"  # they lower it everywhere
    SELF_SELECTED = "self_selected"  # no effect; the choice followed a warmth that nobody logged
    DRIFT = "drift"  # as `effect` in the first half, no effect in the second
    CARRY_OVER = "carry_over"  # as `effect`, and whoever has met a person is easier to help at later moments


@dataclass(frozen=True, slots=True)
class Market:
    """`chance`: shape (n, k); the true P(good outcome) of every action at every moment."""

    decisions: Decisions
    chance: Floats

    @property
    def rewards(self) -> Floats:
        """Shape (n, k); the true mean reward of every action."""
        if self.decisions.value is None:
            raise ValueError("a market's decisions have a value")
        found: Floats = self.decisions.value[:, None] * self.chance - COSTS
        return found


def market(
    customers: int,
    rng: np.random.Generator,
    *,
    world: World = World.EFFECT,
    kept_on: Ints | None = None,
    floor: float = FLOOR,
) -> Market:
    """Moments of so many customers, each with one to four, over two months.

    Args:
        kept_on: Shape (customers,); the action with which a customer is met wherever it is allowed, or `DRAWN` for one
            that the logging policy draws for. Every kept customer is marked so in the log.
        floor: The least probability of an eligible action; 0: the rule alone decides, and nothing is drawn.
    """
    warmth = rng.normal(0, 0.7, customers)  # nobody sees it
    tenure, relation = rng.gamma(1.5, 1.5, customers), rng.beta(2, 2, customers)
    loyal = (tenure > 6) & (rng.random(customers) < 0.8)
    states_need = rng.random(customers) < 0.03
    moments = rng.integers(1, MOST_MOMENTS + 1, customers)
    begins = rng.uniform(0, DAYS * 0.8, customers)
    customer = np.repeat(np.arange(customers), moments)
    nth = np.arange(len(customer)) - np.repeat(np.cumsum(moments) - moments, moments)
    n = len(customer)
    stage = np.minimum(rng.integers(0, 5, n) + nth, len(STAGES) - 1)
    at_days = np.minimum(begins[customer] + rng.exponential(4.0, n) * nth, DAYS)
    context = {
        "stake": np.minimum(np.exp(rng.normal(3.6, 0.9, n)), 400.0),
        "complexity": rng.beta(2, 2, n),
        "friction": np.minimum(rng.poisson(1.0, n), 6).astype(np.float64),
        "warmth": expit(0.8 * warmth[customer] + rng.normal(0, 0.8, n)),
        "tenure": tenure[customer],
        "relation": relation[customer],
        "queue": np.minimum(rng.poisson(5 + 3 * rng.random(n)), 20).astype(np.float64),
    }
    complains = rng.random(n) < np.where(stage == STAGES.index("repair"), 0.15, 0.02)
    due = (
        complains | loyal[customer] | states_need[customer] | (rng.random(n) < 0.06) | (context["stake"] > BRAND_LIMIT)
    )
    eligible = np.ones((n, len(ACTIONS)), np.bool_)
    eligible[due, MACHINE] = False
    eligible[context["queue"] >= FULL_QUEUE, SPECIALIST] = False
    seen_by_staff = warmth[customer] if world is World.SELF_SELECTED else np.zeros(n)
    propensity = _logging_policy(context, stage, eligible, seen_by_staff, floor)
    kept = np.full(n, DRAWN) if kept_on is None else kept_on[customer]
    propensity = np.where((kept == DRAWN)[:, None], propensity, _as_kept(kept, eligible))
    action = (propensity.cumsum(axis=1) < rng.random(n)[:, None]).sum(axis=1).clip(0, len(ACTIONS) - 1)
    met = _met_before(action, customer) if world is World.CARRY_OVER else np.zeros(n, np.bool_)
    chance = _chance(context, stage, at_days, warmth[customer] + CARRIED * met, world)
    good = rng.random(n) < chance[np.arange(n), action]
    delay = rng.exponential(np.where(action == CALLBACK, 6.0, 2.0))
    decisions = Decisions(
        customer=customer,
        at_days=at_days,
        stage=stage,
        stages=STAGES,
        actions=ACTIONS,
        machine=MACHINE,
        person=PERSON,
        eligible=eligible,
        propensity=np.full_like(propensity, np.nan) if world is World.SELF_SELECTED else propensity,
        action=action,
        outcome=good.astype(np.float64),
        delay_days=delay,
        context=np.column_stack([context[name] for name in CONTEXT]),
        context_names=CONTEXT,
        value=context["stake"],
        reward=context["stake"] * good - COSTS[action],
        kept=None if kept_on is None else kept != DRAWN,
    )
    order = np.argsort(at_days, kind="stable")
    return Market(decisions.take(order), chance[order])


@dataclass(frozen=True, slots=True)
class Stays:
    """Customers who leave when they leave, and whom people meet while they are there: a meeting changes nothing.

    Attributes:
        weeks: Shape (customers,); how many weeks each was there, at most `of_weeks`.
        met_in: Shape (customers,); the week of the first meeting from 0, −1 for those never met.
        stayed: Shape (customers,); whether the customer was there at the end.
    """

    weeks: Ints
    met_in: Ints
    stayed: Bools
    of_weeks: int


def stays(customers: int, rng: np.random.Generator, *, of_weeks: int = 26) -> Stays:
    """Each week 6 in 100 leave, whatever happens, and 8 in 100 of those who were never met are met."""
    left, met = rng.geometric(0.06, customers), rng.geometric(P_MET_IN_A_WEEK, customers)
    weeks = np.minimum(left, of_weeks)
    return Stays(weeks, np.where(met <= weeks, met - 1, -1), left > of_weeks, of_weeks)


def cut(market_: Market, *, as_of_days: float) -> Decisions:
    """The log as it stood on a day: later decisions are not there, and outcomes that take longer are not known."""
    decisions = market_.decisions
    decisions = decisions.take(decisions.at_days <= as_of_days)
    if decisions.delay_days is None:
        raise ValueError("a market's decisions have delays")
    late = decisions.at_days + decisions.delay_days > as_of_days
    return replace(
        decisions,
        outcome=np.where(late, np.nan, decisions.outcome),
        delay_days=np.where(late, np.nan, decisions.delay_days),
        reward=None if decisions.reward is None else np.where(late, np.nan, decisions.reward),
    )


def _met_before(action: Ints, customer: Ints) -> Bools:
    """Shape (n,); whether an earlier moment of the same customer was with a person. A customer's rows are in order."""
    with_person = (action != MACHINE).astype(np.int64)
    so_far = with_person.cumsum() - with_person
    first = np.r_[True, customer[1:] != customer[:-1]]
    before: Bools = so_far - np.maximum.accumulate(np.where(first, so_far, 0)) > 0
    return before


def _as_kept(kept: Ints, eligible: Bools) -> Floats:
    """Shape (n, k); the action a customer is kept on where it is allowed, a person elsewhere."""
    allowed = eligible[np.arange(len(kept)), kept]
    return np.eye(len(ACTIONS))[np.where(allowed, kept, PERSON)]


def _logging_policy(
    context: dict[str, Floats], stage: Ints, eligible: Bools, seen_by_staff: Floats, floor: float
) -> Floats:
    """A sensible rule, softened, with a floor for every eligible action; its likeliest action alone if that is 0."""
    person = 1.5 * (context["complexity"] - 0.5) + 3.0 * (context["warmth"] - 0.5)
    person += 0.3 * (stage - 2) - 0.06 * context["queue"] + 1.2 * seen_by_staff
    score = np.column_stack(
        [
            np.full(len(stage), 0.6),
            person,
            person + 0.8 * (context["stake"] > 100) - 0.5,
            -0.6 + 0.05 * context["queue"] + 1.2 * seen_by_staff,
        ]
    )
    soft = softmax(np.where(eligible, score, -np.inf), axis=1)
    if floor == 0:
        likeliest: Floats = np.eye(len(ACTIONS))[soft.argmax(axis=1)]
        return likeliest
    share = 1 - floor * eligible.sum(axis=1, keepdims=True)
    found: Floats = np.where(eligible, floor + share * soft, 0.0)
    return found


def _chance(context: dict[str, Floats], stage: Ints, at_days: Floats, warmth: Floats, world: World) -> Floats:
    base = _BASE[stage] + 1.2 * (context["warmth"] - 0.5) - 0.25 * (context["friction"] - 1)
    base = base + 0.03 * context["tenure"] + warmth
    if world in (World.NONE, World.SELF_SELECTED):
        effect = np.zeros((len(stage), len(ACTIONS)))
    elif world is World.HARM:
        effect = np.tile([0.0, -0.4, -0.5, -0.4], (len(stage), 1))
    else:
        effect = _EFFECTS[stage].copy()
        mixed = (
            1.0 * (context["complexity"] - 0.5) + 0.20 * (context["friction"] - 1) + 0.5 * (context["relation"] - 0.5)
        )
        effect[:, 1:] += mixed[:, None]
        effect[:, PERSON] -= 0.04 * context["queue"]
        effect[:, SPECIALIST] += 0.6 * (context["complexity"] - 0.5) - 0.05 * context["queue"]
        if world is World.DRIFT:
            effect[at_days > DAYS / 2] = 0.0
    found: Floats = expit(base[:, None] + effect)
    return found
