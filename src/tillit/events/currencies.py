"""How many decimals a currency has, and which currencies a word beside an amount may mean."""

from __future__ import annotations

import re

# ISO 4217, list one: every active currency whose minor unit is not a hundredth.
_EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENT_OF = {code: exponent for exponent, codes in _EXPONENTS.items() for code in codes.split(" ")}
USUAL_EXPONENT = 2
UNNAMED = ""  # of amounts whose source names no currency: they are added up with their like, and with no others

_CODE = re.compile("[A-Z]{3}")
_WORDS = {
    "KR": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"}),
}


def exponent(currency: str | None) -> int:
    """Decimals of a currency's minor unit; two where there is no currency."""
    return USUAL_EXPONENT if currency is None else _EXPONENT_OF.get(currency, USUAL_EXPONENT)


def is_code(text: str) -> bool:
    """Whether a text has the form of an ISO 4217 code."""
    return _CODE.fullmatch(text) is not None


def meant_by(word: str) -> frozenset[str]:
    """The currencies that a word in capitals beside an amount may mean; empty where it is no such word."""
    return frozenset({word}) if is_code(word) else _WORDS.get(word.rstrip("."), frozenset())
