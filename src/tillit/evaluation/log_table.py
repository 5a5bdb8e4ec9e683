"""A company's own log of decisions as columns: machine or person, with its odds and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from tillit.evaluation.decisions import Bools, Decisions, Floats, Ints
from tillit.meetings.actions import MACHINES
from tillit.meetings.keeping import KEPT, USUAL
from tillit.meetings.log import Logged
from tillit.meetings.policy import Cell, Stakes
from tillit.meetings.unlinked import PREFIX
from tillit.readiness.recipe import Want
from tillit.vocabulary import Errand

MACHINE, PERSON = 0, 1
SIDES = ("machine", "person")
CELLS: tuple[Cell, ...] = tuple((errand, stakes) for errand in Errand for stakes in Stakes)
WANTS = tuple(want.value for want in Want)
CONTEXT = ("stake", "loyal", "queue", *WANTS)
MICROS_PER_DAY = 86_400_000_000
_PLACE_OF = {cell: place for place, cell in enumerate(CELLS)}


@dataclass(frozen=True, slots=True)
class LogTable:
    """n logged decisions in order of time, with what an evaluation does not ask for.

    Attributes:
        decisions: Between a machine and a person; the probability of a side is that of its actions together. A stated
            need is in no column, since no model may see it. Stakes are in the currency's main unit.
        cell: Shape (n,); place in CELLS.
        policy: Shape (n,); the version that decided.
        complaint: Shape (n,); 1 or 0, NaN where the outcome is not known.
        asked_afterwards: Shape (n,); whether the customer reached a person anyway, as `complaint`.
        minutes: Shape (n,); a person's time that it took; NaN where nobody told.
        linked: Shape (n,); whether it is known which decisions are of the same customer.
        lot: Shape (n,); 0 to 9, the customer's for ever, by which they take part in choosing or in judging a rule.
        drawn_apart: Shape (n,); decisions on a side of the latest lot that count on neither, since the same person was
            drawn under two identifiers.
    """

    decisions: Decisions
    cell: Ints
    policy: Ints
    complaint: Floats
    asked_afterwards: Floats
    minutes: Floats
    linked: Bools
    lot: Ints
    drawn_apart: Bools

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def asked(self) -> Bools:
        """Shape (n,); where both a machine and a person could have been drawn."""
        return np.asarray((self.decisions.propensity > 0).all(axis=1), np.bool_)

    def take(self, rows: Bools | Ints) -> LogTable:
        """Some of the decisions: by marks of shape (n,), or by places in the order wanted."""
        return LogTable(
            self.decisions.take(rows),
            self.cell[rows],
            self.policy[rows],
            self.complaint[rows],
            self.asked_afterwards[rows],
            self.minutes[rows],
            self.linked[rows],
            self.lot[rows],
            self.drawn_apart[rows],
        )


def log_table(logged: Iterable[Logged], *, exponent: int, person_of: Mapping[str, str] | None = None) -> LogTable:
    """Read a log, one row a decision.

    Args:
        person_of: What stands for the person behind a pseudonym, where somebody has several.
        exponent: How many decimals of the currency a minor unit is.
    """
    customers: list[str] = []
    stages: list[str] = []
    sides: list[str] = []
    is_drawn: list[bool] = []
    numbers: list[tuple[float, ...]] = []
    for one in logged:
        customers.append(one.decision.moment.customer)
        stages.append(one.decision.moment.stage or "")
        sides.append(one.decision.experiment or "")
        is_drawn.append(one.decision.moment.lot is UNSET)
        numbers.append(_numbers(one, exponent))
    row = np.array(numbers, _ROW)
    # Codes by name, so that the order of the rows changes nothing.
    known_as = np.array(customers, np.str_)
    persons = np.array([(person_of or {}).get(name, name) for name in customers], np.str_)
    _, customer = np.unique(persons, return_inverse=True)
    names, stage = np.unique(np.array(stages, np.str_), return_inverse=True)
    kept, took_part = _kept(sides, row["at_days"])
    drawn_apart = np.zeros(len(row), np.bool_)
    if kept is not None and took_part is not None:
        drawn_apart = _drawn_apart(customer, known_as, kept, took_part, np.array(is_drawn, np.bool_))
        kept, took_part = kept & ~drawn_apart, took_part & ~drawn_apart
    decisions = Decisions(
        customer=customer.astype(np.int64),
        at_days=row["at_days"],
        stage=stage.astype(np.int64),
        stages=tuple(names.tolist()),
        actions=SIDES,
        machine=MACHINE,
        person=PERSON,
        eligible=np.column_stack([row["may_machine"], np.ones(len(row), np.bool_)]),
        propensity=np.column_stack([1 - row["p_person"], row["p_person"]]),
        action=row["action"],
        outcome=row["outcome"],
        delay_days=row["delay_days"],
        context=np.column_stack([row[name] for name in CONTEXT]),
        context_names=CONTEXT,
        value=row["stake"],
        reward=None,
        kept=kept,
        took_part=took_part,
    )
    linked = np.array([not name.startswith(PREFIX) for name in customers], np.bool_)
    lot = np.array([crc32(name.encode()) % 10 for name in customers], np.int64)
    table = LogTable(
        decisions,
        row["cell"],
        row["policy"],
        row["complaint"],
        row["asked_afterwards"],
        row["minutes"],
        linked,
        lot,
        drawn_apart,
    )
    return table.take(np.argsort(row["at_days"], kind="stable"))


def _kept(sides: list[str], at_days: Floats) -> tuple[Bools, Bools] | tuple[None, None]:
    """Who is kept and who took part in the latest lot; None where there was none."""
    side = np.array(sides, np.str_)
    said = np.flatnonzero(side != "")
    if not said.size:
        return None, None
    name = side[said[at_days[said].argmax()]].partition(":")[2]
    kept = np.asarray(side == f"{KEPT}{name}", np.bool_)
    return kept, np.asarray(kept | (side == f"{USUAL}{name}"), np.bool_)


def _drawn_apart(customer: Ints, known_as: NDArray[np.str_], kept: Bools, took_part: Bools, is_drawn: Bools) -> Bools:
    """Shape (n,); the part in a lot of persons for whom it fell more than once, whichever sides it fell on.

    Of those with two lots one in ten is on both sides. Leaving out only these would leave out nearly all on the kept
    side and few on the other, and the two would not be alike any more.
    """
    drawn = np.unique(np.rec.fromarrays([customer[took_part & is_drawn], known_as[took_part & is_drawn]]))
    times = np.bincount(drawn["f0"].astype(np.int64), minlength=1 + int(customer.max(initial=0)))
    on_both = np.intersect1d(customer[kept], customer[took_part & ~kept])
    return np.asarray(took_part & ((times[customer] > 1) | np.isin(customer, on_both)), np.bool_)


_ROW = np.dtype(
    [
        *(("at_days", "f8"), ("cell", "i8"), ("policy", "i8"), ("action", "i8"), ("may_machine", "?")),
        *(("p_person", "f8"), ("outcome", "f8"), ("delay_days", "f8"), ("complaint", "f8")),
        *(("asked_afterwards", "f8"), ("minutes", "f8"), ("stake", "f8"), ("loyal", "f8"), ("queue", "f8")),
        *((want, "f8") for want in WANTS),
    ]
)


def _numbers(one: Logged, exponent: int) -> tuple[float, ...]:
    decision, moment, outcome = one.decision, one.decision.moment, one.outcome
    machines = [option.propensity for option in decision.options if option.action in MACHINES]
    came = (np.nan,) * 4
    chances = {} if moment.near is UNSET else moment.near.chances
    if outcome is not None:
        delay = max(0, outcome.matured_at - moment.at) / MICROS_PER_DAY
        came = (outcome.good, delay, outcome.complaint, outcome.reached_person_anyway)
    return (
        moment.at / MICROS_PER_DAY,
        _PLACE_OF[moment.errand, decision.stakes],
        decision.policy_version,
        MACHINE if decision.is_machine else PERSON,
        bool(machines),
        1 - sum(machines),
        *came,
        np.nan if outcome is None or outcome.minutes is None else outcome.minutes,
        moment.stake_minor / 10**exponent,
        moment.is_known_customer,
        sum(capacity.queue for capacity in decision.desk.values()),
        *(chances.get(want, 0.0) for want in WANTS),
    )
