"""Every word of the house, once. `docs/glossary.md` is generated from here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where the customer is in the customer's own buying process; it may go backwards."""

    NEED = "need"
    EXPLORE = "explore"
    COMPARE = "compare"
    DECIDE = "decide"
    RECEIVE = "receive"
    USE = "use"
    STAY = "stay"


class Errand(StrEnum):
    """What the customer is doing right now."""

    LOOK_UP = "look_up"
    CHOOSE = "choose"
    ORDER = "order"
    START = "start"
    REPAIR = "repair"
    COMPLAIN = "complain"
    RENEW = "renew"


class Channel(StrEnum):
    """Where an event reached us. A file may bring other names; they are kept as they are."""

    ORGANIC_SEARCH = "organic_search"
    PAID_SEARCH = "paid_search"
    DIRECT = "direct"
    EMAIL = "email"
    SOCIAL = "social"
    PAID_SOCIAL = "paid_social"
    REFERRAL = "referral"
    DISPLAY = "display"
    AFFILIATE = "affiliate"
    WEB = "web"
    STORE = "store"
    PHONE = "phone"
    CHAT = "chat"
    MAIL = "mail"
    SUPPORT = "support"
    DELIVERY = "delivery"
    UNKNOWN = "unknown"


class Function(StrEnum):
    """The part of the company that did its share. Never a person."""

    MARKETING = "marketing"
    COMMUNICATION = "communication"
    SALES = "sales"
    SERVICE = "service"
    PRODUCT = "product"
    LOGISTICS = "logistics"
    FINANCE = "finance"
    UNKNOWN = "unknown"


class Actor(StrEnum):
    """Who acted in an event."""

    CUSTOMER = "customer"
    MACHINE = "machine"
    PERSON = "person"


class IdentifierKind(StrEnum):
    """The kinds of identifier a subject can come with, strongest first."""

    EMAIL = "email"
    PHONE = "phone"
    LOYALTY = "loyalty"
    CUSTOMER = "customer"
    ORDER = "order"
    ANONYMOUS = "anonymous"


class Purpose(StrEnum):
    """What a reader of events may want them for. A reader states one or gets nothing."""

    MEASUREMENT = "measurement"  # numbers about all; a customer can say no
    SERVICE = "service"  # to do what the customer asked for
    STAFF_READING = "staff_reading"  # our staff see what the customer has read; only with a yes
    PERSONALISATION = "personalisation"  # decisions that suit this customer; only with a yes
    VARIATION = "variation"  # to draw by lot how a customer is met, and learn from it; a customer can say no
    MARKETING = "marketing"  # to write or call without being asked; only with a yes, for each contact channel
    RIGHTS = "rights"  # what the law gives the customer: to see, take along, correct and erase


# A customer can say yes or no to these; the others rest on what was agreed or on the law.
ASKED_FOR: tuple[Purpose, ...] = (
    Purpose.MEASUREMENT,
    Purpose.STAFF_READING,
    Purpose.PERSONALISATION,
    Purpose.VARIATION,
    Purpose.MARKETING,
)


class ContactChannel(StrEnum):
    """By which way a customer is contacted; a yes to marketing is for one of them."""

    EMAIL = "email"
    PHONE = "phone"
    SMS = "sms"


class ContactBasis(StrEnum):
    """Why a contact detail may be opened or exported. There is no contact without one."""

    BOOKING = "booking"  # the customer booked it
    REQUEST = "request"  # the customer asked for it
    RELATION = "relation"  # a documented customer relation that it is about
    CONSENT = "consent"  # the customer agreed to marketing by this channel
    RIGHTS = "rights"  # the customer uses a right that the law gives


class MeasurementMode(StrEnum):
    """How far a company measures its own site and shops."""

    COUNT_ONLY = "count_only"
    OWN_AUDIENCE = "own_audience"
    WITH_CONSENT = "with_consent"


class Unit(StrEnum):
    """What a funnel or a path counts: whole persons, or each journey of theirs for itself."""

    PERSON = "person"
    JOURNEY = "journey"


class Period(StrEnum):
    """The calendar periods that numbers are shown by, in the company's time zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Role(StrEnum):
    """What a member of the team may do in the product."""

    OWNER = "owner"
    ANALYST = "analyst"
    SPECIALIST = "specialist"


class RowOutcome(StrEnum):
    """How a row of an imported file ended. Every row ends in exactly one."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Activity:
    """A known activity: the stage it speaks of and the function whose work it is, unless a file says otherwise.

    Without a stage it leaves the customer where they were: one logs in to look, to buy and to complain.
    """

    name: str
    stage: Stage | None
    function: Function
    actor: Actor = Actor.CUSTOMER


