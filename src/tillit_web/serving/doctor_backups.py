"""What the doctor says of backups, their keys, what restores left behind, and of retention."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tillit_web.backups.keys import ends_on, key_names
from tillit_web.backups.record import backups_made
from tillit_web.retention.queries import last_run
from tillit_web.serving.finding import Finding
from tillit_web.serving.staging import left_behind

OLD_BACKUP = timedelta(days=7)
LATE_RETENTION = timedelta(days=3)  # it looks once a day


def examine_backups(directory: Path, *, now: datetime) -> Iterator[Finding]:
    """The age of the last backup, until when its key opens it, and copies of people's data that lie about."""
    made = backups_made(directory)
    if not made:
        yield Finding("backup", "none was made yet; tillit backup --help says how")
    else:
        last = made[-1]
        found = f"the last {(now - last.made).days} days ago, {last.path}"
        found += f"; it opens until {ends_on(last.key)}" if last.key in key_names(directory) else "; its key has ended"
        late = now - last.made > OLD_BACKUP
        yield Finding("backup", found, f"tillit backup --data {directory} --to FOLDER, daily" if late else "")
    for path in left_behind(directory):
        yield Finding("backup", f"{path} is left of a restore, with people's data in it", "remove it when you are sure")


def examine_retention(*, served: bool, now: datetime) -> Iterator[Finding]:
    """What went last; Django's tables are up to date."""
    last = last_run()
    if last is None or last.finished_at is None:
        yield Finding("retention", "nothing was looked through yet; it is once a day while tillit is served")
        return
    gone = ", ".join(f"{name} {rows:,}" for name, rows in last.removed.items()) or "nothing was old enough"
    late = served and now - last.finished_at > LATE_RETENTION
    yield Finding(
        "retention",
        f"last on {last.finished_at:%Y-%m-%d}: {gone}",
        "read the log of `tillit serve` for why it did not run since" if late else "",
    )
