"""Personal and card numbers: made here digit by digit, planted in text, and gone; other numbers stand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.events.personal_numbers import CARD_NUMBER, PERSONAL_NUMBER, without_numbers

BIRTHDAYS = st.dates(date(1925, 1, 1), date(2015, 12, 31))


def luhn_digit(digits: str) -> str:
    """The check digit by the table of the standard: every second digit from the right counts double, as its digits."""
    total = 0
    for place, digit in enumerate(digits[::-1]):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str((10 - total % 10) % 10)


@st.composite
def swedish(draw: st.DrawFn) -> str:
    born = draw(BIRTHDAYS)
    day = born.day + draw(st.sampled_from([0, 60]))
    digits = f"{born:%y%m}{day:02}{draw(st.integers(1, 999)):03}"
    dash = draw(st.sampled_from(["", "-", "+", " ", "–", " - "]))
    century = draw(st.sampled_from(["", f"{born.year // 100}"]))
    return f"{century}{digits[:6]}{dash}{digits[6:]}{luhn_digit(digits)}"


@st.composite
def norwegian(draw: st.DrawFn) -> str:
    born = draw(BIRTHDAYS)
    day = born.day + draw(st.sampled_from([0, 40]))
    for number in range(draw(st.integers(0, 900)), 1000):
        nine = [int(digit) for digit in f"{day:02}{born:%m%y}{number:03}"]
        first = -sum(a * b for a, b in zip([3, 7, 6, 1, 8, 9, 4, 5, 2], nine, strict=True)) % 11
        second = -sum(a * b for a, b in zip([5, 4, 3, 2, 7, 6, 5, 4, 3, 2], [*nine, first], strict=True)) % 11
        if first < 10 and second < 10:  # numbers whose check would be ten are never given out
            text = "".join(map(str, nine)) + f"{first}{second}"
            return text[:6] + draw(st.sampled_from(["", " ", "-"])) + text[6:]
    raise AssertionError("no number in a hundred has check digits")


@st.composite
def danish(draw: st.DrawFn) -> str:
    born = draw(BIRTHDAYS)
    for number in range(draw(st.integers(0, 900)), 1000):
        nine = [int(digit) for digit in f"{born:%d%m%y}{number:03}"]
        check = -sum(a * b for a, b in zip([4, 3, 2, 7, 6, 5, 4, 3, 2], nine, strict=True)) % 11
        if check < 10:
            text = "".join(map(str, nine)) + str(check)
            return text[:6] + draw(st.sampled_from(["", "-"])) + text[6:]
    raise AssertionError("no number in a hundred has a check digit")


@st.composite
def finnish(draw: st.DrawFn) -> str:
    born = draw(BIRTHDAYS)
    number = draw(st.integers(2, 899))
    sign = draw(st.sampled_from("ABCDEF" if born.year >= 2000 else "-YXWVU"))
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{born:%d%m%y}{number:03}") % 31]
    return f"{born:%d%m%y}{sign}{number:03}{check}"


@st.composite
def card(draw: st.DrawFn) -> str:
    start, length = draw(
        st.sampled_from([("4", 16), ("51", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("5019", 16)])
    )
    free = draw(st.text("0123456789", min_size=length - 1 - len(start), max_size=length - 1 - len(start)))
    digits = start + free
    digits += luhn_digit(digits)
    parts = [4, 6, 5] if length == 15 else [4, 4, 4, 4]
    gap = draw(st.sampled_from(["", " ", "-"]))
    return gap.join(digits[sum(parts[:place]) : sum(parts[: place + 1])] for place in range(len(parts)))


NUMBERS = st.one_of(swedish(), norwegian(), danish(), finnish())
AROUND = st.sampled_from([("", ""), ("jag är ", ", hej"), ("(", ")"), ("pnr:", ";"), ("å", " Ö"), ("\n", "\t")])


@given(number=NUMBERS, around=AROUND)
def test_a_personal_number_is_taken_out_of_any_text(number: str, around: tuple[str, str]) -> None:
    before, after = around
    assert without_numbers(before + number + after) == before + PERSONAL_NUMBER + after


@given(number=card(), around=AROUND)
def test_a_card_number_is_taken_out_of_any_text(number: str, around: tuple[str, str]) -> None:
    before, after = around
    assert without_numbers(before + number + after) == before + CARD_NUMBER + after


@given(number=swedish(), wrong=st.integers(1, 9))
def test_a_wrong_check_digit_is_another_number(number: str, wrong: int) -> None:
    other = number[:-1] + str((int(number[-1]) + wrong) % 10)
    digits = "".join(filter(str.isdigit, other))[-10:]
    # It may still be a Danish number: dates can be read from both ends.
    weights = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]
    if sum(int(a) * b for a, b in zip(digits, weights, strict=True)) % 11 and not digits.startswith("0101"):
        assert without_numbers(other) == other


@pytest.mark.parametrize(
    "text",
    [
        "order 10023, 2 st",
        "5678901234567",  # an order of Shopify's
        "4006381333931",  # an EAN that begins like a Visa card
        "7310865004703",
        "036000291452",
        "978-91-29-70391-4",
        "556016-0680",  # a company's number: its month is 60
        "+46 70 123 45 67",
        "070-123 45 67",
        "2026-11-22T04:29:11.123Z",
        "1795321751123",
        "550e8400-e29b-41d4-a716-850709980004",  # the last part of a UUID
        "59.8507099805",  # a coordinate
        "113-1234567-1234567",  # an order of Amazon's
        "4111 1111 1111 1112",
        "373400000000000003",
        "SE45 5000 0000 0583 9825 7466",
    ],
)
def test_ordinary_numbers_stand(text: str) -> None:
    assert without_numbers(text) == text


def test_few_random_numbers_look_like_somebodys() -> None:
    """Of 10,000 numbers spread over all with ten digits: dates are 7 % of them, and a check digit leaves a tenth."""
    numbers = [f"{number:010}" for number in range(0, 10**10, 1_000_007)]
    assert sum(without_numbers(number) != number for number in numbers) / len(numbers) < 0.015


def test_danish_numbers_without_a_check_digit_are_seen_by_their_dash() -> None:
    """CPR gives out numbers that fail the sum for those registered as born on 1 January of some years."""
    assert without_numbers("010165-0001") == PERSONAL_NUMBER
    assert without_numbers("240501-1234") == "240501-1234"  # a date and a serial number, as many shops number orders
