"""What may be kept of where a request came from: less than names a person, enough to tell a phone from a robot."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

PREFIX_BITS = {4: 24, 6: 48}
LONGEST_AGENT = 1_000

# Words by which programs name themselves (CUBOT makes telephones). The name around the word is kept: lists of robots go
# by it.
_PROGRAM = re.compile(
    r"(?<!cu)bot(?:\b|[/_-])|crawl|spider|slurp|scanner|preview|monitor|fetch|headless|lighthouse|uptime|pingdom"
    r"|facebookexternalhit|whatsapp/|mimecast|proofpoint|barracuda|safelinks|urldefense|ironport|trendmicro|forcepoint"
    r"|curl/|wget/|python|libwww|httpclient|http-client|okhttp|axios/|undici|scrapy|phantomjs|puppeteer|playwright"
    r"|selenium|java/|ruby|perl/|php/|postman|insomnia|validator|archiver",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"[\w.-]{0,40}$")
_NAME_AFTER = re.compile(r"([\w.-]{0,40})(?:/(\d+))?")
# The first that stands in the text decides: most browsers also name those they wish to be taken for.
_FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)|\bOPT/(\d+)")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/(\d+)")),
    ("Vivaldi", re.compile(r"\bVivaldi/(\d+)")),
    ("DuckDuckGo", re.compile(r"\bDuckDuckGo/(\d+)|\bDdg/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|Chromium)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)[^ ]*(?: Mobile/\S+)? Safari/")),
    ("Internet Explorer", re.compile(r"\bMSIE (\d+)|\bTrident/.*rv:(\d+)")),
    ("iOS app", re.compile(r"\b(?:iPhone|iPad|iPod)\b.*OS (\d+)_")),
)
_FIRST_PRODUCT = re.compile(r"\s*([A-Za-z][\w.-]{0,29})(?:/(\d+))?")
_TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk|Kindle|Android(?!.*Mobile)", re.IGNORECASE)
_PHONE = re.compile(r"Mobi|iPhone|iPod|Android|Windows Phone", re.IGNORECASE)
_TELEVISION = re.compile(r"SmartTV|SMART-TV|AppleTV|GoogleTV|Tizen.*TV|Web0S|HbbTV|CrKey|BRAVIA", re.IGNORECASE)
_DESKTOP = re.compile(r"Windows NT|Macintosh|X11|CrOS|Linux", re.IGNORECASE)


def prefix(address: str) -> str:
    """The network an address lies in, /24 of IPv4 and /48 of IPv6; empty where the text is no address."""
    text = address.strip().strip("[]").partition("%")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if found.version == 6 and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, PREFIX_BITS[found.version]), strict=False))


@lru_cache(maxsize=4096)
def reduced_agent(text: str) -> str:
    """Family, major version and class of device of a User-Agent, such as `Chrome 126 phone`; empty for an empty one.

    The classes are desktop, phone, tablet, tv, program (robots, scanners and scripts, which keep the name they give
    themselves) and other.
    """
    text = text[:LONGEST_AGENT].strip()
    if not text:
        return ""
    program = _PROGRAM.search(text)
    if program:
        return _program(text, program.start())
    for family, pattern in _FAMILIES:
        found = pattern.search(text)
        if found:
            return f"{family} {next(filter(None, found.groups()))} {_device(text)}"
    product = _FIRST_PRODUCT.match(text)
    return " ".join(filter(None, (product[1], product[2], _device(text)))) if product else "unknown other"


def _program(text: str, place: int) -> str:
    before = _NAME_BEFORE.search(text[:place])
    after = _NAME_AFTER.match(text, place)
    name = (before[0] if before else "") + (after[1] if after else "")
    version = after[2] if after else None
    return " ".join(filter(None, (name.strip("-_.")[:40], version, "program")))


def _device(text: str) -> str:
    for device, pattern in (("tv", _TELEVISION), ("tablet", _TABLET), ("phone", _PHONE), ("desktop", _DESKTOP)):
        if pattern.search(text):
            return device
    return "other"
