"""The truth of a simulated company, where somebody has left it beside the log: shown next to every estimate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FILE = "meetings-truth.json"


def truths(directory: Path) -> Mapping[str, float]:
    """What a person truly adds, P(good outcome) with one minus with a machine.

    Returns:
        By the name of a stage, of a moment such as `order.low`, or `all`; nothing where the company is a real one.
    """
    path = directory / FILE
    if not path.is_file():
        return {}
    return {str(name): float(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()}
