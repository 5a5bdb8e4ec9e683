"""Addresses of pages without what they tell about the visitor: kept are the page, and which campaign led to it."""

from __future__ import annotations

import re

from tillit.events.personal_numbers import without_numbers

EMAIL = "[email]"
LONGEST = 2_048

# Where a click came from stays; the click's own number does not, since whoever gave it out knows whose it is.
CLICK_IDS = frozenset(
    {"gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid", "twclid", "li_fat_id", "scclid", "epik"}
    | {"yclid", "irclickid", "rdt_cid", "srsltid", "awc", "cjevent"}
)
_KEPT = ("utm_", "mtm_")
_CLICKED = "1"
_WHOLE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//\S*", re.IGNORECASE)
_USER = re.compile(r"^((?:[a-z][a-z0-9+.-]*:)?//)[^/?#@]*@", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?([^/?#:@]+)", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s/?#&=@:;,<>()\"']+@[^\s/?#&=@:;,<>()\"']+\.[^\s/?#&=@:;,<>()\"']{2,}")
_ENCODED = re.compile(rb"%([0-9a-fA-F]{2})")
_PLAIN_PATH = re.compile(r"(?:[^@%+\d]|\d{1,3}(?!\d))*")  # nothing in it that could be a number or an address
_RESERVED = re.compile(r"[\s%?#]")


def is_address(text: str) -> bool:
    """Whether the whole text is the address of a page, with or without its host."""
    return "//" in text and _WHOLE.fullmatch(text) is not None


def without_visitor(address: str) -> str:
    """An address (absolute, a path, or a query that starts with `?`) as it may be kept.

    The query is gone but for campaign parameters (`utm_…`, `mtm_…`) and the fact that a paid click led here
    (`gclid=1`); so are user name and password, the fragment unless it is a page of a single-page app (`#/…`), and
    e-mail addresses, personal numbers and card numbers anywhere. What is longer than 2,048 characters is cut.
    """
    address = address[:LONGEST]
    page, _, fragment = (_USER.sub(r"\1", address) if "@" in address else address).partition("#")
    path, _, query = page.partition("?")
    kept = _path(path)
    parameters = "&".join(filter(None, map(_parameter, query.split("&")))) if query else ""
    if parameters:
        kept += f"?{parameters}"
    if fragment.startswith(("/", "!/")):
        kept += f"#{_path(fragment.partition('?')[0])}"
    return kept


def kept_parameters(address: str) -> dict[str, str]:
    """The parameters of an address that may be kept, by name, as they read without percent signs."""
    query = address.partition("#")[0].partition("?")[2]
    pairs = (kept.partition("=") for kept in filter(None, map(_parameter, query.split("&"))))
    return {name: _decoded(value) for name, _, value in pairs}


def host_of(address: str) -> str:
    """The host of an address in lower case, without its port and a leading `www.`; empty where it names none."""
    found = _HOST.match(address)
    return found[1].lower().removeprefix("www.") if found else ""


def _parameter(parameter: str) -> str | None:
    name, _, value = parameter.partition("=")
    name = name.lower()
    if name in CLICK_IDS:
        return f"{name}={_CLICKED}" if value else None
    if name.startswith(_KEPT):
        return f"{_cleaned(name)}={_cleaned(value)}"
    return None


def _path(path: str) -> str:
    if _PLAIN_PATH.fullmatch(path):
        return path
    return "/".join(map(_cleaned, path.split("/")))


def _cleaned(part: str) -> str:
    """One part of a path, or one value, cleaned also of what is written with percent signs."""
    plain = _decoded(part)
    clean = without_numbers(_EMAIL.sub(EMAIL, plain) if "@" in plain else plain)
    # What was clean stays exactly as it was written.
    return part if clean == plain else _RESERVED.sub("_", clean)


def _decoded(part: str) -> str:
    if "%" not in part and "+" not in part:
        return part
    raw = part.replace("+", " ").encode(errors="replace")
    return _ENCODED.sub(lambda found: bytes([int(found[1], 16)]), raw).decode(errors="replace")
