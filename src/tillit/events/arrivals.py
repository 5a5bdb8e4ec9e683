"""Which channel led somebody to a page, from the page's address and the page before it."""

from __future__ import annotations

import re

from tillit.events.page_addresses import CLICK_IDS, host_of, kept_parameters
from tillit.vocabulary import Channel

# What utm_medium says of the channel.
CHANNEL_OF_MEDIUM = {
    "affiliate": Channel.AFFILIATE,
    "cpc": Channel.PAID_SEARCH,
    "cpm": Channel.DISPLAY,
    "display": Channel.DISPLAY,
    "email": Channel.EMAIL,
    "organic": Channel.ORGANIC_SEARCH,
    "paid_social": Channel.PAID_SOCIAL,
    "paidsearch": Channel.PAID_SEARCH,
    "ppc": Channel.PAID_SEARCH,
    "referral": Channel.REFERRAL,
    "social": Channel.SOCIAL,
}
_SOCIAL_CLICKS = frozenset({"fbclid", "ttclid", "twclid", "li_fat_id", "scclid", "epik", "rdt_cid"})
_SITES: tuple[tuple[Channel, re.Pattern[str]], ...] = (
    (Channel.EMAIL, re.compile(r"(^|\.)(mail\.google|mail\.yahoo|outlook\.live|outlook\.office|webmail)\.")),
    (
        Channel.ORGANIC_SEARCH,
        re.compile(
            r"(^|\.)(google|bing|duckduckgo|ecosia|qwant|startpage|search\.yahoo|yandex|baidu|kvasir|eniro|search\.brave"
            r"|presearch|mojeek)\."
        ),
    ),
    (
        Channel.SOCIAL,
        re.compile(
            r"(^|\.)(facebook|instagram|threads|linkedin|lnkd|twitter|x|t|tiktok|pinterest|reddit|youtube|snapchat|bsky"
            r"|mastodon|jodel|flashback)\.(com|net|org|co|in|se|no|social|app)$"
        ),
    ),
)


def channel_of_medium(medium: str) -> Channel | None:
    """The channel that a campaign's medium names, if it is one of those agreed on."""
    return CHANNEL_OF_MEDIUM.get(medium.lower().replace("-", "_"))


def arrival_channel(address: str, before: str) -> Channel | None:
    """The channel of a page view.

    Args:
        address: Of the page; its query may have been cut to what `page_addresses` keeps.
        before: The page before it, or its host alone; empty where the browser names none.

    Returns:
        None where the page before is of the same site, or neither says anything.
    """
    parameters = kept_parameters(address)
    named = channel_of_medium(parameters.get("utm_medium", ""))
    if named is not None:
        return named
    host = host_of(before)
    site = next((channel for channel, hosts in _SITES if hosts.search(host)), None)
    clicked = CLICK_IDS.intersection(parameters)
    if clicked & _SOCIAL_CLICKS:
        # Such a number is put on every link there, paid for or not.
        return Channel.SOCIAL
    if clicked:
        return Channel.PAID_SEARCH
    if not host or host == host_of(address):
        return None
    return site or Channel.REFERRAL
