"""Rules of the house that a machine can keep."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST_MODULE = 400


def test_no_module_is_longer_than_400_lines() -> None:
    modules = [
        path
        for root in ("src", "tests", "bench")
        for path in (ROOT / root).rglob("*.py")
        if "migrations" not in path.parts
    ]
    assert modules, "the search for modules found none"
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in modules
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert not too_long, f"split by subject: {too_long}"
