from __future__ import annotations

import pytest

from tillit.reports.wording import duration, median_wait, nine_of_ten_wait, number, share


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.0, "0 s"),
        (59.4, "59 s"),
        (60.0, "1 min"),
        (5400.0, "1.5 h"),
        (7200.0, "2 h"),
        (47 * 3600.0, "47 h"),
        (2 * 86400.0, "2 days"),
        (9.96 * 86400, "10 days"),
        (400 * 86400.0, "400 days"),
        (3 * 365.25 * 86400, "3 years"),
    ],
)
def test_lengths_of_time(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_a_share_has_its_range_and_under_thirty_it_is_no_rate() -> None:
    assert share(90, 200) == "90 of 200 (38 to 52 of 100)"  # the range of DESIGN's ladder
    assert share(9, 29, what="persons") == "9 of 29 persons"
    assert share(1200, 30_000) == "1,200 of 30,000 (4 to 4 of 100)"


def test_thousands_stand_apart() -> None:
    assert number(1234567) == "1,234,567"


def test_waits_of_few_are_a_dash() -> None:
    assert [median_wait(7200.0, count) for count in (1, 4, 5)] == ["–", "–", "2 h"]
    assert [nine_of_ten_wait(7200.0, count) for count in (5, 9, 10)] == ["–", "–", "2 h"]
    assert median_wait(None, 10) == "–"
