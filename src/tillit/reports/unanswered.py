"""What customers asked of us that nothing in the events answers yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View
from tillit.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class Owed:
    """What a customer does and what we owe for it: any one of the answers, or none in a channel of `settled_in`."""

    ask: str
    answers: tuple[str, ...]
    settled_in: tuple[str, ...] = ()


OWED = (
    # What is bought at a till is carried home.
    Owed(
        "order_completed",
        ("order_shipped", "order_delivered", "order_cancelled", "order_refunded"),
        settled_in=(Channel.STORE,),
    ),
    Owed("question_asked", ("question_answered",)),
    Owed("ticket_opened", ("ticket_answered", "ticket_solved")),
    Owed("quote_requested", ("quote_sent",)),
)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Journeys in which a customer asked and, as far as the events say, has had no answer since.

    An answer counts for everything that the same customer asked before it: the events do not say which question it
    belongs to. So the count is a lower one.
    """

    columns: ClassVar[tuple[str, ...]] = ("channel",)
    owed: Owed

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        has = np.zeros(traces.journeys, np.bool_)
        if not traces.journeys or self.owed.ask not in names.activity:
            return has
        answers = [names.activity.index(answer) for answer in self.owed.answers if answer in names.activity]
        asked = _asked(traces, self.owed, names)
        answered = np.flatnonzero(np.isin(traces.activity, answers))
        owner = np.cumsum(np.diff(traces.person, prepend=-1) != 0)  # persons counted 1, 2, … in their order
        last_answer = np.full(int(owner[-1]) + 1, -1, np.int64)
        np.maximum.at(last_answer, owner[_journey_of(traces, answered)], answered)
        open_rows = asked[asked > last_answer[owner[_journey_of(traces, asked)]]]
        has[_journey_of(traces, open_rows)] = True
        return has


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many journeys wait for what we owe; `answers_known` False where no event of the data is an answer."""

    owed: Owed
    journeys: int
    of: int
    answers_known: bool


def waiting(view: View) -> tuple[Waiting, ...]:
    """For each thing that these customers asked of us: in how many of its journeys we have not answered."""
    found = []
    for owed in OWED:
        if owed.ask not in view.names.activity:
            continue
        known = any(answer in view.names.activity for answer in owed.answers)
        parts = view.map(partial(_counts, owed=owed, names=view.names), columns=Unanswered.columns)
        asked = sum(part[1] for part in parts)
        if asked:
            found.append(Waiting(owed, sum(part[0] for part in parts), asked, known))
    return tuple(found)


def _counts(traces: Traces, owed: Owed, names: Names) -> tuple[int, int]:
    """Journeys that wait, and journeys that asked."""
    asked = _asked(traces, owed, names)
    return int(Unanswered(owed).holds(traces, names).sum()), len(np.unique(_journey_of(traces, asked)))


def _asked(traces: Traces, owed: Owed, names: Names) -> NDArray[np.int64]:
    """The rows that ask for an answer."""
    assert traces.channel is not None  # noqa: S101 - `Unanswered.columns` asks for it
    settled = [names.channel.index(channel) for channel in owed.settled_in if channel in names.channel]
    asks = traces.activity == names.activity.index(owed.ask)
    return np.flatnonzero(asks & ~np.isin(traces.channel, settled))


def _journey_of(traces: Traces, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.searchsorted(traces.offsets, rows, side="right") - 1
