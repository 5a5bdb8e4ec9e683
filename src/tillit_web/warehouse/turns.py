"""Waiting for one's turn at the log: one import, undo or build at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tillit.errors import LogBusy

Answer = TypeVar("Answer")

SECONDS_BETWEEN_TRIES = 1.0
# A command line import of a large file takes minutes; a worker that gave up would strand what was uploaded.
MOST_TRIES = 600


def until_free(step: Callable[[], Answer]) -> Answer:
    """Do a step that needs the log or its builds alone, waiting while another process has them.

    Raises:
        LogBusy: Another process has had them for too long.
    """
    for _ in range(MOST_TRIES):
        try:
            return step()
        except LogBusy:
            time.sleep(SECONDS_BETWEEN_TRIES)
    return step()
