"""Names from the data in the reader's language. What we do not know keeps the name that it came with."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillit.credit.cells import TOGETHER
from tillit.journeys.funnel import FunnelSpec
from tillit.journeys.results import OTHER, STOP
from tillit.vocabulary import Actor, Channel, Function, Stage
from tillit_web.ui.stages import STAGE_LABELS

ACTIVITY_LABELS: dict[str, Promise] = {
    "ad_clicked": _("Ad clicked"),
    "promotion_viewed": _("Promotion seen"),
    "promotion_clicked": _("Promotion clicked"),
    "campaign_received": _("Campaign received"),
    "email_sent": _("E-mail sent"),
    "email_opened": _("E-mail opened"),
    "email_clicked": _("E-mail clicked"),
    "newsletter_subscribed": _("Newsletter ordered"),
    "lead_created": _("Lead created"),
    "page_viewed": _("Page viewed"),
    "screen_viewed": _("Screen viewed"),
    "article_viewed": _("Article read"),
    "products_searched": _("Products searched"),
    "product_list_viewed": _("Product list viewed"),
    "product_list_filtered": _("Product list filtered"),
    "product_clicked": _("Product clicked"),
    "product_viewed": _("Product viewed"),
    "products_compared": _("Products compared"),
    "price_viewed": _("Price viewed"),
    "reviews_read": _("Reviews read"),
    "total_price_viewed": _("Total price viewed"),
    "out_of_stock_seen": _("Out of stock"),
    "store_visited": _("Shop visited"),
    "help_viewed": _("Help page viewed"),
    "contact_viewed": _("Contact page viewed"),
    "machine_answered": _("Machine answered"),
    "person_requested": _("Asked for a person"),
    "handed_over": _("Was handed to a person"),
    "conversation_closed": _("Ended a conversation"),
    "question_asked": _("Question asked"),
    "question_answered": _("Question answered"),
    "holdout_assigned": _("Lot drawn"),
    "call_booked": _("Call booked"),
    "call_held": _("Call held"),
    "call_missed": _("Missed call"),
    "demo_held": _("Demo held"),
    "quote_requested": _("Quote requested"),
    "quote_sent": _("Quote sent"),
    "deal_created": _("Deal created"),
    "product_added": _("Added to cart"),
    "product_removed": _("Removed from cart"),
    "product_added_to_wishlist": _("Added to wish list"),
    "cart_viewed": _("Cart viewed"),
    "checkout_started": _("Checkout started"),
    "checkout_step_viewed": _("Checkout step viewed"),
    "checkout_step_completed": _("Checkout step done"),
    "login_asked": _("Log-in demanded"),
    "logged_in": _("Logged in"),
    "account_created": _("Account created"),
    "payment_info_entered": _("Payment entered"),
    "coupon_entered": _("Coupon entered"),
    "coupon_applied": _("Coupon applied"),
    "coupon_redeemed": _("Coupon used"),
    "order_completed": _("Order placed"),
    "deal_won": _("Deal won"),
    "deal_lost": _("Deal lost"),
    "order_paid": _("Order paid"),
    "invoice_sent": _("Invoice sent"),
    "invoice_paid": _("Invoice paid"),
    "order_shipped": _("Order shipped"),
    "order_delivered": _("Order delivered"),
    "order_cancelled": _("Order cancelled"),
    "order_refunded": _("Order refunded"),
    "order_returned": _("Order returned"),
    "product_used": _("Product used"),
    "ticket_opened": _("Case opened"),
    "ticket_answered": _("Case answered"),
    "ticket_solved": _("Case solved"),
    "complaint_made": _("Complaint made"),
    "product_reviewed": _("Product reviewed"),
    "product_shared": _("Product recommended"),
    "loyalty_joined": _("Joined the loyalty club"),
    "subscription_renewed": _("Subscription renewed"),
}

# The question that a customer asks in each stage, offered to a team that has not written its own.
STAGE_QUESTIONS: dict[Stage, Promise] = {
    Stage.NEED: _("Do I have a problem worth solving?"),
    Stage.EXPLORE: _("What could solve it?"),
    Stage.COMPARE: _("Which is right for me, and whom can I trust?"),
    Stage.DECIDE: _("Do I dare to say yes, now and here?"),
    Stage.RECEIVE: _("Do I get what I was promised, when I was promised it?"),
    Stage.USE: _("Does it work for me, and who helps if it does not?"),
    Stage.STAY: _("Would I choose you again?"),
}

CHANNEL_LABELS: dict[str, Promise] = {
    Channel.ORGANIC_SEARCH: _("Search"),
    Channel.PAID_SEARCH: _("Paid search"),
    Channel.DIRECT: _("Direct"),
    Channel.EMAIL: _("E-mail"),
    Channel.SOCIAL: _("Social media"),
    Channel.PAID_SOCIAL: _("Paid social media"),
    Channel.REFERRAL: _("Link from another site"),
    Channel.DISPLAY: _("Display ads"),
    Channel.AFFILIATE: _("Partner sites"),
    Channel.WEB: _("Web"),
    Channel.STORE: _("Shop"),
    Channel.PHONE: _("Phone"),
    Channel.CHAT: _("Chat"),
    Channel.MAIL: _("Letter"),
    Channel.SUPPORT: _("Support"),
    Channel.DELIVERY: _("Delivery"),
    Channel.UNKNOWN: _("Unknown channel"),
}

FUNCTION_LABELS: dict[str, Promise] = {
    Function.MARKETING: _("Marketing"),
    Function.COMMUNICATION: _("Communication"),
    Function.SALES: _("Sales"),
    Function.SERVICE: _("Service"),
    Function.PRODUCT: _("Product"),
    Function.LOGISTICS: _("Logistics"),
    Function.FINANCE: _("Finance"),
    Function.UNKNOWN: _("Unknown function"),
}

ACTOR_LABELS: dict[str, Promise] = {
    Actor.CUSTOMER: _("the customer"),
    Actor.MACHINE: _("a machine"),
    Actor.PERSON: _("a person"),
}


CAPITAL_TENTHS = 13  # of a small letter's width, in the system fonts at weight 600


def activity_label(name: str) -> str:
    """An activity as people say it: `order_completed` is "Order placed"; an unknown one keeps its own words."""
    known = ACTIVITY_LABELS.get(name)
    return str(known) if known else name.replace("_", " ")


def step_label(name: str, *, forward: bool) -> str:
    """A step of a path: an activity, or that there is none, or that several rare ones are meant."""
    if name == STOP:
        return gettext("Nothing more") if forward else gettext("Nothing before")
    return gettext("Other steps") if name == OTHER else activity_label(name)


def funnel_step_label(spec: FunnelSpec, place: int) -> str:
    """A step of a funnel: its activity, or in any order how many of them have happened.

    Args:
        place: From 1.
    """
    if not spec.ordered:
        return gettext("%(n)d of %(all)d steps in any order") % {"n": place, "all": len(spec.steps)}
    step = spec.steps[place - 1]
    return activity_label(step if isinstance(step, str) else min(step))


def stage_label(stage: Stage) -> str:
    return str(STAGE_LABELS[stage])


def channel_label(name: str) -> str:
    known = CHANNEL_LABELS.get(name)
    return str(known) if known else name


def function_label(name: str) -> str:
    known = FUNCTION_LABELS.get(name)
    return str(known) if known else name


def place_label(name: str) -> str:
    return gettext("Places together") if name == TOGETHER else name


def actor_label(name: str) -> str:
    known = ACTOR_LABELS.get(name)
    return str(known) if known else name


def in_lines(text: str, *, width: int, lines: int = 2) -> tuple[str, ...]:
    """Break a label between words into at most `lines` lines of about `width` characters; the rest ends in "…".

    SVG does not wrap, and a long Swedish compound must not run into its neighbour.
    """
    broken: list[str] = []
    for word in text.split() or [text]:
        if broken and _length(f"{broken[-1]} {word}") <= width:
            broken[-1] += f" {word}"
        else:
            broken.append(word)
    kept = [line if _length(line) <= width else _cut(line, width - 1) + "…" for line in broken[:lines]]
    if len(broken) > lines and not kept[-1].endswith("…"):
        kept[-1] = _cut(kept[-1], width - 1).rstrip() + "…"
    return tuple(kept)


def _length(text: str) -> float:
    """About how many small letters wide a text is; capitals and wide letters take a third more."""
    return sum(CAPITAL_TENTHS if letter.isupper() else 10 for letter in text) / 10


def _cut(text: str, width: float) -> str:
    while _length(text) > width:
        text = text[:-1]
    return text
