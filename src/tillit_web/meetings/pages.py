"""What the page Meetings says, from the policy and the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tillit.evaluation.plan import WORTH_FINDING, Plan, plan
from tillit.events.told import month_of
from tillit.meetings.comparing import Changed, would_have_changed
from tillit.meetings.log import Logged
from tillit.meetings.policy import Cell, Policy, Stakes, Way, may_be_drawn
from tillit.meetings.reasons import action_words, errand_words, staff_reason, stakes_words, way_words
from tillit.reports.interval import ShareRange, share_range
from tillit.reports.size import CASES_BELOW
from tillit.sentences import Sentence
from tillit.vocabulary import Errand

ASSUMED_BASE = 0.45  # of 100 moments, those that end well with a machine, until it is known
MOST_CASES = 30


@dataclass(frozen=True, slots=True)
class CellLine:
    """One cell of the matrix, with the name of its field."""

    name: str
    stakes: Sentence
    way: Way
    words: Sentence


@dataclass(frozen=True, slots=True)
class ErrandLine:
    """One errand of the matrix; at one that `is_due` a person meets the customer whatever the matrix says."""

    errand: Errand
    words: Sentence
    is_brand: bool
    is_due: bool
    cells: tuple[CellLine, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One decision with what came of it; `at` stands for its month, since a person may have met the customer."""

    id: str
    at: int
    action: Sentence
    why: Sentence
    good: bool


@dataclass(frozen=True, slots=True)
class StageCount:
    """Outcomes of one stage and side, with the share that ended well."""

    stage: str
    is_machine: bool
    well: ShareRange

    @property
    def low_in_100(self) -> int:
        return round(self.well.low * 100)

    @property
    def high_in_100(self) -> int:
        return round(self.well.high * 100)


@dataclass(frozen=True, slots=True)
class MeetingsPage:
    """The whole page; `brand_price` is None where no errand is part of the brand."""

    errands: tuple[ErrandLine, ...]
    ways: tuple[tuple[str, Sentence], ...]
    decided: int
    drawn: int
    by_person: int
    changed: Changed | None
    brand_price: Changed | None
    moments: tuple[tuple[str, Sentence, Sentence], ...]
    moment: str
    weekly: int
    plan: Plan
    outcomes: int
    cases: tuple[Case, ...]
    counts: tuple[StageCount, ...]


def meetings_page(
    policy: Policy, draft: Policy | None, last_week: Sequence[Logged], everything: Iterable[Logged], *, moment: str
) -> MeetingsPage:
    """Everything the page says.

    Args:
        draft: What somebody thinks of following instead.
        last_week: The decisions of the last seven days.
        moment: The cell that is asked about, as `choose.low`; the most frequent one where it is none.
    """
    decisions = [one.decision for one in last_week]
    followed = draft or policy
    open_cells = {_name(cell): cell for cell, way in sorted(followed.cells.items()) if _is_open(followed, cell, way)}
    free = Counter(
        _name((one.moment.errand, one.stakes)) for one in decisions if not one.guardrails and one.moment.may_vary
    )
    chosen = moment if moment in open_cells else max(open_cells, key=lambda name: free[name], default="")
    weekly = free[chosen]
    told = [one for one in everything if one.outcome is not None]
    brand = replace(followed, brand_errands=())
    return MeetingsPage(
        errands=tuple(_errand(followed, errand) for errand in Errand),
        ways=tuple((way.value, way_words(way)) for way in Way),
        decided=len(decisions),
        drawn=sum(one.is_drawn for one in decisions),
        by_person=sum(not one.is_machine for one in decisions),
        changed=None if draft is None else would_have_changed(decisions, draft),
        brand_price=would_have_changed(decisions, followed, before=brand) if followed.brand_errands else None,
        moments=tuple((name, errand_words(cell[0]), stakes_words(cell[1])) for name, cell in open_cells.items()),
        moment=chosen,
        weekly=weekly,
        plan=plan(ASSUMED_BASE, WORTH_FINDING, weekly=weekly or None),
        outcomes=len({one.decision.moment.customer for one in told}),
        cases=_cases(told),
        counts=_counts(told),
    )


def shows_cases(page: MeetingsPage) -> bool:
    """Whether there are so few customers with an outcome that they are shown one by one."""
    return page.outcomes < CASES_BELOW


def _is_open(policy: Policy, cell: Cell, way: Way) -> bool:
    return may_be_drawn(cell, way) and cell[0] is not Errand.COMPLAIN and cell[0] not in policy.brand_errands


def _name(cell: Cell) -> str:
    return f"{cell[0]}.{cell[1]}"


def _errand(policy: Policy, errand: Errand) -> ErrandLine:
    cells = (
        CellLine(_name((errand, stakes)), stakes_words(stakes), way, way_words(way))
        for stakes in Stakes
        for way in (policy.cells[errand, stakes],)
    )
    return ErrandLine(
        errand, errand_words(errand), errand in policy.brand_errands, errand is Errand.COMPLAIN, tuple(cells)
    )


def _cases(told: Sequence[Logged]) -> tuple[Case, ...]:
    """The last ones, newest month first; within a month in the order of their ids, which tells no hour."""
    shown = sorted((_case(one) for one in told[-MOST_CASES:]), key=lambda case: (-case.at, case.id))
    return tuple(shown)


def _case(one: Logged) -> Case:
    good = one.outcome is not None and one.outcome.good
    decision = replace(one.decision, skill=None)  # a skill may be one person's
    month = int(month_of(np.array(decision.moment.at)))
    return Case(decision.id, month, action_words(decision.action), staff_reason(decision), good)


def _counts(told: Sequence[Logged]) -> tuple[StageCount, ...]:
    good: Counter[tuple[str, bool]] = Counter()
    count: Counter[tuple[str, bool]] = Counter()
    for one in told:
        side = (one.decision.moment.stage or "", one.decision.is_machine)
        count[side] += 1
        good[side] += one.outcome is not None and one.outcome.good
    return tuple(
        StageCount(stage, machine, share_range(good[stage, machine], n))
        for (stage, machine), n in sorted(count.items())
    )
