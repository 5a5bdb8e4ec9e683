"""Outcomes that are not there yet: neither failures nor missing at random, for some actions take longer than others."""

from __future__ import annotations

import numpy as np

from tillit.errors import InputError
from tillit.evaluation.decisions import Bools, Decisions, Floats
from tillit.survival import survival

LEAST_SHARE = 0.2  # an outcome seen for one in five only would count five times; younger decisions wait


def seen_weights(decisions: Decisions, *, as_of_days: float) -> Floats:
    """1 / P(the outcome is known by now | action, age), where it is known; 0 where it is not.

    How long outcomes take is estimated for each action from all its decisions, those still waiting too
    (`survival`). Assumed: how long it takes depends on the action, not on how it ends. A log that tells no times says
    of which share of decisions like this one the outcome is known; then those stand for the others like them.

    Args:
        as_of_days: When the log was cut, on the clock of `at_days`.

    Returns:
        Shape (n,); NaN for decisions too young to be judged: fewer than one in five of their age is known.

    Raises:
        InputError: Outcomes are missing and nothing says how long they take.
    """
    known = ~np.isnan(decisions.outcome)
    if known.all():
        return np.ones(len(decisions))
    if decisions.known_share is not None:
        share = np.where(np.isnan(decisions.known_share), 1.0, decisions.known_share)
    else:
        share = _shares_by_age(decisions, known, as_of_days)
    young = np.where(decisions.eligible, share, 1.0).min(axis=1) < LEAST_SHARE
    taken = np.take_along_axis(share, decisions.action[:, None], axis=1)[:, 0]
    weights = np.where(known, 1 / np.maximum(taken, LEAST_SHARE), 0.0)
    return np.where(young, np.nan, weights)


def _shares_by_age(decisions: Decisions, known: Bools, as_of_days: float) -> Floats:
    """P(the outcome is known by now | action, age) of each decision and action; shape (n, k)."""
    if decisions.delay_days is None:
        missing = int((~known).sum())
        raise InputError(
            f"{missing:,} of {len(decisions):,} outcomes are empty, and nothing says how long outcomes take, so slow "
            "actions could not be told from bad ones. Add a column outcome_delay_days, or leave out decisions that "
            "are younger than the slowest outcome."
        )
    age = as_of_days - decisions.at_days
    share = np.ones(decisions.eligible.shape)
    for action in range(len(decisions.actions)):
        of_action = decisions.action == action
        if of_action.any():
            length = np.where(known, decisions.delay_days, age)[of_action]
            share[:, action] = 1 - survival(length, known[of_action]).at(age)
    return share
