"""Waiting for one's turn at the log: one import, undo or build at a time; and rest between builds of large logs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tillit.errors import LogBusy

Answer = TypeVar("Answer")

SECONDS_BETWEEN_TRIES = 1.0
# A command line import of a large file takes minutes; a worker that gave up would strand what was uploaded.
MOST_TRIES = 600
# Times as long as a build took, until what is collected is built again: of ten million events a build with the answers
# that pages ask takes half a minute, and one each minute would leave half a core for nothing else.
LEAST_REST = 10
NO_REST_SECONDS = 6.0  # a build so short leaves its minute free anyway


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


class Rest:
    """Of a worker between builds of what is collected. What people bring in, undo or decide never waits for it."""

    def __init__(self) -> None:
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    def after(self, build: Callable[[], bool]) -> None:
        """Build, and rest for `LEAST_REST` times as long as that took; after a short one not at all."""
        began = time.monotonic()
        if build() and (took := time.monotonic() - began) > NO_REST_SECONDS:
            self._until = time.monotonic() + LEAST_REST * took
