"""Erasure done: by the worker within minutes, or by a command; killed anywhere, the next run completes it.

Asking hides a person at once (`people.erasure`). Here everything of theirs leaves the disk, in this order: what waits
is sealed, the whole person found, the log rewritten, refused calls and files cleared, tables emptied, the store built
without them and older builds removed, the answers that hid them erased, free pages scrubbed, the receipt written.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tillit import fault
from tillit.errors import LogBusy, QueryError
from tillit.events import erasures
from tillit.events.builds import remove_old_builds
from tillit.events.erasures import Receipt, Waiting, note_rows
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.rewriting import rewrite, rows_naming
from tillit.events.segments import SegmentKind
from tillit.events.sought import Sought
from tillit.events.subject import country_of_zone, normalise, subject_of
from tillit.identity.decisions import decided, forget_decisions
from tillit.identity.links import SUBJECT, read_links
from tillit.identity.resolve import Identity, resolve
from tillit.identity.rules import rules_in
from tillit.sentences import sentence
from tillit.vocabulary import IdentifierKind
from tillit_web.collect.erasing import forget_refused
from tillit_web.collect.sealing import seal_all
from tillit_web.people import erasure as people
from tillit_web.people.queries import company
from tillit_web.warehouse import builds
from tillit_web.warehouse.folders import data_directory, open_log
from tillit_web.warehouse.import_leftovers import forget_in_imports, namespaces
from tillit_web.warehouse.turns import until_free

SECONDS_TO_LET_GO = 2.0
TRIES_TO_SCRUB = 20


def subject_named(text: str) -> bytes:
    """The subject of an identifier as people type it: `email:ana@example.com`, `phone:+46701234567`, `customer:17`.

    Raises:
        QueryError: It is not of that form, or names nobody.
    """
    kind, _, value = text.partition(":")
    known = {each.value: each for each in IdentifierKind}
    form = normalise(known[kind], value, region=_region()) if kind in known else None
    if form is None:
        raise QueryError(
            sentence(
                'Nobody can be found by "{text}". Write KIND:VALUE, such as email:ana@example.com; kinds are {kinds}.',
                text=text,
                kinds=", ".join(known),
            )
        )
    return subject_of(known[kind], form, key=read_or_create_key(data_directory()))


def component_of(log: EventLog, subjects: Collection[bytes]) -> frozenset[bytes]:
    """These subjects and every other that is the same person's now, by the links in the log, the rules, and people."""
    paths = log.sound_or_refuse(log.segments(SegmentKind.LINKS))
    components = resolve(read_links(paths), Identity(rules_in(log.directory), decided(log))).components
    wanted = pc.is_in(components["subject"], value_set=pa.array(sorted(subjects), SUBJECT))
    heads = components.filter(wanted)["representative"]
    linked = components.filter(pc.is_in(components["representative"], value_set=heads.combine_chunks()))
    return frozenset(subjects).union(linked["subject"].to_pylist())


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an erasure would remove: identifiers of the person, and rows by place."""

    subjects: int
    rows: dict[str, int]


def foreseen(subject: bytes) -> Foreseen:
    """What erasing the person with this subject would remove now; what waits to be sealed is sealed first."""
    until_free(seal_all)
    with open_log() as log:
        whole = component_of(log, [subject])
        rows = {f"log/{segment.path.name}": count for segment, count in rows_naming(log, whole)}
    rows |= {place: count for place, count in people.counted(whole) if count}
    return Foreseen(len(whole), rows)


def erase_waiting() -> tuple[Receipt, ...]:
    """Do every erasure that waits; their receipts.

    Raises:
        LogBusy: Another process has the log or its builds, for too long.
        DamagedSegment: A file that holds what should go is damaged; the person stays hidden, and this is tried again.
    """
    with open_log() as log:
        if not erasures.waiting(log):
            return ()
        for waiting in erasures.waiting(log):
            people.hide(waiting.subjects)
        until_free(seal_all)
        fault.point("erase.sealed")
        done = tuple(_rewrite_log(log, waiting) for waiting in erasures.waiting(log))
        fault.point("erase.log_done")
        for waiting in done:
            _clear_beside_the_log(log, waiting)
        until_free(builds.rebuild)
        fault.point("erase.built")
        until_free(_remove_old_builds)
        fault.point("erase.builds_removed")
        kept = [people.kept(waiting.subjects) for waiting in done]
        for waiting in done:
            people.forget_answers(waiting.subjects)
        fault.point("erase.answers")
        _scrub(log)
        fault.point("erase.scrubbed")
        now = time.time_ns() // 1_000
        receipts = tuple(
            erasures.finish(log, waiting, at=now, kept=stays) for waiting, stays in zip(done, kept, strict=True)
        )
        fault.point("erase.receipt")
        log.connection.execute("pragma wal_checkpoint(truncate)")
        return receipts


def _rewrite_log(log: EventLog, waiting: Waiting) -> Waiting:
    def once() -> Waiting:
        with log.writing():
            whole = erasures.widen(log, waiting, component_of(log, waiting.subjects))
            people.hide(whole.subjects)
            fault.point("erase.widened")
            rewrite(log, whole)
            return whole

    return until_free(once)


def _clear_beside_the_log(log: EventLog, waiting: Waiting) -> None:
    """Refused calls, files of imports, and tables: the clear values, by which the others are found, go last."""
    person = Sought(
        waiting.subjects,
        people.clear_values(waiting.subjects),
        key=read_or_create_key(data_directory()),
        region=_region(),
        namespaces=namespaces(),
    )
    until_free(lambda: forget_refused(log, person, waiting.number))
    fault.point("erase.refused")
    forget_in_imports(log, person, waiting.number)
    fault.point("erase.imports")
    for place, rows in people.counted(waiting.subjects):
        note_rows(log, waiting.number, place, rows)
    fault.point("erase.counted")
    people.remove(waiting.subjects)
    fault.point("erase.tables")
    note_rows(log, waiting.number, "events.sqlite: decisions about links", forget_decisions(log, waiting.subjects))


def _remove_old_builds() -> None:
    with open_log() as log:
        # A request that reads an old build now is finished soon; the next one opens the new build.
        remove_old_builds(log, let_go=lambda: time.sleep(SECONDS_TO_LET_GO))


def _scrub(log: EventLog) -> None:
    """Vacuum, and empty the write-ahead logs, also while the collector writes."""
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


def _region() -> str | None:
    return country_of_zone(company().timezone)