# Activities outside this list are welcome: they keep their name and have no stage until a stage rule names them.
ACTIVITIES: tuple[Activity, ...] = (
    Activity("ad_clicked", Stage.NEED, Function.MARKETING),
    Activity("promotion_viewed", Stage.NEED, Function.MARKETING),
    Activity("promotion_clicked", Stage.NEED, Function.MARKETING),
    Activity("campaign_received", Stage.NEED, Function.MARKETING, Actor.MACHINE),
    Activity("email_sent", Stage.NEED, Function.COMMUNICATION, Actor.MACHINE),
    Activity("email_opened", Stage.NEED, Function.COMMUNICATION),
    Activity("email_clicked", Stage.EXPLORE, Function.COMMUNICATION),
    Activity("newsletter_subscribed", Stage.NEED, Function.COMMUNICATION),
    Activity("lead_created", Stage.NEED, Function.MARKETING),
    Activity("page_viewed", Stage.EXPLORE, Function.MARKETING),
    Activity("screen_viewed", Stage.EXPLORE, Function.MARKETING),
    Activity("article_viewed", Stage.EXPLORE, Function.COMMUNICATION),
    Activity("products_searched", Stage.EXPLORE, Function.PRODUCT),
    Activity("product_list_viewed", Stage.EXPLORE, Function.PRODUCT),
    Activity("product_list_filtered", Stage.COMPARE, Function.PRODUCT),
    Activity("product_clicked", Stage.EXPLORE, Function.PRODUCT),
    Activity("product_viewed", Stage.EXPLORE, Function.PRODUCT),
    Activity("products_compared", Stage.COMPARE, Function.PRODUCT),
    Activity("price_viewed", Stage.COMPARE, Function.PRODUCT),
    Activity("reviews_read", Stage.COMPARE, Function.PRODUCT),
    Activity("total_price_viewed", Stage.DECIDE, Function.SALES),
    Activity("out_of_stock_seen", Stage.COMPARE, Function.LOGISTICS),
    Activity("store_visited", Stage.COMPARE, Function.SALES),
    Activity("help_viewed", None, Function.SERVICE),
    Activity("contact_viewed", None, Function.SERVICE),
    Activity("machine_answered", None, Function.SERVICE, Actor.MACHINE),
    Activity("person_requested", None, Function.SERVICE),
    Activity("handed_over", None, Function.SERVICE, Actor.MACHINE),
    Activity("question_asked", Stage.COMPARE, Function.SERVICE),
    Activity("question_answered", Stage.COMPARE, Function.SERVICE, Actor.PERSON),
    Activity("conversation_closed", None, Function.SERVICE, Actor.PERSON),
    Activity("call_booked", Stage.COMPARE, Function.SALES),
    Activity("call_held", Stage.COMPARE, Function.SALES, Actor.PERSON),
    Activity("call_missed", None, Function.SALES),
    Activity("demo_held", Stage.COMPARE, Function.SALES, Actor.PERSON),
    Activity("quote_requested", Stage.DECIDE, Function.SALES),
    Activity("quote_sent", Stage.DECIDE, Function.SALES, Actor.PERSON),
    Activity("deal_created", Stage.DECIDE, Function.SALES, Actor.PERSON),
    Activity("product_added", Stage.DECIDE, Function.SALES),
    Activity("product_removed", Stage.COMPARE, Function.SALES),
    Activity("product_added_to_wishlist", Stage.COMPARE, Function.PRODUCT),
    Activity("cart_viewed", Stage.DECIDE, Function.SALES),
    Activity("checkout_started", Stage.DECIDE, Function.SALES),
    Activity("checkout_step_viewed", Stage.DECIDE, Function.SALES),
    Activity("checkout_step_completed", Stage.DECIDE, Function.SALES),
    Activity("login_asked", None, Function.PRODUCT, Actor.MACHINE),
    Activity("logged_in", None, Function.PRODUCT),
    Activity("account_created", None, Function.PRODUCT),
    Activity("payment_info_entered", Stage.DECIDE, Function.SALES),
    Activity("coupon_entered", Stage.DECIDE, Function.MARKETING),
    Activity("coupon_applied", Stage.DECIDE, Function.MARKETING),
    Activity("coupon_redeemed", Stage.DECIDE, Function.MARKETING),
    Activity("order_completed", Stage.DECIDE, Function.SALES),
    Activity("deal_won", Stage.DECIDE, Function.SALES, Actor.PERSON),
    Activity("deal_lost", Stage.DECIDE, Function.SALES),
    Activity("order_paid", Stage.RECEIVE, Function.FINANCE),
    Activity("invoice_sent", Stage.RECEIVE, Function.FINANCE, Actor.MACHINE),
    Activity("invoice_paid", Stage.RECEIVE, Function.FINANCE),
    Activity("order_shipped", Stage.RECEIVE, Function.LOGISTICS, Actor.PERSON),
    Activity("order_delivered", Stage.RECEIVE, Function.LOGISTICS, Actor.PERSON),
    Activity("order_cancelled", Stage.RECEIVE, Function.SERVICE),
    Activity("order_refunded", Stage.USE, Function.SERVICE, Actor.PERSON),
    Activity("order_returned", Stage.USE, Function.SERVICE),
    Activity("product_used", Stage.USE, Function.PRODUCT),
    Activity("ticket_opened", Stage.USE, Function.SERVICE),
    Activity("ticket_answered", Stage.USE, Function.SERVICE, Actor.PERSON),
    Activity("ticket_solved", Stage.USE, Function.SERVICE, Actor.PERSON),
    Activity("complaint_made", Stage.USE, Function.SERVICE),
    Activity("product_reviewed", Stage.STAY, Function.COMMUNICATION),
    Activity("product_shared", Stage.STAY, Function.COMMUNICATION),
    Activity("loyalty_joined", Stage.STAY, Function.MARKETING),
    Activity("subscription_renewed", Stage.STAY, Function.SALES),
)

ACTIVITY_BY_NAME: dict[str, Activity] = {activity.name: activity for activity in ACTIVITIES}

# What a customer read and looked at, as against what they asked, booked, bought or were given.
READING_ACTIVITIES: frozenset[str] = frozenset(
    {"page_viewed", "screen_viewed", "article_viewed", "products_searched", "product_list_viewed"}
    | {"product_list_filtered", "product_clicked", "product_viewed", "products_compared", "price_viewed"}
    | {"reviews_read", "ad_clicked", "promotion_viewed", "promotion_clicked", "email_opened", "email_clicked"}
    | {"cart_viewed", "product_added", "product_removed", "product_added_to_wishlist"}
)
