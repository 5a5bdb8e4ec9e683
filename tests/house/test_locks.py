"""A lock pins every package by version and hash, and names no place to fetch it from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "locks").glob("*.txt"))
PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)(\[[a-z0-9,-]+\])?==(?P<version>[^\s;]+)(?: ;(?P<marker>[^\\]+))?\s*\\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def test_the_locks_are_there() -> None:
    assert [lock.name for lock in LOCKS] == ["bench.txt", "demo.txt", "spark.txt", "test.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_only_pins_and_hashes(lock: Path) -> None:
    lines = lock.read_text(encoding="utf-8").splitlines()
    strange = [line for line in lines if not PIN.match(line) and not HASH.match(line)]
    assert not strange, f"{lock.name}: neither a pinned package nor a hash: {strange[:3]}"
    bare = [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if PIN.match(line) and not HASH.match(following)
    ]
    assert not bare, f"{lock.name}: pinned without a hash: {bare[:3]}"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8").lower()
    # Besides schemes, anything shaped like a host: a registry's name has no place in a lock either.
    found = re.findall(
        r"[a-z+]+://\S*|file:\S*|--(?:index|extra|find)\S*|\b[\w-]+\.(?:org|com|net|io|dev|internal|local)\b", text
    )
    assert not found, f"{lock.name} would fetch from {found[:3]}; a lock says what, never where"


def versions(lock: str) -> dict[tuple[str, str], str]:
    pins = (PIN.match(line) for line in (ROOT / "locks" / lock).read_text(encoding="utf-8").splitlines())
    return {(pin["name"], pin["marker"] or ""): pin["version"] for pin in pins if pin}


def test_the_test_lock_holds_the_demo_in_the_same_versions() -> None:
    """`make test` marks the demo as installed too; that is true only while this holds."""
    assert versions("demo.txt").items() <= versions("test.txt").items()


def test_the_demo_needs_neither_spark_nor_a_browser() -> None:
    assert not {"pyspark", "playwright"} & {name for name, _ in versions("demo.txt")}
