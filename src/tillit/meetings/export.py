"""The log as the table that an evaluation reads: one row a decision, machine or person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from tillit.meetings.actions import MACHINES
from tillit.meetings.decide import Decision
from tillit.meetings.log import Logged

MACHINE, PERSON = "machine", "person"
MICROS_PER_DAY = 86_400_000_000
COLUMNS = (
    *("decision", "customer", "at", "stage", "errand", "stakes", "stake", "known_at_stake", "loyal", "queue"),
    *(
        "eligible_machine",
        "eligible_person",
        "p_machine",
        "p_person",
        "action",
        "delivered",
        "assigned_action",
        "skill",
    ),
    *("guardrails", "policy", "outcome", "outcome_delay_days", "complained", "asked_afterwards"),
)
Cell = str | int | float


def table_rows(logged: Iterable[Logged], *, exponent: int) -> Iterator[tuple[Cell, ...]]:
    """A row for each decision, in the order of COLUMNS; "" stands where nothing is known.

    Machines together are one side and people the other: the probability of a side is that of its actions together. A
    stated need is not among the columns, since no model may see it.

    Args:
        exponent: How many decimals of the currency a minor unit is.
    """
    for one in logged:
        decision, moment = one.decision, one.decision.moment
        machine = sum(option.propensity for option in decision.options if option.action in MACHINES)
        outcome = one.outcome
        delay = "" if outcome is None else max(0, outcome.matured_at - moment.at) / MICROS_PER_DAY
        yield (
            decision.id,
            moment.customer,
            _time(moment.at),
            "" if moment.stage is None else moment.stage.value,
            moment.errand.value,
            decision.stakes.value,
            moment.stake_minor / 10**exponent,
            _time(moment.known_at.get("stake_minor", moment.at)),
            int(moment.is_known_customer),
            sum(capacity.queue for capacity in decision.desk.values()),
            int(any(option.action in MACHINES for option in decision.options)),
            int(any(option.action not in MACHINES for option in decision.options)),
            machine,
            1 - machine,
            _side(decision),
            "" if one.delivered is None else MACHINE if one.delivered.action in MACHINES else PERSON,
            decision.action.value,
            decision.skill or "",
            " ".join(decision.guardrails),
            decision.policy_version,
            "" if outcome is None else int(outcome.good),
            delay,
            "" if outcome is None else int(outcome.complaint),
            "" if outcome is None else int(outcome.reached_person_anyway),
        )


def _side(decision: Decision) -> str:
    return MACHINE if decision.is_machine else PERSON


def _time(micros: int) -> str:
    return datetime.fromtimestamp(micros // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S") + f".{micros % 1_000_000:06}"
