"""Ways of being sent around that have a name: each a rule that a reader can check against one journey by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.friction.after_meetings import MEETS
from tillit.journeys.cases import DAY
from tillit.journeys.traces import Names, Traces
from tillit.vocabulary import Actor, Channel

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]

MINUTE = 60 * 1_000_000
A_SITTING = 30 * MINUTE
PATIENCE = DAY
A_WEEK = 7 * DAY
A_MONTH = 30 * DAY

# What is asked, and what answers it.
ANSWERS = (
    (frozenset({"question_asked"}), frozenset({"question_answered"})),
    (frozenset({"quote_requested"}), frozenset({"quote_sent"})),
    (frozenset({"ticket_opened", "complaint_made"}), frozenset({"ticket_answered", "ticket_solved"})),
)
CONTACTS = frozenset({"question_asked", "ticket_opened", "complaint_made"})
CONTACT_ANSWERS = frozenset({"question_answered", "ticket_answered", "ticket_solved"})
# Not "checkout_step_viewed": a checkout of three pages sends it three times where all is well.
FORMS = frozenset({"checkout_started", "payment_info_entered", "coupon_entered"})
MET_A_PERSON = frozenset().union(*MEETS.values())
REWORK = frozenset({"ticket_opened", "complaint_made", "order_returned", "order_refunded"})
PRICES = frozenset({"price_viewed", "total_price_viewed"})
# What a customer does on the way out, after the price: it does not make the price less the last word.
ON_THE_WAY_OUT = frozenset({"product_removed", "cart_viewed"})
TOOK_ANOTHER = frozenset({"product_added", "checkout_started", "order_completed", "product_added_to_wishlist"})
LOOKED_FOR_A_PERSON = frozenset({"contact_viewed", "person_requested"})
BOUGHT = frozenset({"order_completed", "deal_won"})
CAME_IN_TOUCH = CONTACTS | BOUGHT | {"call_booked", "quote_requested", "store_visited"}
NO_LONGER_RINGS = MET_A_PERSON | CONTACT_ANSWERS | BOUGHT
AT_ONCE = MINUTE  # one call rings at several desks, and is told as several: taken at one, missed at the others
THROUGH_THE_WALL = frozenset(
    {"logged_in", "account_created", "checkout_started", "checkout_step_viewed", "checkout_step_completed"}
    | {"payment_info_entered", "order_completed"}
)
# Ways of contact of their own; what remains, but for these two, is the web, by whichever road it was reached.
OFF_THE_WEB = (Channel.STORE, Channel.PHONE, Channel.CHAT, Channel.MAIL, Channel.SUPPORT)
NO_WAY_OF_CONTACT = (Channel.DELIVERY, Channel.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A named rule: which of these journeys show it, given the last instant the data know of."""

    name: str
    meaning: str
    shows: Callable[[Traces, Names, int], Mask]


def channel_ping_pong(traces: Traces, names: Names, newest_at: int) -> Mask:  # noqa: ARG001 - one form for all rules
    """From one way of contact to another, back and there again (A, B, A, B, none other between) within 7 days.

    Each may be used several times in a row; the 7 days run from the last of the first row to the first of the last.
    What others do counts for nothing: an answer by phone sends nobody to the phone.
    """
    assert traces.channel is not None  # noqa: S101 - `COLUMNS` asks for it
    way_of = np.array([_way_of_contact(channel) for channel in names.channel] + [-1], np.int64)  # -1 is the last
    way, journey = way_of[traces.channel], _journey_of(traces)
    met = np.flatnonzero((way >= 0) & ~_is_by(traces, names, Actor.PERSON, Actor.MACHINE))
    turns = np.ones(len(met), np.bool_)
    turns[1:] = (way[met][1:] != way[met][:-1]) | (journey[met][1:] != journey[met][:-1])
    opens = np.flatnonzero(turns)
    first = met[opens]
    fourth = first[3:]
    a, b, c = first[:-3], first[1:-2], first[2:-1]
    back = (journey[a] == journey[fourth]) & (way[a] == way[c]) & (way[b] == way[fourth])
    soon = traces.occurred_at[fourth] - traces.occurred_at[met[opens[1:-2] - 1]] <= A_WEEK
    return _journeys_with(traces, a[back & soon])


def repeat_search(traces: Traces, names: Names, newest_at: int) -> Mask:  # noqa: ARG001
    """Three searches in a row within 30 minutes, and nothing looked at in between."""
    return _three_times(traces, names, frozenset({"products_searched"}), in_a_row=True)


def form_loop(traces: Traces, names: Names, newest_at: int) -> Mask:  # noqa: ARG001
    """The same form of the checkout three times within 30 minutes."""
    return _three_times(traces, names, FORMS, in_a_row=False)


