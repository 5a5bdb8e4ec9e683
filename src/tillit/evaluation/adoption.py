"""What was learned about a moment, as a change of the matrix: allowed only where it gains and nobody fares worse.

A person approves it; nothing here changes a policy by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tillit.evaluation.harm import NO_WORSE_WITHIN, Harm, Lacking
from tillit.evaluation.results import Span
from tillit.evaluation.standing import Measured, Verdict
from tillit.meetings.policy import Cell, Policy, Way


@dataclass(frozen=True, slots=True)
class Adoption:
    """A moment's cell before and after.

    Attributes:
        gain: How much more of one such moment ends well, with the range that holds at every look.
        now: P(good outcome) by the matrix of today, `then` by the changed one.
        lacking: Empty where somebody may approve it.
    """

    cell: Cell
    way: Way
    new_way: Way
    to_person: bool
    gain: Span
    now: Span
    then: Span
    complaints: Harm
    asked_afterwards: Harm
    lacking: tuple[Lacking, ...]


def adoption(policy: Policy, cell: Cell, measured: Measured) -> Adoption | None:
    """The change that a comparison speaks for; None where the matrix does so already, or nothing is known of harm.

    A person is offered where one adds something for certain. A machine takes over, with a person one click away, where
    it does better or a person is known to add less than is worth it.
    """
    way = policy.cells[cell]
    if measured.complaints is None or measured.asked_afterwards is None:
        return None
    to_person = measured.verdict is Verdict.PERSON or (
        measured.verdict is Verdict.OPEN and measured.difference.value > 0
    )
    if way.prefers_person == to_person:
        return None
    difference = measured.difference
    gain = difference if to_person else Span(-difference.value, -difference.high, -difference.low)
    complaints, asked = (
        harm if to_person else harm.turned for harm in (measured.complaints, measured.asked_afterwards)
    )
    watched = ((Lacking.COMPLAINTS, complaints), (Lacking.ASKED_AFTERWARDS, asked))
    lacking = [name for name, harm in watched if harm.at_most >= NO_WORSE_WITHIN]
    if measured.verdict is Verdict.OPEN:
        lacking = [Lacking.DIFFERENCE, *lacking]
    now, then = (measured.machine, measured.person) if to_person else (measured.person, measured.machine)
    return Adoption(
        cell=cell,
        way=way,
        new_way=Way.OFFER if to_person else Way.PERSON_NEAR,
        to_person=to_person,
        gain=gain,
        now=now,
        then=then,
        complaints=complaints,
        asked_afterwards=asked,
        lacking=tuple(lacking),
    )


def adopted(policy: Policy, change: Adoption, *, person_adds: float) -> Policy:
    """The policy with the change, with what a person adds on record, and nothing drawn at the moment any more."""
    learning = policy.learning
    is_learned = learning is not None and (learning.errand, learning.stakes) == change.cell
    return replace(
        policy,
        cells={**policy.cells, change.cell: change.new_way},
        adds={**policy.adds, change.cell: round(person_adds, 4)},
        learning=None if is_learned else learning,
    )
