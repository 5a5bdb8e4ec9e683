"""What may be decided about identity. A decision is a row beside the log; it counts from the build that follows."""

from __future__ import annotations

import time

from tillit.identity import decisions
from tillit.identity.decided import Verdict
from tillit.identity.decisions import Decision
from tillit_web.jobs.actions import enqueue
from tillit_web.people.models import User
from tillit_web.warehouse import jobs
from tillit_web.warehouse.folders import open_log
from tillit_web.warehouse.identity_queries import MEMBER


def decide(verdict: Verdict, subject: bytes, other: bytes | None = None, *, by: User, why: str = "") -> Decision:
    """Add a decision and have the journeys put together anew.

    Raises:
        QueryError: The verdict cannot be said of this.
    """
    with open_log() as log:
        made = decisions.decide(log, verdict, subject, other, by=f"{MEMBER}{by.pk}", at=_now(), why=why)
    # Killed here, the decision stands and counts in the next build, whatever brings it.
    enqueue(jobs.put_together)
    return made


def undo(number: int, *, by: User) -> Decision:
    """Say again what held before a decision; undoing that brings it back.

    Raises:
        QueryError: There is no such decision, or a later one speaks of the same.
    """
    with open_log() as log:
        made = decisions.undo(log, number, by=f"{MEMBER}{by.pk}", at=_now(), why="")
    enqueue(jobs.put_together)
    return made


def _now() -> int:
    return time.time_ns() // 1000
