"""No decision treats a loyal customer worse than a stranger: held against a policy before it is followed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from tillit.errors import QueryError
from tillit.meetings.actions import ANYONE, PEOPLE
from tillit.meetings.decide import Decision, decide
from tillit.meetings.moment import Capacity, Desk, Moment
from tillit.meetings.policy import Policy
from tillit.meetings.policy_files import parse_policy
from tillit.sentences import sentence
from tillit.vocabulary import Errand, Stage

_AT = 1_800_000_000_000_000  # any time: what is asked is whether two decisions at the same one differ
_DESKS: tuple[Mapping[str, Capacity], ...] = (
    {},
    {ANYONE: Capacity(free=1)},
    {ANYONE: Capacity(queue=3, wait_seconds=240.0, price_minor=1_000.0, next_call_at=_AT + 3_600_000_000)},
)


@dataclass(frozen=True, slots=True)
class Worse:
    """A moment at which a known customer would be met worse than a stranger, all else being equal."""

    moment: Moment
    p_person_known: float
    p_person_stranger: float


Choose = Callable[[Moment, Policy, Desk], Decision]


def as_decided(moment: Moment, policy: Policy, desk: Desk) -> Decision:
    """What decides today."""
    return decide(moment, policy, desk, draw=0.5, decision_id="parity")


def worse_for_loyal(policy: Policy, *, choose: Choose = as_decided) -> tuple[Worse, ...]:
    """Where a known customer has less chance of a person, or a longer way to one, than a stranger; () if nowhere.

    Every errand, stage, reason for a person and stake around the policy's own marks is tried, with nobody at work, with
    somebody free and with a queue.

    Args:
        choose: What decides under the policy.
    """
    found = []
    for moment in _moments(policy):
        of_known = replace(moment, is_known_customer=True)
        for desk in _DESKS:
            stranger, known = choose(moment, policy, desk), choose(of_known, policy, desk)
            if _p_person(known) < _p_person(stranger) - 1e-12 or _way(known) > _way(stranger):
                found.append(Worse(moment, _p_person(known), _p_person(stranger)))
    return tuple(found)


def check_parity(policy: Policy, *, choose: Choose = as_decided) -> None:
    """Refuse a policy under which loyalty costs something.

    Raises:
        QueryError: It names the first moment at which it would.
    """
    worse = worse_for_loyal(policy, choose=choose)
    if worse:
        raise QueryError(
            sentence(
                "At {errand} a known customer would be met worse than a stranger ({known} of 100 by a person, not "
                "{stranger}). No policy may: take out what tells them apart.",
                errand=worse[0].moment.errand.value,
                known=round(100 * worse[0].p_person_known),
                stranger=round(100 * worse[0].p_person_stranger),
            )
        )


@lru_cache(maxsize=16)
def check_parity_of(text: str, currency: str | None) -> None:
    """`check_parity` of a policy as it is written: a text that passed is not asked again in this process.

    Raises:
        FileError: It is no policy.
        QueryError: As `check_parity`.
    """
    check_parity(parse_policy(text, name="policy", version=1, currency=currency))


def _moments(policy: Policy) -> Iterator[Moment]:
    limit = policy.person_from_minor or 0
    marks = {end for rule in policy.rules for end in (rule.above_minor, rule.up_to_minor) if end is not None}
    stakes = sorted({0, policy.medium_from_minor, policy.high_from_minor, limit, limit + 1, *marks})
    for errand, stage, stake, asked, open_case in itertools.product(
        Errand, (None, *Stage), stakes, (False, True), (False, True)
    ):
        yield Moment("k", _AT, errand, stage=stage, stake_minor=stake, asked_for_person=asked, has_open_case=open_case)


def _p_person(decision: Decision) -> float:
    return sum(option.propensity for option in decision.options if option.action in PEOPLE)


def _way(decision: Decision) -> tuple[float, int]:
    """How long the way to a person is, whoever meets the customer first: a call is longer than any wait."""
    wait = decision.to_person.wait_seconds
    return (float("inf") if wait is None else wait, decision.to_person_at or 0)
