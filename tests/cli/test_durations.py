from __future__ import annotations

import argparse

import pytest

from tillit_cli.durations import lapse_days, seconds


@pytest.mark.parametrize(
    ("typed", "length"),
    [("30s", 30), ("45m", 2_700), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600), ("1.5H", 5_400)],
)
def test_lengths_of_time(typed: str, length: float) -> None:
    assert seconds(typed) == length


def test_a_lapse_is_days_or_none() -> None:
    assert lapse_days("none") is None
    assert lapse_days("0.5") == 0.5
    for typed in ("0", "-3", "nan", "soon"):
        with pytest.raises(argparse.ArgumentTypeError, match="above 0, or none"):
            lapse_days(typed)
