"""Erasure done: by the worker, or by a command at once; killed anywhere, the next run completes it.

Asking hides a person at once (`people.erasure`). Two steps follow, each for all who wait.

*Filtering*, within minutes: what waits is sealed, the whole person found, refused calls, files and tables cleared, and
the build made without them by a delta on top of its base. *Removing*, for everybody in one go since it writes files
anew: the log rewritten, the store built from it and older builds removed, the answers that hid them erased, free
pages scrubbed, the receipts written.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tillit import fault
from tillit.errors import LogBusy
from tillit.events import erasures
from tillit.events.builds import remove_old_builds
from tillit.events.erased import Erased
from tillit.events.erased_texts import ErasedTexts
from tillit.events.erasures import Receipt, Waiting, note_rows
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.rewriting import rewrite
from tillit.events.sought import Sought
from tillit.identity.decisions import forget_decisions
from tillit.sentences import sentence
from tillit_web.backups.actions import keep_erased
from tillit_web.collect.erasing import forget_again, forget_refused
from tillit_web.collect.queries import storage
from tillit_web.collect.sealing import seal_all
from tillit_web.jobs.actions import blot_failures
from tillit_web.people import erasure as people
from tillit_web.warehouse import builds
from tillit_web.warehouse.erased_person import component_of, region
from tillit_web.warehouse.folders import data_directory, open_log
from tillit_web.warehouse.import_leftovers import forget_in_imports, namespaces
from tillit_web.warehouse.turns import until_free

# One rewriting a day serves everybody who asked since the last, and leaves two days of the promised three for a
# damaged file to be put back.
REMOVE_AFTER = timedelta(hours=24)
SECONDS_TO_LET_GO = 2.0
TRIES_TO_SCRUB = 20

OnStep = Callable[[str], None]


def _say_nothing(step: str) -> None:
    """Nobody watches."""


def erase_waiting(*, on_step: OnStep = _say_nothing) -> tuple[Receipt, ...]:
    """Do every erasure that waits, whole and now; their receipts.

    Args:
        on_step: Told what is being done, before it is.

    Raises:
        LogBusy: Another process has the log or its builds, for too long.
        DamagedSegment: A file that holds what should go is damaged; the person stays hidden, and this is tried again.
    """
    filter_waiting(on_step=on_step)
    return remove_filtered(on_step=on_step)


def filter_waiting(*, on_step: OnStep = _say_nothing) -> int:
    """Take whoever waits to be erased out of tables, small files and the build; how many there were.

    Raises:
        LogBusy: Another process has the log or its builds, for too long.
        DamagedSegment: Links are damaged, so nobody can say who belongs to whom; the person stays hidden.
    """
    with open_log() as log:
        asked = [one for one in erasures.waiting(log) if one.filtered_at is None]
        if not asked:
            return 0
        for waiting in asked:
            people.hide(waiting.subjects)
        on_step("Sealing what was collected.")
        until_free(seal_all)
        fault.point("erase.sealed")
        on_step("Finding every identifier of the person.")
        whole = [_widened(log, waiting) for waiting in asked]
        keep_erased(log.directory, now=datetime.now(UTC))  # every identifier, should a backup come back
        fault.point("erase.widened")
        on_step("Clearing tables, refused calls, rejected rows and files that wait.")
        for waiting in whole:
            _clear_beside_the_log(log, waiting)
        on_step("Making journeys and numbers without the person.")
        until_free(builds.rebuild)
        fault.point("erase.filtered")
        now = time.time_ns() // 1_000
        for waiting in whole:
            erasures.note_filtered(log, waiting, at=now)
        return len(whole)


def is_due(*, now: int) -> bool:
    """Whether somebody has waited so long (`now` in microseconds UTC) that files are to be written anew."""
    latest = now - int(REMOVE_AFTER.total_seconds() * 1_000_000)
    with open_log() as log:
        return any(waiting.asked_at <= latest for waiting in erasures.waiting(log))


def remove_filtered(*, on_step: OnStep = _say_nothing) -> tuple[Receipt, ...]:
    """Write every file anew without those who were filtered; their receipts.

    Raises:
        LogBusy: Another process has the log or its builds, for too long.
        DamagedSegment: A file that holds what should go is damaged; the person stays hidden, and this is tried again.
    """
    with open_log() as log:
        filtered = [one for one in erasures.waiting(log) if one.filtered_at is not None]
        if not filtered:
            return ()
        until_free(seal_all)
        on_step("Writing the log anew.")
        until_free(lambda: _rewrite_log(log, filtered))
        fault.point("erase.log_done")
        on_step("Building the store from it.")
        until_free(lambda: builds.rebuild(gone={one.number for one in filtered}))
        fault.point("erase.built")
        until_free(_remove_old_builds)
        fault.point("erase.builds_removed")
        kept = [people.kept(waiting.subjects) for waiting in filtered]
        for waiting in filtered:
            people.forget_answers(waiting.subjects, until=waiting.asked_at)
        fault.point("erase.answers")
        on_step("Scrubbing free pages.")
        _scrub(log)
        fault.point("erase.scrubbed")
        now = time.time_ns() // 1_000
        receipts = tuple(
            erasures.finish(log, waiting, at=now, kept=stays) for waiting, stays in zip(filtered, kept, strict=True)
        )
        fault.point("erase.receipt")
        log.connection.execute("pragma wal_checkpoint(truncate)")
        return receipts


def keep_out(*, since: int) -> int:
    """Take out of the failed box what came of erased persons since a time (microseconds UTC); how many calls went."""
    with open_log() as log:
        erased = Erased.of(log)
    if erased.is_empty:
        return 0
    return forget_again(ErasedTexts(erased, region=region(), namespaces=namespaces()), since=since)


def _widened(log: EventLog, waiting: Waiting) -> Waiting:
    whole = erasures.widen(log, waiting, component_of(log, waiting.subjects))
    people.hide(whole.subjects)
    return whole


def _rewrite_log(log: EventLog, filtered: list[Waiting]) -> None:
    with log.writing():
        rewrite(log, filtered)


def _clear_beside_the_log(log: EventLog, waiting: Waiting) -> None:
    """Refused calls, files of imports, and tables: the clear values, by which the others are found, go last."""
    person = Sought(
        waiting.subjects,
        people.clear_values(waiting.subjects),
        key=read_or_create_key(data_directory()),
        region=region(),
        namespaces=namespaces(),
    )
    until_free(lambda: forget_refused(log, person, waiting.number))
    fault.point("erase.refused")
    forget_in_imports(log, person, waiting.number)
    note_rows(log, waiting.number, "app.sqlite: what failed jobs said", blot_failures(person.without_values))
    fault.point("erase.imports")
    for place, rows in people.counted(waiting.subjects, until=waiting.asked_at):
        note_rows(log, waiting.number, place, rows)
    fault.point("erase.counted")
    people.remove(waiting.subjects, until=waiting.asked_at)
    fault.point("erase.tables")
    note_rows(log, waiting.number, "events.sqlite: decisions about links", forget_decisions(log, waiting.subjects))


def _remove_old_builds() -> None:
    with open_log() as log:
        # A request that reads an old build now is finished soon; the next one opens the new build.
        remove_old_builds(log, let_go=lambda: time.sleep(SECONDS_TO_LET_GO))


def _scrub(log: EventLog) -> None:
    """Vacuum, and empty the write-ahead logs, also while the collector writes."""
    with storage() as opened:
        opened.scrub()
    log.connection.execute("vacuum")
    for _ in range(TRIES_TO_SCRUB):
        busy = log.connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        if people.scrub_tables() and not busy:
            return
        time.sleep(0.5)
    raise LogBusy(
        sentence(
            "Somebody reads the tables in {directory} without a pause, so what was deleted may still stand in a "
            "write-ahead log. It is tried again.",
            directory=str(Path(log.directory)),
        )
    )
