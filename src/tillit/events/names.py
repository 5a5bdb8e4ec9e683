"""What other systems call an event, and what we call it.

Segment's e-commerce names need no table: in snake_case they are our own. GA4's and Segment's older names do.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Google Analytics 4, recommended events: https://developers.google.com/analytics/devguides/collection/ga4/reference/events
_GA4 = {
    "add_payment_info": "payment_info_entered",
    "add_shipping_info": "checkout_step_completed",
    "add_to_cart": "product_added",
    "add_to_wishlist": "product_added_to_wishlist",
    "begin_checkout": "checkout_started",
    "generate_lead": "lead_created",
    "login": "logged_in",
    "page_view": "page_viewed",
    "purchase": "order_completed",
    "refund": "order_refunded",
    "remove_from_cart": "product_removed",
    "screen_view": "screen_viewed",
    "search": "products_searched",
    "select_item": "product_clicked",
    "select_promotion": "promotion_clicked",
    "share": "product_shared",
    "sign_up": "account_created",
    "view_cart": "cart_viewed",
    "view_item": "product_viewed",
    "view_item_list": "product_list_viewed",
    "view_promotion": "promotion_viewed",
    "view_search_results": "products_searched",
}

# Segment's first e-commerce specification and the names its libraries give to page() and screen().
_SEGMENT = {
    "added_product": "product_added",
    "clicked_product": "product_clicked",
    "clicked_promotion": "promotion_clicked",
    "completed_checkout_step": "checkout_step_completed",
    "completed_order": "order_completed",
    "entered_coupon": "coupon_entered",
    "loaded_a_page": "page_viewed",
    "removed_product": "product_removed",
    "searched_products": "products_searched",
    "signed_in": "logged_in",  # Segment's specification for business software
    "signed_up": "account_created",
    "started_checkout": "checkout_started",
    "viewed_cart": "cart_viewed",
    "viewed_checkout_step": "checkout_step_viewed",
    "viewed_page": "page_viewed",
    "viewed_product": "product_viewed",
    "viewed_product_category": "product_list_viewed",
    "viewed_product_list": "product_list_viewed",
    "viewed_promotion": "promotion_viewed",
}

KNOWN_NAMES = _GA4 | _SEGMENT

_WORD_START = re.compile(r"(?<=[a-zà-öø-ÿ0-9])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ])")
_BETWEEN_WORDS = re.compile(r"[\s\-_]+")


@lru_cache(maxsize=65_536)  # a file has few names and millions of rows
def snake_case(name: str) -> str:
    """Write a name in lower case with underscores between its words; other signs stay (`page_view:home`)."""
    words = _WORD_START.sub("_", name.strip())
    return _BETWEEN_WORDS.sub("_", words).strip("_").lower()


@lru_cache(maxsize=65_536)
def activity_name(name: str) -> str:
    """Our name for what another system calls an event.

    Returns:
        One of `vocabulary.ACTIVITIES` where GA4 or Segment has an event of that meaning, else the name in snake_case.
        Our own names come back unchanged; an empty name comes back empty.
    """
    plain = snake_case(name)
    return KNOWN_NAMES.get(plain, plain)


def plain_name(column: str) -> str:
    """A column name as it is compared: lower case, words parted by one underscore, without brackets and stars."""
    return re.sub(r"[\W_]+", "_", column.casefold()).strip("_")
