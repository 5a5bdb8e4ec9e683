"""What a team changes about how customers are met: each change is a new version, so each can be undone."""

from __future__ import annotations

import time
from pathlib import Path

from tillit.meetings.log import open_log
from tillit.meetings.policy import Policy
from tillit.meetings.policy_files import parse_policy, policy_text


def follow(directory: Path, policy: Policy, *, currency: str | None) -> Policy:
    """Meet customers by this policy from now on. The same policy again makes no new version."""
    text = policy_text(policy, currency=currency)
    with open_log(directory) as log:
        version, _, newest = log.policy_texts()[0]
        now = parse_policy(newest, name="policy", version=version, currency=currency)
        if policy_text(now, currency=currency) == text:
            return now
        return log.save_policy(text, at=time.time_ns() // 1000, name="policy", currency=currency)


def go_back(directory: Path, *, currency: str | None) -> Policy | None:
    """Follow the version before the newest again, as a version of its own; None where there is none."""
    with open_log(directory) as log:
        texts = log.policy_texts()
        if len(texts) < 2:
            return None
        return log.save_policy(texts[1][2], at=time.time_ns() // 1000, name="policy", currency=currency)
