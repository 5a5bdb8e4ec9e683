"""Watches the policy in force, and goes back to the one before where customers fare worse since."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from tillit.evaluation.alarm import BACK_DAYS, MICROS_PER_DAY, Watched, watch
from tillit.meetings.log import open_log
from tillit.meetings.policy_files import parse_policy
from tillit_web.meetings.models import Return
from tillit_web.meetings.queries import counted

WATCHED_FOR = timedelta(days=90)  # a policy that has stood so long is the measure of the next


def watch_policy(directory: Path, *, currency: str | None, now: datetime) -> Return | None:
    """Compare since and before the newest policy, and take it back if a signal got worse.

    What was seen is kept first, under the number that the copy of the older policy will have: killed in between, the
    next run finds the same and goes on.

    Returns:
        What was taken back, if anything was.
    """
    at = round(now.timestamp() * 1_000_000)
    with open_log(directory) as log:
        texts = log.policy_texts()
        if len(texts) < 2:
            return None
        (version, changed_at, text), (older, _, older_text) = texts[:2]
        if at - changed_at > WATCHED_FOR // timedelta(microseconds=1) or Return.objects.filter(new_version=version):
            return None
        newest, before = (
            parse_policy(said, name=f"policy {number}", version=number, currency=currency)
            for number, said in ((version, text), (older, older_text))
        )
        since = changed_at - BACK_DAYS * MICROS_PER_DAY
        found = watch(counted(log, since=since), newest, before, changed_at=changed_at, at=at)
        worse = next((one for one in found if one.is_worse), None)
        if worse is None:
            return None
        row = _noted(worse, version, older, now)
        if log.newest_version() == version:  # nobody has changed it meanwhile
            log.save_policy(older_text, at=at, name="policy", currency=currency)
    return row


def _noted(worse: Watched, version: int, older: int, now: datetime) -> Return:
    row, _ = Return.objects.get_or_create(
        from_version=version,
        defaults={
            "to_version": older,
            "new_version": version + 1,
            "at": now,
            "signal": worse.signal.value,
            "before_happened": worse.before.happened,
            "before_of": worse.before.of,
            "since_happened": worse.since.happened,
            "since_of": worse.since.of,
        },
    )
    return row
