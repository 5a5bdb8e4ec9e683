"""What a person adds for each declared group of customers: the comparison of the whole log, within a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from tillit.errors import PropensityError
from tillit.evaluation.claims import ALPHA, always_valid
from tillit.evaluation.decisions import Bools
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.log_table import LogTable
from tillit.evaluation.results import Span
from tillit.evaluation.scores import Z_95, Estimate

COMPARED_FROM = 300  # customers of a group with an outcome that was drawn; fewer are counts, not a comparison

Group = tuple[str, str]  # its kind and its value, such as ("language", "nb")


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """What a person adds to the machine in a group; `effect` None where its customers are too few to say.

    Attributes:
        effect: P(good outcome) by a person minus that by a machine; all groups' ranges hold together at every look.
    """

    name: str
    value: str
    customers: int
    effect: Span | None


def group_effects(table: LogTable, members: Mapping[Group, Bools], *, as_of_days: float) -> tuple[GroupEffect, ...]:
    """The effect in each group.

    Args:
        members: By group, shape (n,); whether a decision was of it.
    """
    decisions = table.decisions
    drawn = table.asked & ~np.isnan(decisions.outcome)
    customers = {group: len(np.unique(decisions.customer[drawn & rows])) for group, rows in sorted(members.items())}
    told = sum(count >= COMPARED_FROM for count in customers.values())
    found = []
    for (name, value), count in customers.items():
        effect = None
        if count >= COMPARED_FROM:
            effect = _effect(table, table.asked & members[name, value], as_of_days, alpha=ALPHA / told)
        found.append(GroupEffect(name, value, count, effect))
    return tuple(found)


def _effect(table: LogTable, rows: Bools, as_of_days: float, *, alpha: float) -> Span | None:
    own = table.decisions.take(rows)
    as_one = replace(own, stage=np.zeros(len(own), np.int64), stages=("group",))
    try:
        found = evaluate(as_one, as_of_days=as_of_days).overall
    except PropensityError:
        return None
    if found.person_minus_machine is None or found.low is None or found.high is None:
        return None
    error = (found.high - found.low) / (2 * Z_95)
    estimate = Estimate(found.person_minus_machine, error, found.n, found.n)
    return Span(estimate.value, *always_valid(estimate, alpha=alpha))
