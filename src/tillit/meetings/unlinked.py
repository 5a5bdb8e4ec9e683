"""A moment that belongs to nobody: decided by what is asked now, without who asks and what they did before."""

from __future__ import annotations

from dataclasses import replace

from msgspec import UNSET

from tillit.meetings.moment import Moment, Near
from tillit.meetings.policy import Policy
from tillit.readiness.now import Hold

PREFIX = "once:"  # of pseudonyms that stand for one decision and tie it to no other
UNCOUNTED = "uncounted:"  # likewise, of a customer who said no to being counted
SOME_PROMISE = "promise"


def unlinked(moment: Moment, policy: Policy, *, decision_id: str, is_counted: bool = True) -> Moment:
    """The moment as it may be decided and logged without a yes: it fits many customers and names none.

    What a person is due for stays, since that is owed whatever was agreed: a request, a complaint, a need, an unsolved
    case, a broken promise (that there is one; not which), and that they asked to be left alone. The stake is told as
    finely as the policy asks about it, the stage and all that they are near are left out, and nothing is drawn.

    Args:
        is_counted: The customer has not said no to measurement; after a no, no number is made of the decision.
    """
    left_alone = moment.near is not UNSET and Hold.LEFT_ALONE in moment.near.holds
    limit = policy.person_from_minor
    marks = (policy.medium_from_minor, policy.high_from_minor, *(() if limit is None else (limit + 1,)))
    has_open_case = moment.is_known_customer and moment.has_open_case
    return replace(
        moment,
        customer=f"{PREFIX if is_counted else UNCOUNTED}{decision_id}",
        stage=None,
        stake_minor=max((mark for mark in marks if mark <= moment.stake_minor), default=0),
        is_known_customer=has_open_case,
        has_open_case=has_open_case,
        broken_promises=(SOME_PROMISE,) if moment.broken_promises else (),
        may_vary=False,
        known_at={},
        near=Near(holds=(Hold.LEFT_ALONE,)) if left_alone else UNSET,
        lot=UNSET,
    )


def is_unlinked(moment: Moment) -> bool:
    """Whether it belongs to nobody."""
    return moment.customer.startswith((PREFIX, UNCOUNTED))


def is_counted(customer: str) -> bool:
    """Whether a decision about this pseudonym may stand in numbers."""
    return not customer.startswith(UNCOUNTED)