def waiting_for_an_answer(traces: Traces, names: Names, newest_at: int) -> Mask:
    """A question, request, ticket or complaint without an answer of its kind for more than 24 hours.

    One answer settles all that was asked before it. What was asked less than 24 hours before the data end is not held
    against anybody.
    """
    found = np.zeros(traces.journeys, np.bool_)
    for asks, answers in ANSWERS:
        asked = np.flatnonzero(_is_one_of(traces, names, asks))
        if not len(asked):
            continue
        answer = _next_row(traces, _is_one_of(traces, names, answers))[asked]
        until = np.where(answer < 0, newest_at, traces.occurred_at[answer])
        found |= _journeys_with(traces, asked[until - traces.occurred_at[asked] > PATIENCE])
    return found


def contact_again(traces: Traces, names: Names, newest_at: int) -> Mask:  # noqa: ARG001
    """A question, ticket or complaint within 7 days after an answer: that one did not settle the matter."""
    return _follows_within(traces, names, CONTACT_ANSWERS, CONTACTS, A_WEEK)


def silent_leaver(traces: Traces, names: Names, newest_at: int) -> Mask:
    """A visit, advice or a quote is the last that is known, for 7 days and more, and the goal was not reached."""
    last = traces.offsets[1:] - 1
    met = _is_one_of(traces, names, MET_A_PERSON)[last]
    return np.asarray(met & ~traces.reached_goal & (newest_at - traces.occurred_at[last] >= A_WEEK), np.bool_)


def rework_after_delivery(traces: Traces, names: Names, newest_at: int) -> Mask:  # noqa: ARG001
    """A ticket, complaint, return or refund within 30 days after a delivery."""
    return _follows_within(traces, names, frozenset({"order_delivered"}), REWORK, A_MONTH)


def price_shock(traces: Traces, names: Names, newest_at: int) -> Mask:
    """A price is the last that was looked at, for 7 days and more, and the goal was not reached.

    Taking something out of the basket, or a last look at it, within 30 minutes belongs to leaving.
    """
    last = traces.offsets[1:] - 1
    price = _is_one_of(traces, names, PRICES)
    way_out = _is_one_of(traces, names, ON_THE_WAY_OUT)
    # The last row that is no way out, of the whole file; if it stands in another journey it is no price of this one.
    speaks = np.maximum.accumulate(np.where(way_out, -1, np.arange(traces.events))) if traces.events else last
    seen = speaks[last]
    own = seen >= traces.offsets[:-1]
    soon = traces.occurred_at[last] - traces.occurred_at[seen] <= A_SITTING
    gone = newest_at - traces.occurred_at[last] >= A_WEEK
    return np.asarray(own & price[seen] & soon & gone & ~traces.reached_goal, np.bool_)


def out_of_stock_visit(traces: Traces, names: Names, newest_at: int) -> Mask:
    """What was wanted was out of stock, and nothing was put in the basket, wished for or ordered within 24 hours."""
    out = _is_one_of(traces, names, {"out_of_stock_seen"})
    return _without_what_helps(traces, out, _is_one_of(traces, names, TOOK_ANOTHER), longest=DAY, newest_at=newest_at)


def dead_end(traces: Traces, names: Names, newest_at: int) -> Mask:
    """The customer looked for a person, and within 24 hours met none, asked nobody, came to no shop, bought nothing."""
    looked = _is_one_of(traces, names, LOOKED_FOR_A_PERSON)
    helping = _is_one_of(traces, names, CAME_IN_TOUCH) | _is_by(traces, names, Actor.PERSON)
    return _without_what_helps(traces, looked, helping, longest=PATIENCE, newest_at=newest_at)


def missed_call(traces: Traces, names: Names, newest_at: int) -> Mask:
    """The customer rang in vain, and within 24 hours talked with nobody, was not answered, met nobody, bought nothing.

    It does not matter who rings for the talk. A call of ours that they did not take is none of theirs, and no talk.
    """
    rang = _is_one_of(traces, names, {"call_missed"}) & ~_is_by(traces, names, Actor.PERSON, Actor.MACHINE)
    rang &= ~_just_after(traces, _is_one_of(traces, names, {"call_held"}), AT_ONCE)
    settled = _is_one_of(traces, names, NO_LONGER_RINGS)
    return _without_what_helps(traces, rang, settled, longest=PATIENCE, newest_at=newest_at)


def login_wall(traces: Traces, names: Names, newest_at: int) -> Mask:
    """A log-in was demanded, and within 30 minutes the customer neither logged in nor got on in the checkout."""
    asked = _is_one_of(traces, names, {"login_asked"})
    through = _is_one_of(traces, names, THROUGH_THE_WALL)
    return _without_what_helps(traces, asked, through, longest=A_SITTING, newest_at=newest_at)


