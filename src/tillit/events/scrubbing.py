"""An arriving payload without what nobody agreed to leave: done before anything is written, also to what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from tillit.events.page_addresses import CLICK_IDS, is_address, without_visitor
from tillit.events.personal_numbers import CARD_NUMBER, PERSONAL_NUMBER, without_numbers
from tillit.events.visitors import prefix, reduced_agent

DEEPEST = 16  # objects and lists in one another
MOST_VALUES = 4_000
LONGEST_TEXT = 16_384
TOO_DEEP = "[nested too deep]"
TOO_MANY = "[too many values]"
HIDDEN = "[not kept]"

# Names are compared in lower case without anything but letters: userAgent, user_agent and USER-AGENT are one.
_NOT_A_LETTER = re.compile(r"[^a-zåäöæø]")
_NETWORK = frozenset({"ip", "ipaddress", "remoteaddr", "clientip", "xforwardedfor"})
_AGENT = frozenset({"useragent"})
_ADDRESS = re.compile(r"(?:url|uri|href|referrer|referer|path|pagelocation|link|src)$")
# What stands in these is a number of another kind, whatever it looks like.
_OTHER_NUMBERS = frozenset(
    {"ean", "gtin", "upc", "isbn", "sku", "barcode", "productid", "variantid", "productno", "articlenumber"}
    | {"orderid", "ordernumber", "orderno", "receiptid", "receiptnumber", "invoiceid", "invoicenumber"}
    | {"transactionid", "checkoutid", "cartid", "quoteid", "ticketid", "trackingnumber", "parcelid"}
    | {"phone", "phonenumber", "mobile", "mobilephone", "tel", "telephone", "telefon", "mobil", "fax"}
    | {"timestamp", "sentat", "receivedat", "originaltimestamp", "time", "ts", "date"}
    # These are hashed or only ever compared.
    | {"messageid", "anonymousid", "userid", "previousid", "groupid", "sessionid"}
)
_PERSONAL = frozenset(
    {"personnummer", "personnr", "pnr", "personalnumber", "personalidentitynumber", "ssn", "nationalid", "cpr"}
    | {"cprnummer", "cprnumber", "fodselsnummer", "fødselsnummer", "fnr", "hetu", "henkilötunnus", "henkilotunnus"}
    | {"samordningsnummer", "socialsecuritynumber"}
)
_CARD = frozenset({"cardnumber", "ccnumber", "creditcard", "creditcardnumber", "pan", "kortnummer"})
_SECRET = frozenset(
    {"password", "passwd", "pwd", "lösenord", "passord", "cvc", "cvv", "cardcode", "accesstoken", "idfa", "idfv"}
    | {"advertisingid", "gaid", "authorization"}
)
_CLICKS = frozenset(_NOT_A_LETTER.sub("", name) for name in CLICK_IDS)
_LINK = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
# A number, or a number with letters, and nothing said around it.
_ONE_NUMBER = re.compile(r"[\w+().\-/#:]{1,64}|[\d\s+().\-/]{1,40}")


def scrub(payload: Mapping[str, object]) -> dict[str, object]:
    """A copy of a payload that may be written.

    - Queries of addresses go, but for campaign parameters; e-mail addresses in them go; see `page_addresses`.
    - Personal numbers and card numbers go wherever they stand, keys included, other than in fields that by name hold
      another number (`order_id`, `ean`, `phone`, …) or an identifier that is hashed (`userId`, …).
    - Network addresses are cut to their network, user agents reduced, passwords and the like taken out.
    - Deeper than 16, more than 4,000 values or texts over 16,384 characters are cut there.
    """
    return _Walk().members(payload, 1)


class _Walk:
    """Through one payload; counts the values it has met."""

    def __init__(self) -> None:
        self._met = 0

    def members(self, value: Mapping[str, object], depth: int) -> dict[str, object]:
        return {without_numbers(key): self.clean(inner, _letters(key), depth) for key, inner in value.items()}

    def clean(self, value: object, name: str, depth: int) -> object:
        self._met += 1
        if self._met > MOST_VALUES:
            return TOO_MANY
        if isinstance(value, str):
            return _text(value[:LONGEST_TEXT], name)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, dict):
            return self.members(value, depth + 1) if depth < DEEPEST else TOO_DEEP
        if isinstance(value, list | tuple):
            return [self.clean(inner, name, depth + 1) for inner in value] if depth < DEEPEST else TOO_DEEP
        if isinstance(value, int) and value > 0:
            text = str(value) if value < 10**20 else ""
            clean = _text(text, name)
            return value if clean == text else clean
        return value


def _text(text: str, name: str) -> str:
    if not text:
        return text
    if name in _SECRET:
        return HIDDEN
    if name in _PERSONAL:
        return PERSONAL_NUMBER
    if name in _CARD:
        return CARD_NUMBER
    if name in _CLICKS:
        return "1"
    if name in _NETWORK:
        return prefix(text)
    if name in _AGENT:
        return reduced_agent(text)
    if is_address(text) or text.startswith("?") or _ADDRESS.search(name):
        return without_visitor(text)
    if "://" in text:
        text = _LINK.sub(lambda found: without_visitor(found[0]), text)
    if name in _OTHER_NUMBERS and _ONE_NUMBER.fullmatch(text):
        return text
    return without_numbers(text)


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    return _NOT_A_LETTER.sub("", name.lower())
