"""Every test that the page of pitfalls names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "methods" / "pitfalls.md"
PITFALLS = 25


def test_every_pitfall_names_a_test_that_exists() -> None:
    rows = re.findall(r"^\| (\d+) \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, PITFALLS + 1))
    for number, row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
        assert named or "`make bench`" in row, number
        for path, test in named:
            text = (ROOT / path).read_text(encoding="utf-8")
            assert not test or re.search(rf"^def {test}\(", text, re.MULTILINE), f"{number}: {path}::{test}"
