"""A line that shows how far a long read has come, only while a person is watching."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

WIDTH = 30
SECONDS_BETWEEN = 0.1


class Progress:
    """A progress bar on a terminal, silence anywhere else; call it as `on_progress(bytes_done, bytes_total, rows)`."""

    def __init__(self, label: str, *, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._label = label
        self._shown_at = 0.0
        self._watched = self._stream.isatty()

    def __enter__(self) -> Progress:
        return self

    def __call__(self, bytes_done: int, bytes_total: int, rows: int) -> None:
        now = time.monotonic()
        if not self._watched or now - self._shown_at < SECONDS_BETWEEN:
            return
        self._shown_at = now
        share = bytes_done / bytes_total if bytes_total else 1.0
        bar = "█" * int(share * WIDTH)
        self._stream.write(f"\r{self._label} {bar:░<{WIDTH}} {share:4.0%}  {rows:,} rows")
        self._stream.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watched and self._shown_at:
            self._stream.write("\r\x1b[K")  # leaves the line as it was found
            self._stream.flush()