COLUMNS = ("channel", "actor")
PATTERNS: tuple[Pattern, ...] = (
    Pattern("channel_ping_pong", "there and back between two ways of contact, twice in 7 days", channel_ping_pong),
    Pattern("repeat_search", "three searches in a row within 30 minutes", repeat_search),
    Pattern("form_loop", "the same form of the checkout three times within 30 minutes", form_loop),
    Pattern("price_shock", "a price seen, and nothing more for 7 days", price_shock),
    Pattern("out_of_stock_visit", "out of stock, and nothing else taken within 24 hours", out_of_stock_visit),
    Pattern("login_wall", "a log-in demanded, and not got past within 30 minutes", login_wall),
    Pattern("dead_end", "looked for a person, and met none within 24 hours", dead_end),
    Pattern("missed_call", "rang in vain, and talked with nobody within 24 hours", missed_call),
    Pattern("waiting_for_an_answer", "asked, and no answer for more than 24 hours", waiting_for_an_answer),
    Pattern("contact_again", "asked again within 7 days after an answer", contact_again),
    Pattern("silent_leaver", "not heard of again after a visit, advice or a quote", silent_leaver),
    Pattern("rework_after_delivery", "ticket, complaint or return within 30 days of a delivery", rework_after_delivery),
)


def _way_of_contact(channel: str) -> int:
    """A number for each way of contact; -1 for what is none."""
    if channel in NO_WAY_OF_CONTACT:
        return -1
    return OFF_THE_WEB.index(Channel(channel)) + 1 if channel in OFF_THE_WEB else 0


def _journey_of(traces: Traces) -> Rows:
    return np.repeat(np.arange(traces.journeys), np.diff(traces.offsets))


def _journeys_with(traces: Traces, rows: Rows) -> Mask:
    """Which journeys one of these rows stands in."""
    found = np.zeros(traces.journeys, np.bool_)
    found[np.searchsorted(traces.offsets, rows, side="right") - 1] = True
    return found


def _is_one_of(traces: Traces, names: Names, activities: Collection[str]) -> Mask:
    wanted = np.array([name in activities for name in names.activity], np.bool_)
    return wanted[traces.activity] if wanted.any() else np.zeros(traces.events, np.bool_)


def _is_by(traces: Traces, names: Names, *actors: Actor) -> Mask:
    """Per row: did one of these do it?"""
    assert traces.actor is not None  # noqa: S101 - `COLUMNS` asks for it
    return np.array([*(name in actors for name in names.actor), False], np.bool_)[traces.actor]  # -1 is the last


def _next_row(traces: Traces, wanted: Mask) -> Rows:
    """Per row the next wanted one of its journey, itself included; -1 where there is none."""
    if not wanted.any():
        return np.full(traces.events, -1)
    end = np.repeat(traces.offsets[1:], np.diff(traces.offsets))
    coming = np.where(wanted, np.arange(traces.events), traces.events)
    coming = np.minimum.accumulate(coming[::-1])[::-1] if traces.events else coming
    return np.where(coming < end, coming, -1)


def _just_after(traces: Traces, wanted: Mask, longest: int) -> Mask:
    """Per row: does a wanted one stand before it in its journey, at most `longest` microseconds earlier?"""
    if not wanted.any():
        return np.zeros(traces.events, np.bool_)
    begin = np.repeat(traces.offsets[:-1], np.diff(traces.offsets))
    last = np.maximum.accumulate(np.where(wanted, np.arange(traces.events), -1))
    return np.asarray((last >= begin) & (traces.occurred_at - traces.occurred_at[last] <= longest), np.bool_)


def _follows_within(traces: Traces, names: Names, first: Collection[str], then: Collection[str], longest: int) -> Mask:
    """One of `then` after one of `first` in the same journey, at most `longest` microseconds later."""
    rows = np.flatnonzero(_is_one_of(traces, names, first))
    if not len(rows):
        return np.zeros(traces.journeys, np.bool_)
    follower = _next_row(traces, _is_one_of(traces, names, then))[rows]
    waited = traces.occurred_at[follower] - traces.occurred_at[rows]
    return _journeys_with(traces, rows[(follower >= 0) & (waited <= longest)])


def _without_what_helps(traces: Traces, trouble: Mask, helping: Mask, *, longest: int, newest_at: int) -> Mask:
    """A trouble after which nothing that helps follows in its journey within `longest`, if the data go on so long."""
    rows = np.flatnonzero(trouble)
    if not len(rows):
        return np.zeros(traces.journeys, np.bool_)
    helped = _next_row(traces, helping)[rows]
    in_time = (helped >= 0) & (traces.occurred_at[helped] - traces.occurred_at[rows] <= longest)
    known = newest_at - traces.occurred_at[rows] > longest
    return _journeys_with(traces, rows[~in_time & known])


def _three_times(traces: Traces, names: Names, activities: Collection[str], *, in_a_row: bool) -> Mask:
    """The same one of the activities three times in one sitting; in a row: with nothing else in between."""
    journey = _journey_of(traces)
    found = np.zeros(traces.journeys, np.bool_)
    for name in sorted(set(activities) & set(names.activity)):
        rows = np.flatnonzero(traces.activity == names.activity.index(name))
        first, third = rows[:-2], rows[2:]
        close = traces.occurred_at[third] - traces.occurred_at[first] <= A_SITTING
        close &= journey[first] == journey[third]
        if in_a_row:
            close &= third - first == 2
        found |= _journeys_with(traces, first[close])
    return found
