"""Whole numbers as a person types them, for `argparse`."""

from __future__ import annotations

import argparse

HIGHEST_PORT = 65_535


def port(typed: str) -> int:
    """A port to listen on; 0 lets the system choose one."""
    if not typed.isdecimal() or int(typed) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{typed!r} is no port; write a number from 1 to {HIGHEST_PORT}, such as 8000")
    return int(typed)


def above_zero(typed: str) -> int:
    """How many there are to be, at least one."""
    if not typed.isdecimal() or int(typed) == 0:
        raise argparse.ArgumentTypeError(f"{typed!r} is not a whole number above 0")
    return int(typed)
