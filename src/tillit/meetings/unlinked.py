"""A moment that belongs to nobody: decided by what is asked now, without who asks and what they did before."""

from __future__ import annotations

from dataclasses import replace

from tillit.meetings.moment import Moment
from tillit.meetings.policy import Policy

PREFIX = "once:"  # of pseudonyms that stand for one decision and tie it to no other
SOME_PROMISE = "promise"


def unlinked(moment: Moment, policy: Policy, *, decision_id: str) -> Moment:
    """The moment as it may be decided and logged without a yes: it fits many customers and names none.

    What a person is due for stays, since that is owed whatever was agreed: a request, a complaint, a need, an unsolved
    case, a broken promise (that there is one; not which). The stake is told as finely as the policy asks about it, the
    stage is left out, and nothing is drawn.
    """
    limit = policy.person_from_minor
    marks = (policy.medium_from_minor, policy.high_from_minor, *(() if limit is None else (limit + 1,)))
    has_open_case = moment.is_known_customer and moment.has_open_case
    return replace(
        moment,
        customer=f"{PREFIX}{decision_id}",
        stage=None,
        stake_minor=max((mark for mark in marks if mark <= moment.stake_minor), default=0),
        is_known_customer=has_open_case,
        has_open_case=has_open_case,
        broken_promises=(SOME_PROMISE,) if moment.broken_promises else (),
        may_vary=False,
        known_at={},
    )


def is_unlinked(moment: Moment) -> bool:
    """Whether it belongs to nobody."""
    return moment.customer.startswith(PREFIX)
