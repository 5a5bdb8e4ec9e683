"""Numbers, money, shares, durations and times as readers of three languages write them."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from tillit.sentences import sentence

THIN = "\u202f"
MINUS = "\u2212"


def _say(language: str, expression: str, **values: object) -> str:
    with translation.override(language), timezone.override(zoneinfo.ZoneInfo("Europe/Stockholm")):
        return Template("{% load tillit %}{{ " + expression + " }}").render(Context(values))


@pytest.mark.parametrize(
    ("language", "value", "said"),
    [
        ("sv", 12345.6, f"12{THIN}346"),
        ("nb", 1234567, f"1{THIN}234{THIN}567"),
        ("en", 12345.6, "12,346"),
        ("sv", -5, f"{MINUS}5"),
        ("en", -0.4, "0"),
        ("en", "12345", "12,345"),
        ("en", None, "–"),
        ("en", float("nan"), "–"),
    ],
)
def test_number(language: str, value: float | str | None, said: str) -> None:
    assert _say(language, "value|number", value=value) == said


@pytest.mark.parametrize(
    ("language", "minor", "currency", "said"),
    [
        ("sv", 123400, "SEK", f"1{THIN}234{THIN}kr"),
        ("nb", 123400, "NOK", f"1{THIN}234{THIN}kr"),
        ("en", 123400, "NOK", "NOK\u00a01,234"),
        ("en", 1999, "GBP", "£19.99"),
        ("sv", 1250, "SEK", f"12,50{THIN}kr"),
        ("en", 500, "JPY", "JP¥500"),
        ("en", -5000, "SEK", f"{MINUS}SEK\u00a050"),
        ("en", 123456, "RSD", "RSD\u00a01,235"),
        ("sv", 1250, "", "12,50"),
        ("sv", None, "SEK", "–"),
    ],
)
def test_money_is_minor_units_of_its_own_currency(language: str, minor: int | None, currency: str, said: str) -> None:
    assert _say(language, "minor|money:currency", minor=minor, currency=currency) == said


@pytest.mark.parametrize(
    ("language", "value", "said"),
    [
        ("sv", 0.5, "50\u00a0%"),
        ("en", 0.5, "50%"),
        ("en", 0.0, "0%"),
        ("en", 0.004, "0.4%"),
        ("en", 0.0001, "0.01%"),
        ("en", 1.0, "100%"),
        ("en", 0.9987, "99.9%"),
        ("nb", 0.99996, "99,996\u00a0%"),
        ("sv", None, "–"),
    ],
)
def test_a_share_never_reads_as_nothing_or_all_where_it_is_not(language: str, value: float | None, said: str) -> None:
    assert _say(language, "value|share", value=value) == said


@pytest.mark.parametrize(
    ("language", "seconds", "said"),
    [
        ("sv", 20, "mindre än en minut"),
        ("nb", 120, "2 minutter"),
        ("en", 5400, "1.5 hours"),
        ("sv", 86_400, "1 dygn"),
        ("en", 400 * 86_400, "400 days"),
        ("en", None, "–"),
    ],
)
def test_duration(language: str, seconds: float | None, said: str) -> None:
    assert _say(language, "seconds|duration", seconds=seconds) == said


# The night to 29 October 2023 had 25 hours in Stockholm: 02:30 came twice.
@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2023, 10, 29, 0, 30, tzinfo=UTC), "29 okt. 2023 02:30"),
        (datetime(2023, 10, 29, 1, 30, tzinfo=UTC), "29 okt. 2023 02:30"),
        (datetime(2023, 10, 29, 2, 30, tzinfo=UTC), "29 okt. 2023 03:30"),
        (1_698_550_200_000_000, "29 okt. 2023 04:30"),
    ],
)
def test_times_are_on_the_companys_clock(moment: datetime | int, said: str) -> None:
    assert _say("sv", "moment|local_time", moment=moment) == said


def test_a_share_as_people_count_it() -> None:
    assert _say("sv", "90|natural:1200") == f"90 av 1{THIN}200"


def test_a_sentence_of_the_core_is_said_in_the_readers_language_with_its_values() -> None:
    said = sentence("Read as CSV: {encoding}, columns separated by {delimiter}.", encoding="{x}", delimiter=";")
    within = sentence("{file}: {problem}", file="a.csv", problem=said)
    assert _say("sv", "line|said", line=said) == "Läst som CSV: {x}, kolumner skilda med ;."
    assert _say("nb", "line|said", line=within.to_json()) == "a.csv: Lest som CSV: {x}, kolonner skilt med ;."
    assert _say("en", "line|said", line=within) == str(within)
    assert _say("sv", "line|said", line="as it stands") == "as it stands"


def test_numbers_in_a_sentence_are_the_readers() -> None:
    rows = sentence("Parquet. Rows: {rows:,}; row groups: {groups:,}.", rows=12_345, groups=1)
    margin = sentence("Margins are assumed: {rate} of the amount without VAT.", rate=0.4)
    assert str(rows) == _say("en", "line|said", line=rows) == "Parquet. Rows: 12,345; row groups: 1."
    assert _say("sv", "line|said", line=rows) == f"Parquet. Rader: 12{THIN}345, radgrupper: 1."
    assert _say("sv", "line|said", line=margin) == "Marginalen är ett antagande: 0,4 av beloppet utan moms."
