"""Customers who stay on an earlier table by lot, so that their whole way shows what the table of today changes.

A moment's effect leaves the history as it was. The lot falls once for a customer and a name, without a draw at any
decision: who is kept at one stage is kept at every stage of that name. It falls for the identifier that a person comes
with first; others of theirs follow it once they are known to be theirs (`Moment.lot`).
"""

from __future__ import annotations

import hashlib

from msgspec import UNSET

from tillit.meetings.moment import Moment
from tillit.meetings.policy import Policy
from tillit.meetings.unlinked import is_unlinked

KEPT_SHARE = 0.05  # of the customers; the others go by the table of today
KEPT, USUAL = "kept:", "usual:"
HOLDOUT = "meetings"  # what is withheld from the kept, as events and credit name it: the table of today


def experiment_of(moment: Moment, policy: Policy) -> str | None:
    """The side of the lot that a customer is on, as the log names it: `kept:NAME` or `usual:NAME`.

    None where no customers are kept, the stage is none of those or not told, nobody may be known, or they said "do not
    vary my service".
    """
    kept = policy.kept
    if kept is None or moment.stage not in kept.stages or not moment.may_vary or is_unlinked(moment):
        return None
    if moment.lot is not UNSET and name_of(moment.lot) == kept.name:
        return moment.lot
    return f"{KEPT if is_kept(moment.customer, kept.name) else USUAL}{kept.name}"


def is_kept(customer: str, name: str) -> bool:
    """Whether the lot of this name keeps a customer: the same for ever, and independent of every other name."""
    digest = hashlib.sha256(f"{name}\n{customer}".encode()).digest()
    return int.from_bytes(digest[:8]) < KEPT_SHARE * 2**64


def name_of(experiment: str) -> str:
    """The name of the lot that a side is of."""
    return experiment.partition(":")[2]


def as_credit_reads_it(experiment: str | None) -> str | None:
    """The side as an event's property `holdout` says it (docs/methods/credit.md); None outside."""
    if experiment is None:
        return None
    return HOLDOUT if experiment.startswith(KEPT) else f"{HOLDOUT}=0"
