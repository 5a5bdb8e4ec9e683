"""Journeys in which it is known who was sent around, and others that only look so.

Each episode is a way that something happens: to a customer in trouble, or to one who is in none. Of the latter most can
be told apart by a rule; the *rare* ones cannot, because their events are those of the trouble (a customer whose phone
rang leaves a price as one does to whom it is too high). They are here so that no rule gets a perfect mark for free.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.vocabulary import ACTIVITY_BY_NAME, Actor, Channel

MINUTE, HOUR, DAY = 60, 3_600, 86_400
RARE = 0.08  # as heavy as this beside an episode of weight 1
STRAY = 0.04  # chance of an ordinary page between two steps of an episode
BROWSING = ("page_viewed", "product_viewed", "product_list_viewed", "products_searched", "price_viewed", "cart_viewed")
ENDS_AT = 200 * DAY


@dataclass(frozen=True, slots=True)
class Step:
    """An activity after a pause of `low` to `high` seconds; `actor`: where not whoever usually does such a thing."""

    activity: str
    low: float
    high: float
    channel: str = Channel.DIRECT.value
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """Steps in their order; `ends`: the customer does nothing after; `also`: troubles besides the pattern's own."""

    pattern: str
    trouble: bool
    steps: tuple[Step, ...]
    ends: bool = False
    weight: float = 1.0
    also: tuple[str, ...] = ()

    @property
    def troubles(self) -> frozenset[str]:
        return frozenset(((self.pattern,) if self.trouble else ()) + self.also)


@dataclass(frozen=True, slots=True)
class Happened:
    activity: str
    channel: str
    actor: str
    at: int  # seconds


@dataclass(frozen=True, slots=True)
class TroubledJourney:
    """One customer's only journey, and the troubles that the customer truly had."""

    happened: tuple[Happened, ...]
    troubles: frozenset[str]


def _web(*activities: str, low: float = 20, high: float = 5 * MINUTE) -> tuple[Step, ...]:
    return tuple(Step(activity, low, high) for activity in activities)


def _after(activity: str, low: float, high: float, channel: str = Channel.DIRECT.value) -> tuple[Step, ...]:
    return (Step(activity, low, high, channel),)


_PHONE, _STORE = Channel.PHONE.value, Channel.STORE.value
_ASK_PHONE = _after("question_asked", HOUR, DAY, _PHONE)
_ANSWER_PHONE = _after("question_answered", MINUTE, 20 * MINUTE, _PHONE)
_BACK_ON_THE_WEB = _after("help_viewed", MINUTE, DAY)
_VISIT = _after("store_visited", DAY, 3 * DAY, _STORE)
_ORDER = _web("checkout_started", "payment_info_entered", "order_completed")
_DELIVERY = _after("order_delivered", DAY, 4 * DAY, Channel.DELIVERY.value)
_TO_THE_PRICE = _web("product_viewed", "price_viewed")
_SOLVED = _after("ticket_solved", 10 * MINUTE, 10 * HOUR)
_RINGS = _after("call_missed", MINUTE, DAY, _PHONE)
_WE_RING = (Step("call_missed", HOUR, 20 * HOUR, _PHONE, Actor.PERSON),)
_LOOK_ON = _after("product_viewed", HOUR, 5 * DAY)

