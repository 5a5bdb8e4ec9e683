"""Names that are met on the way and moved nobody: where one pays, where one signs in, and the company's own pages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

# A name is compared as a whole, or label by label where it is a host: "klarna" is also "pay.klarna.com".
PAYMENT_PROVIDERS = frozenset(
    [
        "adyen",
        "bambora",
        "billmate",
        "braintree",
        "checkout",
        "collector",
        "dibs",
        "klarna",
        "mollie",
        "mobilepay",
        "nets",
        "nexi",
        "paypal",
        "payex",
        "payson",
        "qliro",
        "resurs",
        "sagepay",
        "squareup",
        "stripe",
        "svea",
        "swedbankpay",
        "swish",
        "trustly",
        "vipps",
        "walley",
        "worldline",
        "worldpay",
    ]
)
LOGIN_PAGES = frozenset(
    [
        "accounts",
        "appleid",
        "auth",
        "auth0",
        "bankid",
        "criipto",
        "frejaeid",
        "idp",
        "login",
        "okta",
        "oauth",
        "signicat",
        "signin",
        "sso",
    ]
)
UNKNOWN = frozenset({"", "unknown", "(not set)"})
OWN = frozenset({"internal", "own", "self", "self-referral"})


def is_touchpoint(name: str, *, own_domains: Collection[str] = ()) -> bool:
    """Whether a channel or campaign of this name is something that a customer met.

    Args:
        name: As the events have it.
        own_domains: Hosts of the company; their subdomains are meant too.
    """
    folded = name.strip().casefold()
    if folded in UNKNOWN | OWN | PAYMENT_PROVIDERS | LOGIN_PAGES:
        return False
    if not re.fullmatch(r"(https?://)?[\w-]+(\.[\w-]+)+(/.*)?", folded):
        return True
    host = re.sub(r"^https?://", "", folded).partition("/")[0]
    if any(host == own or host.endswith(f".{own}") for own in map(str.casefold, own_domains)):
        return False
    return not (PAYMENT_PROVIDERS | LOGIN_PAGES) & set(host.split("."))


def left_out(names: Iterable[str], *, by: str, own_domains: Collection[str] = ()) -> frozenset[str]:
    """Those of `names` that are no touchpoints. A function or a place is left out only where it is not known."""
    if by in ("function", "place"):
        return frozenset(name for name in names if name.strip().casefold() in UNKNOWN)
    return frozenset(name for name in names if not is_touchpoint(name, own_domains=own_domains))
