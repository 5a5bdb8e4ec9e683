"""Amounts of all the ways in which programs write them, to the last minor unit."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.errors import AmbiguityError
from tillit.events.faults import Faults
from tillit.events.mapping_toml import parse_mapping
from tillit.events.money import MoneyReader

BASE = 'identifiers = {email = "Email"}\n{top}\n[[event]]\nactivity = "a"\ntime = "At"\namount = "Total"\n{event}\n'


def read(
    values: pa.Array | list[str | None], top: str = 'currency = "SEK"', event: str = "", **columns: list[str | None]
) -> tuple[list[int | None], list[int | None], list[str | None], dict[int, str], tuple[str, ...]]:
    """Read a whole column: amounts, margins, currencies, codes of refused places, notes."""
    mapping = parse_mapping(BASE.replace("{top}", top).replace("{event}", event), name="test")
    table = pa.table({"Total": values, **columns})
    reader, faults = MoneyReader(mapping, mapping.events[0]), Faults(table.num_rows)
    numbers = np.arange(1, table.num_rows + 1)
    if not reader.learn(table, numbers):
        reader.conclude()
    money = reader.read(table, np.ones(table.num_rows, dtype=np.bool_), faults)
    codes = {int(place): faults.of(int(place))[0] for place in np.flatnonzero(faults.refused)}
    lists = (money.amount_minor.to_pylist(), money.margin_minor.to_pylist(), money.currency.to_pylist())
    return *lists, codes, reader.notes


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12,50", 1250),
        ("12.50", 1250),
        ("12,5", 1250),
        ("12", 1200),
        ("1 234,50", 123450),
        ("1\u00a0234,50", 123450),
        ("1\u202f234\u202f567,50", 123456750),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("1'234.50", 123450),
        ("1.234.567", 123456700),
        ("1234567", 123456700),
        ("kr 12,50", 1250),
        ("12,50 kr", 1250),
        ("12,50 kr.", 1250),
        ("SEK 1 234", 123400),
        ("100:-", 10000),
        ("100,-", 10000),
        ("-5", -500),
        ("\u22125,00", -500),
        ("5,00-", -500),
        ("(5.00)", -500),
        ("kr -5,00", -500),
        ("+5", 500),
        (",50", 50),
        ("0,005", 0),
        ("0.015", 2),
        ("0.025000000000001", 3),
        ("0", 0),
        ("", None),
        ("NULL", None),
        ("-", None),
    ],
)
def test_a_written_amount(text: str, minor: int | None) -> None:
    amounts, _, currencies, refused, _ = read([text])
    assert (amounts, refused) == ([minor], {})
    assert currencies == ["SEK" if minor is not None else None]


def grouped(amount: Decimal, thousand: str, decimal: str) -> str:
    return f"{amount:,}".replace(",", "_").replace(".", decimal).replace("_", thousand)


@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2, allow_nan=False), min_size=1, max_size=20),
    st.sampled_from([("", ","), (" ", ","), (".", ","), ("", "."), (",", "."), ("'", ".")]),
)
def test_amounts_with_two_decimals_are_exact(amounts: list[Decimal], signs: tuple[str, str]) -> None:
    texts: list[str | None] = [grouped(amount, *signs) for amount in amounts]
    assert read(texts)[0] == [int(amount * 100) for amount in amounts]


@given(st.lists(st.decimals(-(10**6), 10**6, places=5, allow_nan=False), min_size=1, max_size=20))
@pytest.mark.parametrize(("currency", "exponent"), [("JPY", 0), ("SEK", 2), ("KWD", 3), ("CLF", 4)])
def test_further_decimals_are_rounded_half_to_even(currency: str, exponent: int, amounts: list[Decimal]) -> None:
    texts: list[str | None] = [f"{amount:.5f}" for amount in amounts]
    wanted = [int(amount.scaleb(exponent).quantize(Decimal(1), ROUND_HALF_EVEN)) for amount in amounts]
    assert read(texts, f'currency = "{currency}"')[0] == wanted


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1), st.decimals(0, Decimal("0.9999"), places=4))
def test_net_amounts_and_margins_are_rounded_half_to_even(minor: list[int], rate: Decimal) -> None:
    texts: list[str | None] = [f"{Decimal(value).scaleb(-2):.2f}" for value in minor]
    top = f'currency = "SEK"\nmoney = "gross"\nvat_rate = {rate}\nmargin_rate = 0.4'
    amounts, margins, *_ = read(texts, top)
    for value, net, margin in zip(minor, amounts, margins, strict=True):
        assert net is not None
        assert margin is not None
        exact = Decimal(value) / (1 + rate)
        assert abs(exact - net) <= Decimal("0.5") + Decimal("1e-12")
        if abs(exact - net) == Decimal("0.5"):
            assert net % 2 == 0
        assert margin == int((net * Decimal("0.4")).quantize(Decimal(1), ROUND_HALF_EVEN))


def test_one_row_tells_the_decimal_sign_for_all() -> None:
    assert read(["1,234", "12,50"])[0] == [123, 1250]
    assert read(["1,234", "12.50"])[0] == [123400, 1250]
    assert read(["1,234", "0,5"])[0] == [123, 50]
    assert read(["1,234", "0,125"])[0] == [123, 12]
    assert any('"," is the decimal sign' in note for note in read(["1,234", "12,50"])[4])


@pytest.mark.parametrize("column", [["1,234"], ["1,234", "2"], ["1.234", "12,50", "12.50"]])
def test_amounts_that_tell_nothing_are_refused_with_the_remedy(column: list[str | None]) -> None:
    with pytest.raises(AmbiguityError, match=r'row 1\).*decimal = ","'):
        read(column)


def test_the_mapping_decides() -> None:
    assert read(["1,234", "5"], 'currency = "SEK"\ndecimal = "."')[0] == [123400, 500]
    assert read(["1,234", "5"], 'currency = "SEK"\ndecimal = ","')[0] == [123, 500]
    assert read(["12.50"], 'currency = "SEK"\ndecimal = ","')[3] == {0: "amount_unreadable"}


@pytest.mark.parametrize("text", ["much", "12,50,3", "1 23,5", "(5", "--5", "5 kr SEK", "12 px", "1e5", "1" * 30])
def test_what_is_no_amount_is_refused(text: str) -> None:
    assert read(["1", text])[3] == {1: "amount_unreadable"}


def test_absurd_amounts_are_refused() -> None:
    assert read(["1", "9999999999999"])[3] == {1: "amount_absurd"}


def test_currencies_come_with_the_row() -> None:
    amounts, _, currencies, refused, _ = read(
        ["1,50", "1,50", "150", "1,50", "", None],
        'currency = {column = "Currency", rename = {kronor = "SEK"}}',
        Currency=["sek", "kronor", "JPY", "dollars", "JPY", "JPY"],
    )
    assert (amounts[:3], currencies[:3]) == ([150, 150, 150], ["SEK", "SEK", "JPY"])
    assert (currencies[4:], refused) == ([None, None], {3: "currency_unknown"})


def test_the_word_beside_an_amount_is_held_against_the_currency() -> None:
    assert read(["5 EUR", "5 kr", "5"])[3] == {0: "currency_differs"}
    amounts, _, currencies, refused, notes = read(["5 EUR", "5 kr"], "")
    assert (amounts, currencies, refused) == ([500, 500], ["EUR", None], {})
    assert any("no currency" in note for note in notes)


def test_refunds_are_negative_whatever_sign_they_have() -> None:
    amounts, margins, *_ = read(["5", "-5"], 'currency = "SEK"\nmargin_rate = 0.5', "refund = true")
    assert (amounts, margins) == ([-500, -500], [-250, -250])


def test_margins_may_have_a_column() -> None:
    _, margins, *_ = read(["5", "6"], 'currency = "SEK"\nmargin = {column = "Margin"}', Margin=["1,25", None])
    assert margins == [125, None]


@pytest.mark.parametrize("values", [pa.array([12.5, None, 0.1]), pa.array([12.5, None, 0.1], pa.float32())])
def test_typed_numbers_have_a_decimal_point(values: pa.Array) -> None:
    assert read(values)[0] == [1250, None, 10]


def test_typed_decimals_and_integers() -> None:
    assert read(pa.array([Decimal("1.234")]))[0] == [123]
    assert read(pa.array([1234]))[0] == [123400]


@pytest.mark.parametrize("text", ["1.23457E+05", "1E3", "-1,5e-7"])
def test_scientific_notation_is_named(text: str) -> None:
    mapping = parse_mapping(BASE.replace("{top}", "").replace("{event}", ""), name="test")
    reader, faults, table = MoneyReader(mapping, mapping.events[0]), Faults(1), pa.table({"Total": [text]})
    assert reader.learn(table, np.arange(1, 2))
    reader.read(table, np.ones(1, dtype=np.bool_), faults)
    code, reason = faults.of(0)
    assert code == "amount_unreadable"
    assert "scientific notation, which may have lost digits" in reason
