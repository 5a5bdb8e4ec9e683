"""The law of the benchmark's events: who does what, then what, and when. Seeded; the same arguments give the same rows.

A journey's length is log-normal (median 4, 99 in 100 below 60, at most 2,000). What follows what is a first-order
chain over 27 activities, so the true graph is known; about 6 in 100 persons order. Gaps are a mixture: within a session
(median 45 s, at most 25 minutes) and, 28 times in 100, between sessions (median 20 hours, at least 35 minutes).
"""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000  # microseconds
FIRST_AT = 1_735_689_600_000_000  # 2025-01-01 UTC
ARRIVAL_DAYS = 300

MEDIAN_LENGTH, P99_LENGTH, LONGEST = 4, 60, 2_000
NEW_SESSION_SHARE = 0.28

# activity | weight as a first step | its own channel, "" for the session's | carries money | likelier next steps
# A next step that is not named weighs OTHERS; an order, a delivery or a refund that is not named weighs RARELY.
OTHERS, RARELY = 0.12, 0.0015
RARE = ("order", "delivered", "refund")
WAY = """
page_view:home      | 30  |          |   | page_view:category 30, page_view:article 22, page_view:product 14, search 12, page_view:home 10
page_view:article   | 22  |          |   | page_view:article 34, page_view:home 18, page_view:product 12, download 4, newsletter_signup 5, webinar 2
page_view:category  | 10  |          |   | page_view:product 48, page_view:category 16, page_view:compare 8, search 6
page_view:product   | 14  |          |   | page_view:product 22, page_view:compare 14, page_view:price 18, page_view:category 14, cart 6, store_visit 3
page_view:compare   | 3   |          |   | page_view:price 26, page_view:product 26, ask 7, page_view:compare 10
page_view:price     | 3   |          |   | page_view:compare 12, page_view:product 18, ask 8, book_call 7, quote 6, cart 9
search              | 4   |          |   | page_view:product 40, page_view:category 18, search 14, page_view:article 8
ad_click            | 6   |          |   | page_view:home 30, page_view:product 34, page_view:article 12
email_open          | 2   | email    |   | email_click 36, email_open 20, page_view:home 8
email_click         | 1   | email    |   | page_view:product 28, page_view:article 20, page_view:price 8
newsletter_signup   | 0.5 |          |   | email_open 40, page_view:article 16
download            | 0.5 |          |   | page_view:article 20, email_open 14, book_call 6
webinar             | 0.5 |          |   | email_open 18, book_call 10, page_view:price 12
ask                 | 1   | chat     |   | ask 24, page_view:product 16, page_view:price 14, book_call 10, quote 5
book_call           | 0.5 |          |   | call_held 62, page_view:article 6
call_held           | 0.5 | phone    |   | quote 34, call_held 10, demo 8, page_view:price 8
store_visit         | 1.5 | store    |   | demo 16, page_view:product 16, cart 8, quote 8, store_visit 8
demo                | 0.2 | store    |   | quote 26, page_view:price 14, store_visit 10
quote               | 0.1 |          | 1 | page_view:compare 10, call_held 12, quote 8, order 3.2
cart                | 0.2 |          | 1 | checkout 32, cart 14, page_view:product 18
checkout            | 0   |          | 1 | order 7, cart 14, ask 4
order               | 0   |          | 1 | delivered 66, support_ticket 5, email_open 8
delivered           | 0   | delivery |   | review 12, support_ticket 10, email_open 16, page_view:home 10, complaint 4
support_ticket      | 0.3 | phone    |   | support_ticket 18, complaint 10, page_view:article 8, call_held 5
complaint           | 0.1 | chat     |   | support_ticket 24, refund 14, complaint 10
refund              | 0   |          | 1 | email_open 10, page_view:home 6
review              | 0.1 |          |   | page_view:home 12, email_open 12
"""  # noqa: E501 - a table reads better than its wrapped rows
ENTRY_CHANNELS = {
    "organic_search": 27,
    "direct": 18,
    "paid_search": 14,
    "email": 10,
    "social": 9,
    "paid_social": 7,
    "referral": 5,
    "display": 4,
    "affiliate": 3,
}

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


