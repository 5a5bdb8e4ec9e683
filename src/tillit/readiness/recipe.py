"""Which features there are, by name; and what that means for the codes of one store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.journeys.traces import Names
from tillit.journeys.view import activity_code
from tillit.sentences import sentence
from tillit.vocabulary import ACTIVITY_BY_NAME, Stage

HALF_LIVES_DAYS = (7.0, 30.0)
PURCHASES = frozenset({"order_completed", "deal_won", "subscription_renewed"})
COMPLAINTS = frozenset({"complaint_made"})
SOLUTIONS = frozenset({"ticket_solved", "order_refunded"})
LOYALTY = frozenset({"loyalty_joined"})
# What we send is our doing, and programs open e-mail by themselves: neither says anything of the customer.
SILENT = frozenset({"email_sent", "email_opened", "campaign_received"})
WANTS_A_PERSON = ("person_requested", "call_booked", "question_asked")
_LEADING = frozenset({Stage.NEED, Stage.EXPLORE, Stage.COMPARE, Stage.DECIDE})
LAST_DAY = "last_day"  # an event counts half after a day
SINCE_LAST, TENURE, BOUGHT, SINCE_BOUGHT = "days_since_last_event", "days_known", "times_before", "days_since_before"
OPEN_COMPLAINT = "open_complaint"
OTHER = "other"


class Want(StrEnum):
    """What a customer may be near."""

    BUYS = "buys"
    PERSON = "wants_a_person"


@dataclass(frozen=True, slots=True)
class Feature:
    """One number that is known of a person.

    Attributes:
        kind: "faded" for a count that fades; else one of LAST_DAY … OPEN_COMPLAINT.
        activity: What is counted; OTHER for all that has no count of its own.
    """

    kind: str
    activity: str = ""
    half_life_days: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.activity}, half-life {self.half_life_days:.0f} days" if self.kind == "faded" else self.kind


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which activities are counted apart, and which are the outcome; names, so that it holds for every build."""

    counted: tuple[str, ...]
    outcome: tuple[str, ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """f features, in the order of the columns."""
        counts = [Feature("faded", one, days) for days in HALF_LIVES_DAYS for one in (*self.counted, OTHER)]
        rest = (LAST_DAY, SINCE_LAST, TENURE, BOUGHT, SINCE_BOUGHT, OPEN_COMPLAINT)
        return (*counts, *map(Feature, rest))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.features)

    def coded(self, activity: Sequence[str]) -> Coded:
        """The recipe for codes that stand for these activities."""
        counted = {name: place for place, name in enumerate(self.counted)}
        others = len(self.counted)
        return Coded(
            group=np.array([*(counted.get(name, others) for name in activity), others], np.int64),
            width=others + 1,
            speaks=_among(activity, SILENT) ^ True,
            is_outcome=_among(activity, self.outcome),
            leads=np.array([*(_leads(name, self.outcome) for name in activity), False], np.bool_),
            resets=_among(activity, {*PURCHASES, *COMPLAINTS, *self.outcome}),
            is_complaint=_among(activity, COMPLAINTS),
            is_solved=_among(activity, SOLUTIONS),
            is_purchase=_among(activity, PURCHASES),
            is_loyal=_among(activity, LOYALTY),
        )


@dataclass(frozen=True, slots=True)
class Coded:
    """A recipe as tables over the codes of activities; the last line of each is code -1.

    Attributes:
        group: The place among the counts; `width` − 1 for all that has none of its own.
        speaks: What it is says something of the customer.
        leads: It leads towards a purchase and is used up by one.
        resets: What leads counts anew after it.
    """

    group: NDArray[np.int64]
    width: int
    speaks: NDArray[np.bool_]
    is_outcome: NDArray[np.bool_]
    leads: NDArray[np.bool_]
    resets: NDArray[np.bool_]
    is_complaint: NDArray[np.bool_]
    is_solved: NDArray[np.bool_]
    is_purchase: NDArray[np.bool_]
    is_loyal: NDArray[np.bool_]


def outcome_of(want: Want, goal: str, names: Names) -> tuple[str, ...]:
    """The activities that show a want in these data; empty where none of them is in it."""
    wanted = (goal,) if want is Want.BUYS else WANTS_A_PERSON
    return tuple(name for name in wanted if name in names.activity)


def check_outcome(outcome: Collection[str], names: Names) -> None:
    """Refuse an outcome that cannot be looked for.

    Raises:
        QueryError: It names nothing, or no event has one of its activities.
    """
    if not outcome:
        raise QueryError(sentence("An outcome is at least one activity, such as order_completed."))
    for activity in outcome:
        activity_code(names, activity)


def _among(activity: Sequence[str], wanted: Collection[str]) -> NDArray[np.bool_]:
    return np.array([*(name in wanted for name in activity), False], np.bool_)


def _leads(name: str, outcome: Collection[str]) -> bool:
    known = ACTIVITY_BY_NAME.get(name)
    return known is not None and known.stage in _LEADING and name not in outcome and name not in PURCHASES
