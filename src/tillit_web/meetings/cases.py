"""The decisions behind a number, one by one: told by their month and in the order of their ids, which tell no hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from tillit.evaluation.standing import name_of
from tillit.events.told import month_of
from tillit.meetings.decide import Decision
from tillit.meetings.log import Logged
from tillit.meetings.reasons import action_words, staff_reason
from tillit.sentences import Sentence

PAGE_SIZE = 50
LATEST = 5_000  # decisions that a list goes back


@dataclass(frozen=True, slots=True)
class Asked:
    """Which decisions a reader wants.

    Attributes:
        stage: Of this stage; "none" of decisions that name none, "" of all.
        moment: Of this errand and stakes, as `order.low`; "" of all.
        met: "machine" or "person"; "" for both.
        drawn: "lot" for those in which chance had a say; "" for all.
        came: "well", "badly", "asked" (for a person, afterwards) or "open"; "" for all.
    """

    stage: str = ""
    moment: str = ""
    met: str = ""
    drawn: str = ""
    came: str = ""

    def has(self, one: Logged) -> bool:
        """Whether a decision is one of them."""
        decision, outcome = one.decision, one.outcome
        side = "machine" if decision.is_machine else "person"
        return (
            self.stage in ("", decision.moment.stage or "none")
            and self.moment in ("", name_of((decision.moment.errand, decision.stakes)))
            and self.met in ("", side)
            and (self.drawn != "lot" or decision.is_drawn)
            and {
                "well": outcome is not None and outcome.good,
                "badly": outcome is not None and not outcome.good,
                "asked": outcome is not None and outcome.reached_person_anyway and decision.is_machine,
                "open": outcome is None,
            }.get(self.came, True)
        )


@dataclass(frozen=True, slots=True)
class Case:
    """One decision with what came of it.

    Attributes:
        month: Stands for its time, since a person may have met the customer.
        good: None while the outcome is not known.
        delivered: How the customer was met in the end, where that was another way than assigned.
    """

    id: str
    month: int
    is_machine: bool
    action: Sentence
    why: Sentence
    good: bool | None
    complained: bool
    asked_afterwards: bool
    delivered: Sentence | None


def in_order(logged: Iterable[Logged]) -> list[Logged]:
    """The newest month first, in it by id."""
    found = list(logged)
    months = month_of(np.array([one.decision.moment.at for one in found], np.int64))
    order = sorted(range(len(found)), key=lambda place: (-int(months[place]), found[place].decision.id))
    return [found[place] for place in order]


def case_of(one: Logged) -> Case:
    """A decision as it is told."""
    decision: Decision = replace(one.decision, skill=None)  # a skill may be one person's
    outcome, delivered = one.outcome, one.delivered
    changed = delivered is not None and delivered.action is not decision.action
    return Case(
        id=decision.id,
        month=int(month_of(np.array(decision.moment.at))),
        is_machine=decision.is_machine,
        action=action_words(decision.action),
        why=staff_reason(decision),
        good=None if outcome is None else outcome.good,
        complained=outcome is not None and outcome.complaint,
        asked_afterwards=outcome is not None and outcome.reached_person_anyway and decision.is_machine,
        delivered=action_words(delivered.action) if changed and delivered is not None else None,
    )
