"""Decisions as they were written once: what reads them today decides the same, to the byte.

`year_old/` was written on 22 November 2026 and is never written again. A change that breaks this breaks every log there
is: give what is new a default that leaves old rows as they are.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from tillit.meetings.decide import Decision, replay
from tillit.meetings.policy_files import parse_policy

HERE = Path(__file__).with_name("year_old")
POLICIES = {
    version: parse_policy(
        (HERE / f"policy-{version}.toml").read_text(encoding="utf-8"),
        name=f"policy {version}",
        version=version,
        currency="SEK",
    )
    for version in (1, 2, 3, 4)
}


def test_they_are_decided_again_to_the_byte() -> None:
    actions: Counter[str] = Counter()
    for line in (HERE / "decisions.jsonl").read_bytes().splitlines():
        written = msgspec.json.decode(line, type=Decision)
        again = replay(written, POLICIES[written.policy_version])
        assert msgspec.json.encode(again) == line
        actions[again.action] += 1
    assert sum(actions.values()) == 100
    assert len(actions) >= 5, "of many kinds"


def test_another_policy_would_have_decided_otherwise() -> None:
    rows = [msgspec.json.decode(line, type=Decision) for line in (HERE / "decisions.jsonl").read_bytes().splitlines()]
    assert any(replay(row, POLICIES[1 + row.policy_version % 4]).action is not row.action for row in rows)
