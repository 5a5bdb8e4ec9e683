"""What the log of decisions says, counted once for each position of the log and day, and not on each view.

A small log is read when a page asks and it has grown; a large one by a job, and pages say as of when. Each day it is
counted anew, so that whoever said no to being counted is in no number of the next.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from django.utils import timezone

from tillit.evaluation.log_table import MICROS_PER_DAY, log_table
from tillit.evaluation.prospect import Arrivals
from tillit.evaluation.standing import Standing, standing
from tillit.events.currencies import exponent
from tillit.meetings.comparing import Changed, would_have_changed
from tillit.meetings.fairness import audit
from tillit.meetings.log import DecisionLog, Logged, open_log
from tillit.meetings.policy import Cell, Policy
from tillit.meetings.policy_files import parse_policy
from tillit_web.meetings.fairness import effects_by_group
from tillit_web.meetings.learning import WEEKS, change_of
from tillit_web.meetings.lots import persons_drawn
from tillit_web.meetings.models import Reading
from tillit_web.meetings.proposed import policy_with
from tillit_web.meetings.queries import begin, counted, read

SMALL = 5_000  # entries of the log that are read within a page's time
EVERY = timedelta(minutes=10)
LEAST_REST = 30  # times as long as a reading took, until the next


@dataclass(frozen=True, slots=True)
class Results:
    """What the log said, and when."""

    standing: Standing
    position: int
    policy: int
    made_at: datetime


_lock = threading.Lock()
_kept: dict[Path, Results] = {}


def current(directory: Path, *, currency: str | None) -> Results | None:
    """The newest results; None where a log is too large for a page and no job has read it yet."""
    with open_log(directory) as log:
        begin(log)
        position, policy = log.position(), log.newest_version()
        with _lock:
            kept = _kept.get(directory)
        now = timezone.now()
        if kept is not None and _holds(kept, position, policy, now):
            return kept
        if position > SMALL:
            row = Reading.objects.filter(pk=1).first()
            return None if row is None else from_row(row)
        found = _counted(log, currency=currency, now=now)
    with _lock:
        _kept.clear()  # one data directory a process; tests have many
        _kept[directory] = found
    return found


def newest(directory: Path) -> Results | None:
    """What was counted last, by a page or by the job; nothing is counted here. None before the first time."""
    with _lock:
        kept = _kept.get(directory)
    row = Reading.objects.filter(pk=1).first()
    if row is None or (kept is not None and kept.position >= row.position):
        return kept
    return from_row(row)


def has_decisions(directory: Path) -> bool:
    """Whether anything stands in the log."""
    with open_log(directory) as log:
        return log.position() > 0


def refresh(directory: Path, *, currency: str | None, now: datetime) -> Results | None:
    """Read the log if it has grown and the last reading has rested, and keep what it says for every page."""
    last = Reading.objects.filter(pk=1).first()
    if last is not None and now - last.made_at < timedelta(seconds=last.seconds * LEAST_REST):
        return None
    with open_log(directory) as log:
        begin(log)
        if last is not None and _holds(last, log.position(), log.newest_version(), now):
            return None
        began = time.monotonic()
        found = _counted(log, currency=currency, now=now)
    Reading.objects.update_or_create(
        pk=1,
        defaults={
            "position": found.position,
            "policy": found.policy,
            "made_at": now,
            "seconds": time.monotonic() - began,
            "content": msgspec.to_builtins(found.standing),
        },
    )
    return found


def _holds(known: Results | Reading, position: int, policy: int, now: datetime) -> bool:
    same_day = known.made_at.astimezone(UTC).date() == now.astimezone(UTC).date()
    return same_day and (known.position, known.policy) == (position, policy)


def from_row(row: Reading) -> Results:
    """What a reading keeps."""
    return Results(msgspec.convert(row.content, Standing), row.position, row.policy, row.made_at.astimezone(UTC))


def chosen_cells(policies: Sequence[Policy]) -> tuple[Cell, ...]:
    """The moments that somebody chose to learn about, the latest first.

    Args:
        policies: The newest first.
    """
    found = [(one.learning.errand, one.learning.stakes) for one in policies if one.learning is not None]
    return tuple(dict.fromkeys(found))


def policies_of(log: DecisionLog, *, currency: str | None) -> list[Policy]:
    """Every version, the newest first."""
    return [
        parse_policy(text, name=f"policy {version}", version=version, currency=currency)
        for version, _, text in log.policy_texts()
    ]


def _counted(log: DecisionLog, *, currency: str | None, now: datetime) -> Results:
    position, policy = log.position(), read(log, currency=currency)
    stated = log.groups()
    at: list[int] = []
    groups: list[Mapping[str, str]] = []
    at_micros = round(now.timestamp() * 1e6)
    as_of_days = at_micros / MICROS_PER_DAY
    since = at_micros - 7 * WEEKS * MICROS_PER_DAY
    arrivals = Arrivals(policy)

    def noted() -> Iterator[Logged]:
        for one in counted(log):
            at.append(one.decision.moment.at)
            groups.append(stated.get(one.decision.id, {}))
            if one.decision.moment.at >= since:
                arrivals.note(one)
            yield one

    table = log_table(noted(), exponent=exponent(currency), person_of=persons_drawn(log))
    said = standing(
        table,
        chosen=chosen_cells(policies_of(log, currency=currency)),
        as_of_days=as_of_days,
        person_minutes=policy.costs.minutes,
        exponent=exponent(currency),
        policy=policy,
    )
    by_group = () if said.is_contradicted else effects_by_group(table, at, groups, as_of_days=as_of_days)
    said = replace(
        said,
        fairness=audit(counted(log), stated),
        by_group=by_group,
        arrived=arrivals.found(),
        last_week=_last_week(log, policy, said, since=at_micros - 7 * MICROS_PER_DAY),
    )
    return Results(said, position, policy.version, now)


def _last_week(log: DecisionLog, policy: Policy, said: Standing, *, since: int) -> dict[str, Changed]:
    """What each change that the log speaks for would have done since, by moment or stage; the log is read if any is."""
    found = change_of(policy, said.moments)
    changes: dict[str, tuple[Policy, Policy]] = {}
    if found is not None:
        name, _, new = found
        changes[name] = (new, replace(new, cells=policy.cells, adds=policy.adds))
    for proposal in said.proposals:
        new = policy_with(policy, proposal)
        changes[proposal.stage] = (new, replace(new, rules=policy.rules))
    return {
        name: would_have_changed((one.decision for one in counted(log, since=since)), new, before=before)
        for name, (new, before) in changes.items()
    }
