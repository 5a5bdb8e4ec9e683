"""Lengths of time as a person types them: 30s, 45m, 12h, 7d, 2w."""

from __future__ import annotations

import argparse
import re

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400}
_FORM = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


def seconds(typed: str) -> float:
    """A length of time in seconds, for `argparse`."""
    found = _FORM.fullmatch(typed.strip().lower())
    if not found:
        raise argparse.ArgumentTypeError(f"{typed!r} is no length of time; write 30s, 45m, 12h, 7d or 2w")
    return float(found[1]) * SECONDS[found[2]]


def lapse_days(typed: str) -> float | None:
    """A lapse in days, or None for "none", for `argparse`."""
    if typed.strip().lower() == "none":
        return None
    try:
        days = float(typed)
    except ValueError:
        days = 0.0
    if not days > 0:
        raise argparse.ArgumentTypeError(f"{typed!r} is no lapse; write a number of days above 0, or none")
    return days
