"""One pass over the journeys: their visits, counted by what friction tells apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.friction.split import Split
from tillit.friction.visits import QUARTERS, Endings, Visits, endings, known_before, quarters, visits_of, whole_numbers
from tillit.journeys.cases import DAY
from tillit.journeys.numbering import in_order, runs
from tillit.journeys.store import Bucket
from tillit.journeys.traces import Codes, Micros, Traces
from tillit.journeys.units import Indices
from tillit.journeys.view import View, activity_code, has_earlier_goal
from tillit.sentences import sentence

Small: TypeAlias = NDArray[np.integer[Any]]

REACHED = np.iinfo(np.int64).min  # in place of when a journey ended that reached the goal: over at any time


@dataclass(frozen=True, slots=True)
class Finished:
    """Which journeys are over.

    Attributes:
        began_at: Shape (journeys that are over,).
        still_open: How many others there are.
        over_by: When journeys without the goal must have ended to be over, the lapse before the newest event of all;
            None: without a lapse every journey counts as over, since only who made the file knows.
    """

    began_at: Micros
    still_open: int
    over_by: int | None


def finished(view: View) -> Finished:
    """Find out which journeys are over, and when those began.

    Raises:
        QueryError: The view's journeys have no goal, so that leaving could not be told from arriving.
    """
    _goal(view)
    nothing = np.zeros(0, np.int64)
    found = [*view.map(_began_and_ended), (nothing, nothing, 0)]
    began_at, ended_at = (np.concatenate([part[column] for part in found]) for column in (0, 1))
    if view.rule.lapse_days is None:
        return Finished(began_at, 0, None)
    over_by = max(newest_at for _, _, newest_at in found) - round(view.rule.lapse_days * DAY)
    over = ended_at <= over_by
    return Finished(began_at[over], len(over) - int(over.sum()), over_by)


def _began_and_ended(traces: Traces) -> tuple[Micros, Micros, int]:
    """Per journey its first instant, and its last or `REACHED`; and the last of all."""
    ended_at = traces.occurred_at[traces.offsets[1:] - 1]
    newest_at = int(ended_at.max(initial=0))
    return traces.occurred_at[traces.offsets[:-1]], np.where(traces.reached_goal, REACHED, ended_at), newest_at


@dataclass(frozen=True, slots=True)
class Cells:
    """Visits that nothing here tells apart, each column of shape (cells,), in the order of the columns.

    Attributes:
        second: In the second period.
        left: As in `Visits`.
        activity: Codes; `part` is the code of the channel, place or property, -1 for none.
        known_before: As `visits.known_before` has it.
        visits: How many there are, at least 1.
    """

    second: NDArray[np.bool_]
    left: NDArray[np.bool_]
    activity: Small
    part: Small
    known_before: Small
    reached_goal: NDArray[np.bool_]
    visits: Small


@dataclass(frozen=True, slots=True)
class CountedVisits:
    """One bucket's visits of journeys that are over.

    Attributes:
        waited: Of the first and of the second period: shape (visits that did not leave,); microseconds until the
            journey's next event, cell by cell.
        journey: Shape (visits of the second period,); their rows in `journeys`, cell by cell.
        by_currency: Shape (currencies,); visits of journeys whose goal has that currency.
    """

    cells: Cells
    waited: tuple[Micros, ...]
    journey: NDArray[np.int32]
    journeys: SecondJourneys
    by_currency: Indices


@dataclass(frozen=True, slots=True)
class SecondJourneys:
    """One bucket's journeys of the second period that have visits, and their customers.

    Attributes:
        customer: Shape (journeys,); rows of the columns below.
        amount_minor: Shape (journeys,), of the goal's event; 0 without one, `currency` is -1 there.
        began_at: Shape (customers,); of their first journey here, as the time of its first visit and that one's
            activity.
    """

    customer: NDArray[np.int32]
    amount_minor: NDArray[np.int64]
    currency: Small
    began_at: Micros
    came_at: Micros
    came_to: Small


def counted_visits(
    view: View, split: Split, *, over_by: int | None, split_at: int, timezone: str = "UTC"
) -> tuple[list[CountedVisits], tuple[str, ...]]:
    """Visits of a view's journeys that are over, bucket by bucket, and what the codes of `Cells.part` stand for.

    Args:
        over_by: As in `Finished`.
        split_at: Where the second period begins, microseconds UTC.
        timezone: In which it is day and night, week and weekend.

    Raises:
        QueryError: The view has no goal, the split cannot be made, or there is no such time zone.
    """
    split.check(view)
    count = partial(_counted, goal=_goal(view), over_by=over_by, split_at=split_at, timezone=timezone)

    def kernel(bucket: Bucket, traces: Traces) -> tuple[CountedVisits, tuple[str, ...]]:
        part, parts = split.parts(view, bucket, traces)
        return count(traces, part, currencies=len(view.names.currency)), parts

    columns = {"channel", "amount_minor", "currency"} | ({split.column} if split.column else set())
    found = view.map_buckets(kernel, columns)
    parts = sorted({name for _, names in found for name in names})
    if split.property_name is not None and not parts:
        raise QueryError(
            sentence(
                "no event has a text under the property '{name}'; look at a file's columns",
                name=split.property_name or "",
            )
        )
    place = {name: code for code, name in enumerate(parts)}
    of_all = [np.array([*(place[name] for name in names), -1], np.int32) for _, names in found]  # -1, the last, stays
    buckets = [
        replace(counted, cells=replace(counted.cells, part=codes[counted.cells.part]))
        for (counted, _), codes in zip(found, of_all, strict=True)
    ]
    return buckets, tuple(parts)


def _goal(view: View) -> int:
    if view.rule.goal is None:
        raise QueryError(
            sentence("friction needs a goal: without one, leaving cannot be told from arriving; name an activity")
        )
    return activity_code(view.names, view.rule.goal)


def _counted(
    traces: Traces,
    part: Codes,
    *,
    goal: int,
    over_by: int | None,
    split_at: int,
    timezone: str,
    currencies: int,
) -> CountedVisits:
    assert traces.channel is not None  # noqa: S101 - asked for above, as the other columns
    ended = endings(traces, goal=goal, over_by=over_by)
    visits = visits_of(traces, part, ended)
    first_row = traces.offsets[:-1]
    second, known = traces.occurred_at[first_row] >= split_at, has_earlier_goal(traces)
    entry = traces.channel[first_row] + 1
    # A cell is one number, and what tells it apart are its digits, in the order of `Cells`. Those that are the same
    # for all visits of a journey are put together once.
    activities, parts, channels = (int(codes.max(initial=-1)) + 2 for codes in (traces.activity, part, entry))
    shape = (2, 2, activities, parts, channels, QUARTERS, 2, 2)
    digits = [prod(shape[place + 1 :]) for place in range(len(shape))]
    wide = whole_numbers(prod(shape))
    of_journey: NDArray[Any] = (
        second * wide(digits[0]) + entry * wide(digits[4]) + known * wide(digits[6]) + ended.reached_goal
    )
    cell = of_journey[visits.journey]
    cell += traces.activity[visits.row] * wide(digits[2])
    if parts > 1:
        cell += (part[visits.row] + 1) * wide(digits[3])
    cell += quarters(traces.occurred_at[visits.row], timezone) * wide(digits[5])
    cell[np.flatnonzero(visits.left)] += wide(digits[1])
    order, ordered = in_order(cell)
    begins = runs(ordered)
    period, left, activity, part_code, channel, quarter, was_known, reached = np.unravel_index(ordered[begins], shape)
    cells = Cells(
        second=period.astype(np.bool_),
        left=left.astype(np.bool_),
        activity=_small(activity),
        part=_small(part_code - 1),
        known_before=_small(known_before(channel - 1, was_known, quarter)),
        reached_goal=reached.astype(np.bool_),
        visits=np.diff(begins, append=len(ordered)),
    )
    # Those that left stand behind the others of their period.
    first_left, in_second, second_left = np.searchsorted(ordered, [digits[1], digits[0], digits[0] + digits[1]])
    until_next = np.diff(traces.occurred_at, append=0)[visits.row]  # of no meaning for those that left
    waited = tuple(until_next[some] for some in (order[:first_left], order[in_second:second_left]))
    journeys, number, by_currency = _second_journeys(traces, visits, ended, second, currencies)
    return CountedVisits(cells, waited, number[visits.journey[order[in_second:]]], journeys, by_currency)


def _second_journeys(
    traces: Traces, visits: Visits, ended: Endings, second: NDArray[np.bool_], currencies: int
) -> tuple[SecondJourneys, NDArray[np.int32], Indices]:
    """The second period's journeys with visits, the row in them of each journey, and `CountedVisits.by_currency`."""
    assert traces.amount_minor is not None  # noqa: S101 - asked for above, as the other column
    assert traces.currency is not None  # noqa: S101
    firsts = runs(visits.journey)  # the first visit of each journey that has some
    came = visits.journey[firsts]
    paid = np.minimum(ended.goal_row[came], traces.events - 1)
    currency = np.where(ended.reached_goal[came], traces.currency[paid], -1)
    of_journey = np.diff(firsts, append=len(visits.journey))
    by_currency = np.array([of_journey[currency == code].sum() for code in range(currencies)], np.int64)
    here = np.flatnonzero(second[came])
    came, paid, currency = came[here], paid[here], currency[here]
    number = np.zeros(traces.journeys, np.int32)
    number[came] = np.arange(len(came))
    customers = runs(traces.person[came])  # a person's journeys stand together
    first_row = visits.row[firsts[here[customers]]]
    journeys = SecondJourneys(
        customer=np.repeat(np.arange(len(customers), dtype=np.int32), np.diff(customers, append=len(came))),
        amount_minor=np.where(currency >= 0, traces.amount_minor[paid], 0),
        currency=_small(currency),
        began_at=traces.occurred_at[traces.offsets[came[customers]]],
        came_at=traces.occurred_at[first_row],
        came_to=_small(traces.activity[first_row]),
    )
    return journeys, number, by_currency


def _small(codes: NDArray[np.integer[Any]]) -> Small:
    return codes.astype(np.min_scalar_type(-int(codes.max(initial=0)) - 1))
