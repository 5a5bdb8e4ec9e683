"""Who was drawn for a holdout, as events say it, and what those customers bought since.

An event's property `holdout` names what is withheld from its customer: "email", or several names with commas. "email=0"
says that the customer was drawn and email was *not* withheld; with such a mark it is known who took part. The activity
`holdout_assigned` is for events that say only this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tillit.credit.paths import Floats, Indices
from tillit.credit.trials import Trial
from tillit.errors import QueryError
from tillit.journeys.properties import property_texts
from tillit.journeys.store import Bucket
from tillit.journeys.traces import Traces
from tillit.journeys.view import Selection, View, activity_code
from tillit.meetings.keeping import HOLDOUT
from tillit.sentences import sentence

PROPERTY = ("holdout", "properties.holdout")
NOTHING = frozenset({"", "none", "-"})
YES, NO = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})


@dataclass(frozen=True, slots=True)
class Mark:
    """One customer drawn for one name."""

    person: int
    name: str
    withheld: bool
    drawn_at: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One bucket: its goal events, and when each of its persons was last seen."""

    person: Indices
    last_at: Indices
    buyer: Indices
    bought_at: Indices
    amount_minor: Indices
    currency: Indices


def marks_in(text: str) -> dict[str, bool]:
    """The names in one property's text, and whether they are withheld: "email, ads=0" is email yes, ads no."""
    found = {}
    for part in text.split(","):
        name, _, flag = (piece.strip() for piece in part.partition("="))
        if name.casefold() not in NOTHING:
            found[name] = is_withheld(flag) is not False
    return found


def is_withheld(flag: str) -> bool | None:
    """What a flag says; None where it is neither a yes nor a no."""
    folded = flag.strip().casefold()
    return True if folded in YES else False if folded in NO else None


def trials_in(view: View, goal: str) -> tuple[Trial, ...]:
    """The holdouts in a store's events, by name; empty where no event has the property.

    A customer drawn twice counts where the first lot put them. Conversions count from a customer's own lot on; where
    a name has marks of withheld customers alone, everybody seen since the first of them takes part, from then on.

    Raises:
        QueryError: Journeys were selected (properties are read of all of them), or the goal never happens.
    """
    if view.selection != Selection():
        raise QueryError(sentence("holdouts are read from all journeys; ask without a selection"))
    code = activity_code(view.names, goal)
    everything = view.uncut()  # lots that fell stand beside the steps of journeys, and here they are what is read
    marks: dict[str, list[Mark]] = defaultdict(list)
    for found in everything.map_buckets(lambda bucket, traces: _marks(everything, bucket, traces)):
        for mark in found:
            marks[mark.name].append(mark)
    if not marks:
        return ()
    parts = everything.map(lambda traces: _seen(traces, code), columns=("amount_minor", "currency"))
    return tuple(_trial(name, marks[name], parts, view.names.currency) for name in sorted(marks))


def trials_on(names: Collection[str], trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """The holdouts of these touchpoints, as they are shown: of a place that stands together with others there is none.

    Otherwise a holdout named for a small place would say what its few employees bring. Which table decides who meets a
    customer is nobody's work, and no touchpoint: its holdout stands beside those of any.
    """
    return tuple(trial for trial in trials if trial.name in names or trial.name == HOLDOUT)


def _marks(view: View, bucket: Bucket, traces: Traces) -> list[Mark]:
    texts = property_texts(view, bucket, PROPERTY).dictionary_encode()
    words = [marks_in(word) for word in texts.dictionary.to_pylist()]
    rows = np.flatnonzero(texts.is_valid().to_numpy(zero_copy_only=False))
    person = traces.person[np.searchsorted(traces.offsets, rows, side="right") - 1]
    return [
        Mark(who, name, withheld, int(traces.occurred_at[row]))
        for row, who in zip(rows.tolist(), person.tolist(), strict=True)
        for name, withheld in words[texts.indices[row].as_py()].items()
    ]


def _seen(traces: Traces, goal: int) -> Seen:
    assert traces.amount_minor is not None  # noqa: S101 - asked for in trials_in
    assert traces.currency is not None  # noqa: S101
    person = np.repeat(traces.person, np.diff(traces.offsets))
    ends = np.flatnonzero(np.append(person[1:] != person[:-1], True)) if len(person) else np.zeros(0, np.int64)
    bought = np.flatnonzero(traces.activity == goal)
    return Seen(
        person[ends],
        traces.occurred_at[ends],
        person[bought],
        traces.occurred_at[bought],
        traces.amount_minor[bought],
        traces.currency[bought].astype(np.int64),
    )


def _trial(name: str, marks: list[Mark], parts: list[Seen], currencies: tuple[str, ...]) -> Trial:
    all_drawn = not all(mark.withheld for mark in marks)
    first: dict[int, Mark] = {}
    for mark in sorted(marks, key=lambda mark: (mark.drawn_at, not mark.withheld)):
        first.setdefault(mark.person, mark)
    start = min(mark.drawn_at for mark in marks)
    if all_drawn:
        person = np.array(sorted(first), dtype=np.int64)
        since = np.array([first[who].drawn_at for who in person.tolist()], dtype=np.int64)
    else:
        person = np.sort(np.concatenate([part.person[part.last_at >= start] for part in parts]))
        since = np.full(len(person), start)
    withheld = np.array([who in first and first[who].withheld for who in person.tolist()], dtype=np.bool_)
    conversions, value = _bought_since(person, since, parts, currencies)
    return Trial(name, person, withheld, conversions, value, all_drawn)


def _bought_since(
    person: Indices, since: Indices, parts: list[Seen], currencies: tuple[str, ...]
) -> tuple[Floats, Mapping[str, Floats]]:
    buyer, at, amount, currency = (
        np.concatenate([getattr(part, column) for part in parts])
        for column in ("buyer", "bought_at", "amount_minor", "currency")
    )
    place = np.minimum(np.searchsorted(person, buyer), max(len(person) - 1, 0))
    counts = (person[place] == buyer) & (at >= since[place])
    place, amount, currency = place[counts], amount[counts], currency[counts]
    value = {
        currencies[code]: np.bincount(
            place[currency == code], weights=amount[currency == code], minlength=len(person)
        ).astype(np.float64)
        for code in np.unique(currency[currency >= 0]).tolist()
    }
    return np.bincount(place, minlength=len(person)).astype(np.float64), value