EPISODES: tuple[Episode, ...] = (
    Episode("channel_ping_pong", True, (_BACK_ON_THE_WEB + _ASK_PHONE + _ANSWER_PHONE) * 2, also=("contact_again",)),
    Episode(
        "channel_ping_pong",
        False,
        (_after("product_viewed", 5 * DAY, 12 * DAY) + _after("store_visited", 5 * DAY, 12 * DAY, _STORE)) * 2,
    ),
    Episode("channel_ping_pong", False, _BACK_ON_THE_WEB + _ASK_PHONE + _ANSWER_PHONE + _BACK_ON_THE_WEB),
    Episode("channel_ping_pong", False, (_web("product_viewed") + _VISIT) * 2 + _ORDER, weight=RARE),
    Episode("repeat_search", True, _web(*["products_searched"] * 4, low=10, high=2 * MINUTE)),
    Episode("repeat_search", False, _web(*["products_searched", "product_viewed"] * 3)),
    Episode("repeat_search", False, _after("products_searched", DAY, 3 * DAY) * 3),
    Episode("repeat_search", False, _web(*["products_searched"] * 3) + _ORDER, weight=RARE),
    Episode("form_loop", True, _web("checkout_started", *["payment_info_entered"] * 4, low=15, high=4 * MINUTE)),
    Episode("form_loop", False, _web("checkout_started", *["checkout_step_viewed"] * 3) + _ORDER[1:]),
    Episode("form_loop", False, _after("checkout_started", 2 * HOUR, 2 * DAY) * 3),
    Episode("form_loop", False, _web(*["coupon_entered"] * 3) + _ORDER, weight=RARE),
    Episode("price_shock", True, _TO_THE_PRICE, ends=True),
    Episode("price_shock", True, _web("cart_viewed", "total_price_viewed", "product_removed"), ends=True),
    Episode("price_shock", False, _TO_THE_PRICE + _ORDER, weight=2),
    Episode("price_shock", False, _TO_THE_PRICE + _LOOK_ON, ends=True),
    Episode("price_shock", False, _TO_THE_PRICE, ends=True, weight=2 * RARE),
    Episode("out_of_stock_visit", True, _web("product_viewed", "out_of_stock_seen")),
    Episode("out_of_stock_visit", True, _VISIT + _after("out_of_stock_seen", MINUTE, HOUR, _STORE), ends=True),
    Episode("out_of_stock_visit", False, _web("out_of_stock_seen", "product_viewed", "product_added")),
    Episode("out_of_stock_visit", False, _web("out_of_stock_seen", "product_viewed") + _ORDER),
    Episode("out_of_stock_visit", False, _web("out_of_stock_seen") + _VISIT, weight=RARE),
    Episode("login_wall", True, _web("cart_viewed", "login_asked", low=10, high=2 * MINUTE), ends=True),
    Episode("login_wall", True, _web("login_asked", "login_asked", "page_viewed", low=10, high=2 * MINUTE)),
    Episode("login_wall", False, _web("login_asked", "logged_in", low=10, high=5 * MINUTE) + _ORDER),
    Episode("login_wall", False, _web("login_asked", "account_created", low=10, high=5 * MINUTE)),
    Episode("login_wall", False, _web("login_asked") + _ORDER),
    Episode("login_wall", False, _web("login_asked") + _after("logged_in", 2 * HOUR, DAY), weight=2 * RARE),
    Episode("dead_end", True, _web("help_viewed", "contact_viewed"), ends=True),
    Episode("dead_end", True, _web("machine_answered", "person_requested", "machine_answered", "help_viewed")),
    Episode("dead_end", False, _web("contact_viewed") + _after("question_asked", MINUTE, HOUR, _PHONE) + _ANSWER_PHONE),
    Episode("dead_end", False, _web("machine_answered", "person_requested", "question_answered")),
    Episode("dead_end", False, _web("contact_viewed") + _after("store_visited", HOUR, 20 * HOUR, _STORE)),
    Episode("dead_end", False, _web("contact_viewed"), weight=2 * RARE),
    Episode("missed_call", True, _RINGS, ends=True),
    Episode("missed_call", True, _RINGS + _after("call_missed", MINUTE, HOUR, _PHONE)),
    Episode("missed_call", True, _RINGS + _WE_RING),
    Episode("missed_call", True, _RINGS + _after("call_held", 30 * HOUR, 6 * DAY, _PHONE)),
    Episode("missed_call", False, _RINGS + _after("call_held", 5 * MINUTE, 20 * HOUR, _PHONE), weight=2),
    Episode("missed_call", False, _after("call_held", HOUR, DAY, _PHONE) + _after("call_missed", 1, 20, _PHONE)),
    Episode("missed_call", False, _WE_RING, weight=2),
    Episode("missed_call", False, _RINGS + _after("store_visited", HOUR, 20 * HOUR, _STORE)),
    Episode("missed_call", False, _RINGS + _web("help_viewed"), weight=3 * RARE),
    Episode("waiting_for_an_answer", True, _ASK_PHONE + _after("question_answered", 30 * HOUR, 6 * DAY)),
    Episode("waiting_for_an_answer", True, _after("quote_requested", HOUR, DAY), ends=True),
    Episode("waiting_for_an_answer", False, _ASK_PHONE + _ANSWER_PHONE),
    Episode(
        "waiting_for_an_answer", False, _after("quote_requested", HOUR, DAY) + _after("quote_sent", HOUR, 20 * HOUR)
    ),
    Episode("waiting_for_an_answer", False, _ASK_PHONE + _after("call_held", HOUR, DAY, _PHONE), weight=RARE),
    Episode("contact_again", True, (_ASK_PHONE + _ANSWER_PHONE) * 2),
    Episode("contact_again", False, _ASK_PHONE + _ANSWER_PHONE + _after("ticket_opened", 9 * DAY, 20 * DAY) + _SOLVED),
    Episode("contact_again", False, _ASK_PHONE + _after("question_asked", MINUTE, HOUR, _PHONE) + _ANSWER_PHONE),
    Episode(
        "contact_again",
        False,
        _ASK_PHONE + _ANSWER_PHONE + _after("ticket_opened", DAY, 6 * DAY) + _SOLVED,
        weight=RARE,
    ),
    Episode("silent_leaver", True, _VISIT, ends=True),
    Episode(
        "silent_leaver", True, _after("quote_requested", HOUR, DAY) + _after("quote_sent", HOUR, 20 * HOUR), ends=True
    ),
    Episode("silent_leaver", False, _VISIT + _LOOK_ON, ends=True),
    Episode("silent_leaver", False, _VISIT + _ORDER),
    Episode("silent_leaver", False, _VISIT, ends=True, weight=2 * RARE),
    Episode(
        "rework_after_delivery",
        True,
        _ORDER + _DELIVERY + _after("complaint_made", HOUR, 20 * DAY) + _SOLVED,
        ends=True,
    ),
    Episode(
        "rework_after_delivery", False, _ORDER + _after("ticket_opened", HOUR, DAY) + _SOLVED + _DELIVERY, ends=True
    ),
    Episode("rework_after_delivery", False, _ORDER + _DELIVERY + _after("product_reviewed", DAY, 9 * DAY), ends=True),
    Episode(
        "rework_after_delivery",
        False,
        _ORDER + _DELIVERY + _after("ticket_opened", DAY, 9 * DAY) + _SOLVED,
        weight=RARE,
    ),
)


