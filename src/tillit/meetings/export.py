"""The log as the table that an evaluation reads: one row a decision, machine or person, told by its month.

When a person met a customer, together with a schedule, is a name (`events/told.py`). Exact times served one question
only: which decisions are old enough to count. Beside each decision stands the answer instead: of how many of its
month and side the outcome is known. Skills are left out: one may be a single person's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from msgspec import UNSET

from tillit.meetings.actions import MACHINES
from tillit.meetings.decide import Decision
from tillit.meetings.keeping import name_of
from tillit.meetings.log import Logged
from tillit.meetings.moment import Moment
from tillit.readiness.recipe import Want

MACHINE, PERSON = "machine", "person"
WANTS = tuple(want.value for want in Want)
COLUMNS = (
    *("decision", "customer", "month", "stage", "errand", "stakes", "stake", "loyal", "queue"),
    *(
        "eligible_machine",
        "eligible_person",
        "p_machine",
        "p_person",
        "action",
        "delivered",
        "assigned_action",
    ),
    *("guardrails", "policy", "experiment", "outcome"),
    *("known_share_machine", "known_share_person", "complained", "asked_afterwards"),
    *WANTS,
)
Cell = str | int | float


def table_rows(logged: Iterable[Logged], *, exponent: int) -> Iterator[tuple[Cell, ...]]:
    """A row for each decision, in the order of COLUMNS; "" stands where nothing is known.

    Machines together are one side and people the other: the probability of a side is that of its actions together. A
    stated need is not among the columns, since no model may see it. Within a month, rows stand in the order of their
    ids, which are random: between two known hours an hour would be known.

    Args:
        exponent: How many decimals of the currency a minor unit is.
    """
    rows = sorted(logged, key=lambda one: (_month(one), one.decision.id))
    made = Counter((_month(one), _side(one.decision)) for one in rows)
    known = Counter((_month(one), _side(one.decision)) for one in rows if one.outcome is not None)
    sides = _first_sides(rows)
    for one in rows:
        decision, moment = one.decision, one.decision.moment
        machine = sum(option.propensity for option in decision.options if option.action in MACHINES)
        outcome = one.outcome
        month = _month(one)
        yield (
            decision.id,
            moment.customer,
            month,
            "" if moment.stage is None else moment.stage.value,
            moment.errand.value,
            decision.stakes.value,
            moment.stake_minor / 10**exponent,
            int(moment.is_known_customer),
            sum(capacity.queue for capacity in decision.desk.values()),
            int(any(option.action in MACHINES for option in decision.options)),
            int(any(option.action not in MACHINES for option in decision.options)),
            machine,
            1 - machine,
            _side(decision),
            "" if one.delivered is None else MACHINE if one.delivered.action in MACHINES else PERSON,
            decision.action.value,
            " ".join(decision.guardrails),
            decision.policy_version,
            sides.get((moment.customer, name_of(decision.experiment)), "") if decision.experiment else "",
            "" if outcome is None else int(outcome.good),
            *(known[month, side] / made[month, side] if made[month, side] else "" for side in (MACHINE, PERSON)),
            "" if outcome is None else int(outcome.complaint),
            "" if outcome is None else int(outcome.reached_person_anyway),
            *(_chance(moment, want) for want in WANTS),
        )


def _first_sides(rows: Iterable[Logged]) -> dict[tuple[str, str], str]:
    """By customer and lot, the side it fell on. Who was put on another one since stays where the lot had them."""
    sides: dict[tuple[str, str], str] = {}
    for decision in sorted((one.decision for one in rows), key=lambda decision: decision.moment.at):
        if decision.experiment is not None:
            sides.setdefault((decision.moment.customer, name_of(decision.experiment)), decision.experiment)
    return sides


def _chance(moment: Moment, want: str) -> float | str:
    """In whole hundredths: a chance fades with time, so that its last digits would tell the hour."""
    chance = None if moment.near is UNSET else moment.near.chances.get(want)
    return "" if chance is None else round(chance, 2)


def _side(decision: Decision) -> str:
    return MACHINE if decision.is_machine else PERSON


def _month(one: Logged) -> str:
    return datetime.fromtimestamp(one.decision.moment.at // 1_000_000, UTC).strftime("%Y-%m-01")
