"""The way of buying at Exempelbutiken, as a table: what a customer does next, and how likely.

This table *is* the truth that tests recover. A row is an activity under a circumstance; its probabilities sum to one.
Doing the same thing again (product after product) is not a step of the way: see `company.BURSTS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

START = "start"
STOP = "stop"  # the customer gives up, or is content; the need is over

# Circumstances. Where an activity has none of its own, the row is under ANY.
ANY = ""
FIRST, AGAIN = "first", "again"  # of a need: the customer's first with us, or a later one
HOUSEHOLD, OFFICE = "household", "office"
PHONE, DESKTOP = "phone", "desktop"  # the screen in the customer's hand
BY_MAIL, QUICK = "mail", "quick"  # how a question is asked: mail is slow, chat and phone are not
IN_STOCK, OUT_OF_STOCK = "in stock", "out of stock"
CARRIED, SENT = "carried", "sent"  # an order taken home from the counter, or delivered
ON_TIME, LATE = "on time", "late"
WITH_FREIGHT, FREIGHT_FREE = "with freight", "freight free"  # what is added to the price of a small order

Situation = tuple[str, str]  # activity, circumstance

WAY: Mapping[Situation, Mapping[str, float]] = {
    (START, FIRST): {
        "page_viewed": 0.36,
        "ad_clicked": 0.24,
        "product_viewed": 0.18,
        "store_visited": 0.10,
        "products_searched": 0.08,
        "question_asked": 0.04,
    },
    (START, AGAIN): {
        "email_clicked": 0.34,
        "page_viewed": 0.22,
        "product_viewed": 0.22,
        "store_visited": 0.16,
        "question_asked": 0.06,
    },
    ("ad_clicked", ANY): {"product_viewed": 0.62, "page_viewed": 0.23, STOP: 0.15},
    ("email_clicked", ANY): {"product_viewed": 0.66, "page_viewed": 0.20, STOP: 0.14},
    ("page_viewed", ANY): {
        "product_viewed": 0.42,
        "products_searched": 0.27,
        "store_visited": 0.05,
        "question_asked": 0.03,
        "contact_viewed": 0.03,
        "login_asked": 0.01,
        STOP: 0.19,
    },
    ("products_searched", ANY): {"product_viewed": 0.78, "page_viewed": 0.08, STOP: 0.14},
    ("product_viewed", HOUSEHOLD): {
        "products_compared": 0.24,
        "product_added": 0.24,
        "store_visited": 0.11,
        "products_searched": 0.08,
        "question_asked": 0.06,
        "page_viewed": 0.03,
        "out_of_stock_seen": 0.03,
        "contact_viewed": 0.03,
        "call_booked": 0.02,
        STOP: 0.16,
    },
    ("product_viewed", OFFICE): {
        "products_compared": 0.20,
        "call_booked": 0.18,
        "question_asked": 0.10,
        "quote_requested": 0.10,
        "login_asked": 0.10,  # companies' own prices stand behind it
        "product_added": 0.06,
        "store_visited": 0.06,
        "products_searched": 0.06,
        STOP: 0.14,
    },
    ("products_compared", ANY): {
        "product_viewed": 0.34,
        "product_added": 0.20,
        "store_visited": 0.14,
        "question_asked": 0.12,
        STOP: 0.20,
    },
    ("out_of_stock_seen", ANY): {"product_viewed": 0.34, "product_added": 0.08, "question_asked": 0.04, STOP: 0.54},
    ("login_asked", ANY): {"logged_in": 0.54, "question_asked": 0.06, STOP: 0.40},
    ("logged_in", ANY): {"product_viewed": 0.40, "product_added": 0.30, "quote_requested": 0.14, STOP: 0.16},
    # On a phone the page does not say when somebody answers, and where to call.
    ("contact_viewed", PHONE): {"question_asked": 0.30, "call_booked": 0.06, STOP: 0.64},
    ("contact_viewed", DESKTOP): {"question_asked": 0.62, "call_booked": 0.14, STOP: 0.24},
    # Showrooming: seen in the shop, looked at again on the web.
    ("store_visited", IN_STOCK): {
        "order_completed": 0.34,
        "product_viewed": 0.26,
        "product_added": 0.08,
        "call_booked": 0.02,
        STOP: 0.30,
    },
    ("store_visited", OUT_OF_STOCK): {
        "product_viewed": 0.24,
        "product_added": 0.08,
        "question_asked": 0.06,
        STOP: 0.62,
    },
    ("question_asked", BY_MAIL): {"question_answered": 0.90, STOP: 0.10},
    ("question_asked", QUICK): {"question_answered": 1.0},
    ("question_answered", BY_MAIL): {
        "product_viewed": 0.22,
        "product_added": 0.12,
        "store_visited": 0.08,
        "call_booked": 0.04,
        STOP: 0.54,
    },
    ("question_answered", QUICK): {
        "product_viewed": 0.32,
        "product_added": 0.26,
        "store_visited": 0.12,
        "call_booked": 0.06,
        STOP: 0.24,
    },
    ("call_booked", ANY): {"call_held": 0.86, STOP: 0.14},
    ("call_held", ANY): {"quote_requested": 0.52, "product_added": 0.16, "store_visited": 0.08, STOP: 0.24},
    ("quote_requested", ANY): {"quote_sent": 0.96, STOP: 0.04},
    ("quote_sent", ANY): {"order_completed": 0.46, "question_asked": 0.10, "call_booked": 0.06, STOP: 0.38},
    ("product_added", ANY): {
        "checkout_started": 0.50,
        "total_price_viewed": 0.16,
        "product_viewed": 0.14,
        "products_compared": 0.04,
        STOP: 0.16,
    },
    ("total_price_viewed", WITH_FREIGHT): {"checkout_started": 0.44, "product_viewed": 0.12, STOP: 0.44},
    ("total_price_viewed", FREIGHT_FREE): {"checkout_started": 0.82, "product_viewed": 0.06, STOP: 0.12},
    ("checkout_started", PHONE): {"payment_info_entered": 0.52, "product_added": 0.06, STOP: 0.42},
    ("checkout_started", DESKTOP): {"payment_info_entered": 0.82, "product_added": 0.04, STOP: 0.14},
    ("payment_info_entered", ANY): {"order_completed": 0.94, STOP: 0.06},
    ("order_completed", CARRIED): {"product_reviewed": 0.08, "ticket_opened": 0.06, "order_returned": 0.05, STOP: 0.81},
    ("order_completed", SENT): {"order_shipped": 1.0},
    ("order_shipped", ANY): {"order_delivered": 1.0},
    ("order_delivered", ON_TIME): {
        "product_reviewed": 0.16,
        "ticket_opened": 0.08,
        "order_returned": 0.06,
        "complaint_made": 0.02,
        STOP: 0.68,
    },
    ("order_delivered", LATE): {
        "complaint_made": 0.26,
        "ticket_opened": 0.14,
        "order_returned": 0.12,
        "product_reviewed": 0.04,
        STOP: 0.44,
    },
    ("ticket_opened", ANY): {"ticket_answered": 0.96, STOP: 0.04},
    ("ticket_answered", ANY): {"order_returned": 0.10, "complaint_made": 0.06, "product_reviewed": 0.06, STOP: 0.78},
    ("complaint_made", ANY): {"ticket_answered": 0.92, STOP: 0.08},
    ("order_returned", ANY): {"product_viewed": 0.22, STOP: 0.78},
    ("product_reviewed", ANY): {STOP: 1.0},
}

# How likely each circumstance is where it is drawn afresh each time.
FREIGHT_FREE_FROM_MINOR = 99_900  # öre
BY_MAIL_SHARE = 0.46  # of questions; the rest is chat and phone
PHONE_SHARE = 0.58  # of needs that are looked at on a phone
OFFICE_SHARE = 0.12  # of customers

SHOPS = ("Malmö", "Lund")
NEAREST_SHARE = {"Malmö": 0.6, "Lund": 0.4}  # of customers
OUT_OF_STOCK_SHARE = {"Malmö": 0.09, "Lund": 0.28}  # of visits
LATE_SHARE = {"Malmö": 0.34, "Lund": 0.06}  # of deliveries, by the shop the order is packed in

# A new need after the last one ended: how likely, and after how many days (log-normal median).
REPEAT_SHARE = 0.36  # after a purchase without a complaint
REPEAT_SHARE_AFTER_COMPLAINT = 0.12
RETURN_SHARE = 0.22  # after a need that ended without a purchase
REPEAT_MEDIAN_DAYS, REPEAT_SPREAD = 34.0, 0.7


@dataclass(frozen=True, slots=True)
class Friction:
    """A planted place where customers are lost: the share lost here, and the share lost where all is well."""

    name: str
    situation: Situation
    well: Situation
    lost_to: str  # the step that tells: STOP, or what they do instead

    @property
    def share(self) -> float:
        return WAY[self.situation].get(self.lost_to, 0.0)

    @property
    def share_where_well(self) -> float:
        return WAY[self.well].get(self.lost_to, 0.0)

    @property
    def excess(self) -> float:
        """Of 1 customer who comes here, how much is lost beyond what would be lost anyway."""
        return self.share - self.share_where_well


FRICTIONS: tuple[Friction, ...] = (
    Friction("answers by mail are slow", ("question_answered", BY_MAIL), ("question_answered", QUICK), STOP),
    Friction("the shop is out of stock", ("store_visited", OUT_OF_STOCK), ("store_visited", IN_STOCK), STOP),
    Friction("the checkout on a phone", ("checkout_started", PHONE), ("checkout_started", DESKTOP), STOP),
    Friction(
        "freight on small orders", ("total_price_viewed", WITH_FREIGHT), ("total_price_viewed", FREIGHT_FREE), STOP
    ),
    Friction("the contact page on a phone", ("contact_viewed", PHONE), ("contact_viewed", DESKTOP), STOP),
    Friction("late deliveries", ("order_delivered", LATE), ("order_delivered", ON_TIME), "complaint_made"),
)
