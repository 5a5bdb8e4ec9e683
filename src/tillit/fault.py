"""Places where a test may kill the process. Off unless TILLIT_FAULT names one."""

from __future__ import annotations

import os

EXIT_CODE = 86


def point(name: str) -> None:
    """Die here, as by a power cut, if the environment variable TILLIT_FAULT is this name; otherwise do nothing."""
    if os.environ.get("TILLIT_FAULT") == name:
        os._exit(EXIT_CODE)
