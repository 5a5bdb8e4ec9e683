"""Places where a test may kill the process. Off unless TILLIT_FAULT names one: `name`, or `name:3` the third time."""

from __future__ import annotations

import os
from collections import Counter

EXIT_CODE = 86

_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """Die here, as by a power cut, if the environment variable TILLIT_FAULT names this place; otherwise do nothing."""
    asked = os.environ.get("TILLIT_FAULT")
    if asked is None:
        return
    place, _, time = asked.partition(":")
    if place == name:
        _passed[name] += 1
        if _passed[name] >= int(time or 1):
            os._exit(EXIT_CODE)