def troubled_journeys(rng: np.random.Generator, *, customers: int) -> tuple[TroubledJourney, ...]:
    """Draw customers: a third only look around, the others meet one of the episodes on their way."""
    weight = np.array([episode.weight for episode in EPISODES])
    return tuple(
        _journey(
            rng, None if rng.random() < 1 / 3 else EPISODES[int(rng.choice(len(EPISODES), p=weight / weight.sum()))]
        )
        for _ in range(customers)
    )


def _journey(rng: np.random.Generator, episode: Episode | None) -> TroubledJourney:
    steps = _browsing(rng, int(rng.integers(1, 5)))
    if episode is not None:
        for step in episode.steps:
            steps += [*(_browsing(rng, 1) if rng.random() < STRAY else []), step]
    bought = any(step.activity == "order_completed" for step in steps)
    if not bought and (episode is None or not episode.ends):
        steps += _browsing(rng, int(rng.integers(1, 4)))
    at = float(rng.uniform(0, 100 * DAY))
    happened = []
    for step in steps:
        at += float(np.exp(rng.uniform(np.log(step.low), np.log(step.high))))
        actor = step.actor or ACTIVITY_BY_NAME[step.activity].actor
        happened.append(Happened(step.activity, step.channel, actor.value, int(at)))
    return TroubledJourney(tuple(happened), episode.troubles if episode is not None else frozenset())


def _browsing(rng: np.random.Generator, steps: int) -> list[Step]:
    # A search or a price is followed by a look at something: who only looks around is not stopped by either.
    names = [str(name) for name in rng.choice(BROWSING, steps)]
    return [Step(name, 30, DAY) for name in [*names, "product_viewed"]]