class Law:
    """The table above as arrays to draw from."""

    def __init__(self) -> None:
        rows = [[cell.strip() for cell in line.split("|")] for line in WAY.strip().splitlines()]
        self.activities = [row[0] for row in rows]
        place = {name: code for code, name in enumerate(self.activities)}
        self.first = _cumulative(np.array([[float(row[1]) for row in rows]]))
        weights = np.full((len(rows), len(rows)), OTHERS)
        weights[:, [place[name] for name in RARE]] = RARELY
        for code, row in enumerate(rows):
            for step in row[4].split(", "):
                name, weight = step.rsplit(" ", 1)
                weights[code, place[name]] = float(weight)
        self.next = _cumulative(weights)
        own = sorted({row[2] for row in rows if row[2]} - ENTRY_CHANNELS.keys())
        self.channels = [*ENTRY_CHANNELS, *own]
        self.entry = _cumulative(np.array([list(map(float, ENTRY_CHANNELS.values()))]))
        self.own_channel = np.array([self.channels.index(row[2]) if row[2] else -1 for row in rows])
        self.carries_money = np.array([bool(row[3]) for row in rows])


def _cumulative(weights: Floats) -> Floats:
    """Rows of cumulated shares, row r shifted by r, so that one sorted search serves every row at once."""
    shares: Floats = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    shares[:, -1] = 1.0
    shifted: Floats = shares + np.arange(len(weights))[:, None]
    return shifted


def _draw(rng: np.random.Generator, cumulated: Floats, row: Codes) -> Codes:
    found = np.searchsorted(cumulated.ravel(), row + rng.random(len(row)), side="right")
    drawn: Codes = np.minimum(found - row * cumulated.shape[1], cumulated.shape[1] - 1)
    return drawn


def lengths(rng: np.random.Generator, events: int) -> Codes:
    """Lengths of journeys, longest first, that sum to exactly so many events."""
    spread = math.log(P99_LENGTH / MEDIAN_LENGTH) / 2.3263  # the normal's 99th percentile
    drawn = np.zeros(0, np.int64)
    while drawn.sum() < events:
        more = rng.lognormal(math.log(MEDIAN_LENGTH), spread, max(1_000, events // 8))
        drawn = np.concatenate([drawn, np.clip(np.rint(more), 1, LONGEST).astype(np.int64)])
    ends = np.cumsum(drawn)
    kept = drawn[: int(np.searchsorted(ends, events)) + 1]
    kept[-1] -= int(kept.sum()) - events
    return np.sort(kept)[::-1]


def events(count: int, *, seed: int = 7) -> pa.Table:
    """So many events, as they would arrive: in order of time, persons interleaved.

    Returns:
        Columns person_id (int64), time (timestamp[us, UTC]; strictly increasing within a person), activity and channel
        (dictionaries), amount (float64, null unless the activity carries money).
    """
    rng = np.random.default_rng(seed)
    law = Law()
    length = lengths(rng, count)
    persons = len(length)
    begins = np.cumsum(length) - length
    alive = persons - np.searchsorted(length[::-1], np.arange(length[0]), side="right")  # still going after each step

    activity, channel = np.empty(count, np.int8), np.empty(count, np.int8)
    at = np.empty(count, np.int64)
    here = _draw(rng, law.first, np.zeros(persons, np.int64))
    session = _draw(rng, law.entry, np.zeros(persons, np.int64))
    clock = FIRST_AT + (rng.random(persons) * ARRIVAL_DAYS * DAY).astype(np.int64)
    for step, going in enumerate(alive):
        if step:
            here = _draw(rng, law.next, here[:going])
            new = rng.random(going) < NEW_SESSION_SHARE
            inside = np.clip(rng.lognormal(math.log(45e6), 1.1, going), 1e6, 25 * MINUTE)
            between = np.clip(rng.lognormal(math.log(20 * HOUR), 1.5, going), 35 * MINUTE, 60 * DAY)
            clock = clock[:going] + np.where(new, between, inside).astype(np.int64)
            session = np.where(new, _draw(rng, law.entry, np.zeros(going, np.int64)), session[:going])
        rows = begins[:going] + step
        activity[rows], at[rows] = here, clock
        own = law.own_channel[here]
        channel[rows] = np.where(own < 0, session, own)
    person = np.repeat(rng.permutation(persons) + 1, length)  # from 1: many systems write 0 where they know nobody

    order = np.argsort(at, kind="stable")
    activity, channel = activity[order], channel[order]
    paid = law.carries_money[activity]
    amount = np.full(count, np.nan)
    amount[paid] = np.round(rng.lognormal(math.log(220), 0.9, int(paid.sum())), 2)
    return pa.table(
        {
            "person_id": pa.array(person[order]),
            "time": pa.array(at[order], pa.timestamp("us", tz="UTC")),
            "activity": pa.DictionaryArray.from_arrays(pa.array(activity), pa.array(law.activities)),
            "channel": pa.DictionaryArray.from_arrays(pa.array(channel), pa.array(law.channels)),
            "amount": pa.array(amount, mask=~paid),
        }
    )
