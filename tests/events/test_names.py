"""Other systems' event names become ours."""

from __future__ import annotations

import pytest

from tillit.events.names import KNOWN_NAMES, activity_name
from tillit.vocabulary import ACTIVITY_BY_NAME


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Products Searched", "products_searched"),  # Segment, e-commerce v2
        ("Product List Viewed", "product_list_viewed"),
        ("Product List Filtered", "product_list_filtered"),
        ("Promotion Viewed", "promotion_viewed"),
        ("Promotion Clicked", "promotion_clicked"),
        ("Product Clicked", "product_clicked"),
        ("Product Viewed", "product_viewed"),
        ("Product Added", "product_added"),
        ("Product Removed", "product_removed"),
        ("Cart Viewed", "cart_viewed"),
        ("Checkout Started", "checkout_started"),
        ("Checkout Step Viewed", "checkout_step_viewed"),
        ("Checkout Step Completed", "checkout_step_completed"),
        ("Payment Info Entered", "payment_info_entered"),
        ("Order Completed", "order_completed"),
        ("Order Refunded", "order_refunded"),
        ("Order Cancelled", "order_cancelled"),
        ("Coupon Entered", "coupon_entered"),
        ("Coupon Applied", "coupon_applied"),
        ("Product Added to Wishlist", "product_added_to_wishlist"),
        ("Product Shared", "product_shared"),
        ("Product Reviewed", "product_reviewed"),
        ("Viewed Product", "product_viewed"),  # Segment, v1
        ("Completed Order", "order_completed"),
        ("view_item", "product_viewed"),  # GA4
        ("view_item_list", "product_list_viewed"),
        ("select_item", "product_clicked"),
        ("add_to_cart", "product_added"),
        ("remove_from_cart", "product_removed"),
        ("view_cart", "cart_viewed"),
        ("begin_checkout", "checkout_started"),
        ("add_payment_info", "payment_info_entered"),
        ("purchase", "order_completed"),
        ("refund", "order_refunded"),
        ("page_view", "page_viewed"),
        ("addToCart", "product_added"),
    ],
)
def test_a_known_name_becomes_a_known_activity(theirs: str, ours: str) -> None:
    assert activity_name(theirs) == ours
    assert ours in ACTIVITY_BY_NAME


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Warranty Registered", "warranty_registered"),
        ("A_PARTLYSUBMITTED", "a_partlysubmitted"),
        ("W_Completeren aanvraag", "w_completeren_aanvraag"),
        ("page_view:home", "page_view:home"),  # the colon tells two activities apart, so it stays
        ("  Köp   genomfört ", "köp_genomfört"),
        ("HTTPRequestSent", "http_request_sent"),
        ("ÅterKöp", "åter_köp"),
        ("", ""),
    ],
)
def test_an_unknown_name_is_kept_in_snake_case(theirs: str, ours: str) -> None:
    assert activity_name(theirs) == ours


@pytest.mark.parametrize("name", sorted(ACTIVITY_BY_NAME))
def test_our_own_names_come_back_unchanged(name: str) -> None:
    assert activity_name(name) == name


def test_every_known_name_leads_to_an_activity_of_the_vocabulary() -> None:
    assert set(KNOWN_NAMES.values()) <= set(ACTIVITY_BY_NAME)
