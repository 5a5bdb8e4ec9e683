"""Personal numbers of the Nordic countries and numbers of payment cards, found in text and taken out.

A number is taken out when its form, its date and its check digits agree, so ordinary order numbers, phone numbers and
product codes stand: of random numbers with ten digits fewer than one in a hundred looks like a personal number.

Sources: SKV 704 and SKV 707 (personnummer, samordningsnummer); Skatteetaten on fødselsnummer and D-nummer;
CPR-kontoret, "Personnummeret i CPR"; the Finnish DVV on henkilötunnus; ISO/IEC 7812-1 (Luhn).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

PERSONAL_NUMBER = "[personal number]"
CARD_NUMBER = "[card number]"

# No digit beside it, and not the fraction of a decimal number such as a coordinate.
_BEFORE, _AFTER = r"(?<!\d)(?<!\d[.,])", r"(?!\d)"
_DASH = r"[ \u00a0\u202f]?[-+\u2010-\u2015\u2212]?[ \u00a0\u202f]?"
_GAP = r"[ \u00a0\u202f\-\u2010-\u2015]?"
_TEN_OR_TWELVE = re.compile(rf"{_BEFORE}(?:18|19|20)?(\d{{6}})({_DASH})(\d{{4}}){_AFTER}")
_ELEVEN = re.compile(rf"{_BEFORE}(\d{{6}}){_DASH}(\d{{5}}){_AFTER}")
_FINNISH = re.compile(rf"{_BEFORE}(\d{{6}})[-+\u2010-\u2015A-FU-Y](\d{{3}})([0-9A-FHJ-NPR-Y])(?!\w)", re.IGNORECASE)
_CARD = re.compile(
    rf"{_BEFORE}(?:\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}}(?:{_GAP}\d{{1,3}})?"
    rf"|\d{{4}}{_GAP}\d{{6}}{_GAP}\d{{4,5}}){_AFTER}"
)
_UUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE)
_SUSPECT = re.compile(r"\d{4}")  # every number below has four digits side by side
_NOT_A_DIGIT = re.compile(r"\D")

# Whose card it is: how many digits, and what the first four lie between. Visa's thirteen digits are long out of use and
# would be EAN codes.
_ISSUERS: tuple[tuple[frozenset[int], int, int], ...] = (
    (frozenset({16, 19}), 4000, 4999),  # Visa
    (frozenset({16}), 5100, 5599),  # Mastercard
    (frozenset({16}), 2221, 2720),
    (frozenset({15}), 3400, 3499),  # American Express
    (frozenset({15}), 3700, 3799),
    (frozenset({14}), 3000, 3059),  # Diners Club
    (frozenset({14, 16}), 3600, 3699),
    (frozenset({14, 16}), 3800, 3999),
    (frozenset({16}), 3528, 3589),  # JCB
    (frozenset({16}), 6011, 6011),  # Discover
    (frozenset({16, 17, 18, 19}), 6200, 6299),  # UnionPay
    (frozenset({16}), 6440, 6599),
    (frozenset({16}), 5000, 5099),  # Dankort, Maestro
    (frozenset({16}), 5600, 5899),
    (frozenset({16}), 6300, 6399),
    (frozenset({16}), 6700, 6799),
)
_DANISH = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_NORWEGIAN_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_NORWEGIAN_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_FINNISH_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def without_numbers(text: str) -> str:
    """The text with a word in place of each personal number and card number."""
    if not _SUSPECT.search(text):
        return text
    if "-" not in text:
        return _replaced(text)
    # A UUID's last part may be twelve digits that look like somebody's.
    uuids = [*_UUID.findall(text), ""]
    return "".join(_replaced(part) + uuid for part, uuid in zip(_UUID.split(text), uuids, strict=True))


def _replaced(text: str) -> str:
    text = _CARD.sub(_if(_is_card, CARD_NUMBER), text)
    text = _TEN_OR_TWELVE.sub(_if(_is_swedish_or_danish, PERSONAL_NUMBER), text)
    text = _ELEVEN.sub(_if(_is_norwegian, PERSONAL_NUMBER), text)
    return _FINNISH.sub(_if(_is_finnish, PERSONAL_NUMBER), text)


def _if(recognised: Callable[[re.Match[str]], bool], word: str) -> Callable[[re.Match[str]], str]:
    return lambda found: word if recognised(found) else found[0]


def _is_card(found: re.Match[str]) -> bool:
    digits = _NOT_A_DIGIT.sub("", found[0])
    first = int(digits[:4])
    return any(len(digits) in lengths and low <= first <= high for lengths, low, high in _ISSUERS) and _luhn(digits)


def _is_swedish_or_danish(found: re.Match[str]) -> bool:
    six, dash, four = found.groups()
    year, month, day = int(six[:2]), int(six[2:4]), int(six[4:])
    if _is_date(year, month, day - 60 if day > 60 else day) and _luhn(six + four):
        return True  # a samordningsnummer has 60 added to its day
    if found[0].startswith(("18", "19", "20")) and len(_NOT_A_DIGIT.sub("", found[0])) == 12:
        return False  # nobody writes a Danish number with its century
    if not _is_date(int(six[4:]), int(six[2:4]), int(six[:2])):
        return False
    # Since 2007 numbers are given out that fail the sum, nearly all for 1 January: those need the dash to be seen.
    return _weighted(six + four, _DANISH) % 11 == 0 or (bool(dash.strip()) and six.startswith("0101"))


def _is_norwegian(found: re.Match[str]) -> bool:
    digits = found[1] + found[2]
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    day -= 40 if day > 40 else 0  # D-number
    month -= 80 if month > 80 else 65 if month > 65 else 40 if month > 40 else 0  # synthetic, and of hospitals
    return (
        _is_date(year, month, day)
        and _weighted(digits, _NORWEGIAN_FIRST) % 11 == 0
        and _weighted(digits, _NORWEGIAN_SECOND) % 11 == 0
    )


def _is_finnish(found: re.Match[str]) -> bool:
    six, three, check = found.groups()
    if not _is_date(int(six[4:]), int(six[2:4]), int(six[:2])):
        return False
    return _FINNISH_CHECK[int(six + three) % len(_FINNISH_CHECK)] == check.upper()


def _is_date(year: int, month: int, day: int) -> bool:
    """Whether two digits of a year, a month and a day can be one. 1900 was no leap year, 2000 was: it may be either."""
    try:
        date(2000 + year, month, day)
    except ValueError:
        return False
    return True


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _luhn(digits: str) -> bool:
    doubled = "".join(str(int(digit) * (2 - place % 2)) for place, digit in enumerate(reversed(digits), start=1))
    return sum(map(int, doubled)) % 10 == 0
