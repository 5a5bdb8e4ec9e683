"""Every state against every event, and every sequence of events: never no owner, never two."""

from __future__ import annotations

from itertools import product

import pytest

from tillit.desk.owner import BY_PEOPLE, Event, NotNow, Owner, Ownership, SomebodyElseHasIt
from tillit.errors import QueryError

BO, CY = 1, 2
STATES = (
    Ownership(Owner.MACHINE),
    Ownership(Owner.DESK),
    Ownership(Owner.PERSON, BO),
    Ownership(Owner.PERSON, CY),
    Ownership(Owner.CLOSED),
)
STEPS = [(event, by) for event in Event for by in ((BO, CY) if event in BY_PEOPLE else (None,))]

# By hand, apart from the code: what Bo, the customer, the machine and the clock bring about; "-" is refused.
EXPECTED = """
                          machine desk    bo      cy      closed
customer_writes           machine desk    bo      cy      desk
customer_asks_for_person  desk    desk    bo      cy      desk
customer_is_done          closed  closed  closed  closed  closed
machine_answers           machine -       -       -       -
machine_hands_over        desk    -       -       -       -
person_takes              bo      bo      bo      -       -
person_takes_over         -       -       bo      bo      -
person_answers            -       -       bo      -       -
person_lets_go            -       -       desk    -       -
person_hands_back         -       -       machine -       -
person_closes             closed  closed  closed  -       closed
person_opens_again        -       -       -       -       bo
nobody_answered           -       desk    desk    desk    -
"""


def _named(state: Ownership) -> str:
    return {BO: "bo", CY: "cy", None: state.owner.value}[state.handler]


def _cases() -> list[tuple[str, str, str]]:
    head, *lines = [line.split() for line in EXPECTED.strip().splitlines()]
    return [(event, state, after) for event, *found in lines for state, after in zip(head, found, strict=True)]


@pytest.mark.parametrize(("event", "state", "after"), _cases())
def test_each_state_meets_each_event(event: str, state: str, after: str) -> None:
    before = next(one for one in STATES if _named(one) == state)
    by = BO if Event(event) in BY_PEOPLE else None
    if after == "-":
        with pytest.raises(NotNow):
            before.after(Event(event), by=by)
        assert not before.may(Event(event), by=by)
    else:
        assert _named(before.after(Event(event), by=by)) == after


def test_the_table_above_leaves_nothing_out() -> None:
    assert {(event, state) for event, state, _ in _cases()} == set(product(list(Event), map(_named, STATES)))


def test_no_sequence_of_six_events_leaves_no_owner_or_two() -> None:
    """All 64 million ways to choose six steps, walked as the states they lead to."""
    reached = {Ownership(Owner.MACHINE)}
    for _ in range(6):
        following = set()
        for state, (event, by) in product(reached, STEPS):
            try:
                after = state.after(event, by=by)
            except NotNow:
                after = state  # refused: nothing changes
            assert (after.owner is Owner.PERSON) == (after.handler in (BO, CY))
            assert (after.owner is not Owner.PERSON) == (after.handler is None)
            following.add(after)
        reached = following | reached
    assert reached == set(STATES)


@pytest.mark.parametrize("state", STATES)
def test_a_person_is_one_action_of_the_customer_away(state: Ownership) -> None:
    after = state.after(Event.CUSTOMER_ASKS_FOR_PERSON)
    assert after.owner in (Owner.DESK, Owner.PERSON)


@pytest.mark.parametrize("state", [one for one in STATES if one.owner is not Owner.MACHINE])
def test_the_machine_is_silent_while_it_does_not_own(state: Ownership) -> None:
    for event in (Event.MACHINE_ANSWERS, Event.MACHINE_HANDS_OVER):
        with pytest.raises(NotNow, match="machine says nothing"):
            state.after(event)


def test_only_who_has_it_gives_it_to_the_machine() -> None:
    into_machine = {
        (state, event, by)
        for state in STATES
        for event, by in STEPS
        if state.owner is not Owner.MACHINE and state.may(event, by=by)
        if state.after(event, by=by).owner is Owner.MACHINE
    }
    assert into_machine == {(Ownership(Owner.PERSON, who), Event.PERSON_HANDS_BACK, who) for who in (BO, CY)}


def test_a_colleague_is_told_who_has_it() -> None:
    with pytest.raises(SomebodyElseHasIt, match="Take it over first"):
        Ownership(Owner.PERSON, BO).after(Event.PERSON_ANSWERS, by=CY)


@pytest.mark.parametrize(("owner", "handler"), [(Owner.PERSON, None), (Owner.DESK, BO), (Owner.CLOSED, BO)])
def test_no_owner_and_two_cannot_be_written_down(owner: Owner, handler: int | None) -> None:
    with pytest.raises(QueryError, match="one person or by none"):
        Ownership(owner, handler)


@pytest.mark.parametrize(("event", "by"), [(Event.PERSON_TAKES, None), (Event.CUSTOMER_WRITES, BO)])
def test_who_does_it_is_said_where_one_of_us_does(event: Event, by: int | None) -> None:
    with pytest.raises(QueryError, match="who does it"):
        Ownership(Owner.DESK).after(event, by=by)
