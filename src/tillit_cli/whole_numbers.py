"""A port as a person types it."""

from __future__ import annotations

import argparse

HIGHEST = 65_535


def port(typed: str) -> int:
    """A port to listen on, for `argparse`; 0 lets the system choose one."""
    if not typed.isdecimal() or int(typed) > HIGHEST:
        raise argparse.ArgumentTypeError(f"{typed!r} is no port; write a number from 1 to {HIGHEST}, such as 8000")
    return int(typed)
