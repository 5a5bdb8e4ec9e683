"""Whether groups of customers get a person, a wait and a good end alike, where they came with the same needs.

Groups are facts that the asker states about a meeting (its language, channel, country, region) and whether the customer
was known. None is inferred, none is in a policy or a model: they stand beside the log, for this audit alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

from tillit.meetings.actions import Action
from tillit.meetings.log import Logged
from tillit.meetings.unlinked import is_unlinked

ALARM_FROM = 0.05  # a gap that is surely larger than this
LEAST_CUSTOMERS = 30  # of a group and of the others; fewer are cases, not a rate
TENURE, KNOWN, NEW = "tenure", "known", "new"


class Measure(StrEnum):
    """What is compared."""

    PERSON = "person"  # share met by a person at once, not by a machine nor by a call at a later time
    WAIT = "wait"  # minutes stated to those who were met by a person now
    GOOD = "good"  # share that ended well, of those whose outcome is known


@dataclass(frozen=True, slots=True)
class Gap:
    """One group beside all others who came with the same needs.

    Attributes:
        name: The kind of group, such as language; `value` which one.
        mine: Mean of the group; `others` of the others, at the group's mix of needs.
        gap: How much worse off the group is (less of a person, longer waits, fewer good ends); below 0: better off.
        low: `low` to `high` hold all gaps of the audit together in 95 of 100 audits.
        is_alarm: A person is surely harder to get, by more than 5 in 100.
    """

    name: str
    value: str
    measure: Measure
    customers: int
    mine: float
    others: float
    gap: float
    low: float
    high: float
    is_alarm: bool


@dataclass(frozen=True, slots=True)
class Audit:
    """`too_few` names the groups about which nothing can be said yet, with their customers."""

    gaps: tuple[Gap, ...]
    too_few: tuple[tuple[str, str, int], ...]

    @property
    def alarms(self) -> tuple[Gap, ...]:
        return tuple(gap for gap in self.gaps if gap.is_alarm)


@dataclass(frozen=True, slots=True)
class _Row:
    customer: str
    need: Hashable
    value: float


def audit(logged: Iterable[Logged], groups: Mapping[str, Mapping[str, str]]) -> Audit:
    """Compare each group with the others, need by need.

    Args:
        groups: By decision, the value of each kind of group that was stated.
    """
    rows: dict[Measure, list[tuple[_Row, Mapping[str, str]]]] = {measure: [] for measure in Measure}
    for one in logged:
        decision = one.decision
        need = (decision.moment.errand, decision.stakes, bool(decision.guardrails))
        of = dict(groups.get(decision.id, {}))
        if not is_unlinked(decision.moment):
            of[TENURE] = KNOWN if decision.moment.is_known_customer else NEW
        customer = decision.moment.customer
        at_once = decision.action in (Action.PERSON_NOW, Action.SPECIALIST)
        rows[Measure.PERSON].append((_Row(customer, need, float(at_once)), of))
        wait = decision.to_person.wait_seconds
        if at_once and wait is not None:
            rows[Measure.WAIT].append((_Row(customer, need, wait / 60), of))
        if one.outcome is not None:
            rows[Measure.GOOD].append((_Row(customer, (*need, decision.is_machine), float(one.outcome.good)), of))
    kinds = sorted({(name, value) for _, of in rows[Measure.PERSON] for name, value in of.items()})
    asked, too_few = [], []
    for name, value in kinds:
        for measure in Measure:
            # Who stated nothing of this kind is in neither side.
            mine = [row for row, of in rows[measure] if of.get(name) == value]
            others = [row for row, of in rows[measure] if of.get(name, value) != value]
            customers = len({row.customer for row in mine})
            if min(customers, len({row.customer for row in others})) >= LEAST_CUSTOMERS:
                asked.append((name, value, measure, customers, mine, others))
            elif measure is Measure.PERSON:
                too_few.append((name, value, customers))
    reach = NormalDist().inv_cdf(1 - 0.025 / max(1, len(asked)))
    gaps = [
        _gap(name, value, measure, customers, mine, others, reach)
        for name, value, measure, customers, mine, others in asked
    ]
    return Audit(tuple(gap for gap in gaps if gap is not None), tuple(too_few))


def _gap(
    name: str, value: str, measure: Measure, customers: int, mine: Sequence[_Row], others: Sequence[_Row], reach: float
) -> Gap | None:
    """The Mantel–Haenszel difference of the two sides over needs; its error is summed by customer.

    Source: Greenland & Robins (1985), doi:10.2307/2530643, for the weights.
    """
    needs: dict[Hashable, tuple[list[_Row], list[_Row]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((mine, others)):
        for row in rows:
            needs[row.need][side].append(row)
    weight = total_mine = total_others = 0.0
    by_customer: dict[str, float] = defaultdict(float)
    for own, rest in needs.values():
        if not own or not rest:
            continue
        both = len(own) + len(rest)
        mean_own, mean_rest = (sum(row.value for row in rows) / len(rows) for rows in (own, rest))
        here = len(own) * len(rest) / both
        weight += here
        total_mine += here * mean_own
        total_others += here * mean_rest
        for row in own:
            by_customer[row.customer] += len(rest) / both * (row.value - mean_own)
        for row in rest:
            by_customer[row.customer] -= len(own) / both * (row.value - mean_rest)
    if not weight:
        return None
    error = sqrt(sum(each * each for each in by_customer.values())) / weight
    sign = -1.0 if measure is Measure.WAIT else 1.0
    gap = sign * (total_others - total_mine) / weight
    low, high = gap - reach * error, gap + reach * error
    is_alarm = measure is Measure.PERSON and low > ALARM_FROM
    return Gap(name, value, measure, customers, total_mine / weight, total_others / weight, gap, low, high, is_alarm)
