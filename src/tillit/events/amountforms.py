"""How amounts are written: by the shape of a text, where its digits stand and what is beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tillit.events.currencies import meant_by

_AROUND = re.compile(
    r"(?P<open>\()?(?P<sign>[-+])? ?(?P<before>(?:[A-Z]+|\$)\.?)? ?(?P<sign2>[-+])? ?"
    r"(?P<core>[.,]?0(?:[0.,' ]*0)?)(?:[:,.]-+)? ?(?P<after>(?:[A-Z]+|\$)\.?)?(?P<sign3>-)?(?P<close>\))?"
)
_GROUPED = re.compile(r"0{1,3}(?:(?P<between>[ ',.])000)(?:(?P=between)000)*")
OTHER_SIGN = {".": ",", ",": "."}


@dataclass(frozen=True, slots=True)
class AmountForm:
    """Where the digits of an amount stand, as positions in its text."""

    negative: bool
    currencies: frozenset[str]  # what the word beside it may mean; empty where there is none
    whole: tuple[int, ...]
    decimals: tuple[int, ...]
    shows: str | None  # the decimal sign that such an amount proves for its column; None where it proves nothing
    untold: bool  # like 1,234: read as decimals here, though it may as well be thousands


@lru_cache(maxsize=4096)
def amount_form(shape: str, decimal: str | None) -> AmountForm | None:
    """The form of a shape; None where it is no amount.

    Args:
        shape: See `shapes`; of ASCII characters.
        decimal: The sign before the decimals, "." or ","; None lets each shape say it, where it can.
    """
    found = _AROUND.fullmatch(shape)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    signs = [sign for sign in (found["sign"], found["sign2"], found["sign3"]) if sign]
    words = [word for word in (found["before"], found["after"]) if word]
    meant = [meant_by(word) for word in words]
    if len(signs) + bool(found["open"]) > 1 or len(words) > 1 or not all(meant):
        return None
    core, start = found["core"], found.start("core")
    sign, untold = _decimal_sign(core) if decimal is None else (decimal, False)
    whole, mark, decimals = core.rpartition(sign) if sign in core else (core, "", "")
    if not _is_whole(whole, sign) or decimals.strip("0"):
        return None
    return AmountForm(
        negative=bool(found["open"]) or signs == ["-"],
        currencies=meant[0] if meant else frozenset(),
        whole=tuple(start + place for place, character in enumerate(whole) if character == "0"),
        decimals=tuple(range(start + len(whole) + len(mark), start + len(core))),
        shows=sign if not untold and {".", ","} & set(core) else None,
        untold=untold,
    )


def _decimal_sign(core: str) -> tuple[str, bool]:
    """The decimal sign that these digits imply, and whether the other is as likely."""
    dots, commas = core.count("."), core.count(",")
    if dots and commas:
        return (".", False) if core.rindex(".") > core.rindex(",") else (",", False)
    if dots + commas != 1:
        return ("." if commas else ",", False)
    sign = "." if dots else ","
    whole, _, decimals = core.partition(sign)
    return sign, len(decimals) == 3 and 1 <= len(whole) <= 3


def _is_whole(whole: str, decimal: str) -> bool:
    """Digits in a row, or in groups of three with one sign between them that is not the decimal sign."""
    if not whole.strip("0"):
        return True
    grouped = _GROUPED.fullmatch(whole)
    return grouped is not None and grouped["between"] != decimal
