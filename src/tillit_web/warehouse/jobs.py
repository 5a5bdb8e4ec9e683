"""Jobs of the warehouse, done one after another by the worker. Each may be killed anywhere and run again."""

from __future__ import annotations

import time
from uuid import UUID

from django_tasks import task

from tillit_web.collect.sealing import seal_all
from tillit_web.warehouse import absence, builds, commands, erasing, preparing, queries, work
from tillit_web.warehouse.turns import Rest, until_free

LOOKED_BACK_MICROS = 3 * 3600 * 1_000_000  # over refused calls, each hour; each night over all of them

_rest = Rest()


@task()
def seal() -> None:
    """Seal what was collected, and bring the build up to it, and what pages ask of it."""
    if (until_free(seal_all) or queries.is_changing()) and _rest.is_over:
        _rest.after(lambda: until_free(builds.rebuild))
    preparing.prepare_current()


@task()
def build() -> None:
    """Bring the build up to the log and to what people decided."""
    until_free(builds.rebuild)


@task()
def understand(import_id: str) -> None:
    """Read a file's beginning and guess its mapping."""
    work.understand(UUID(import_id))


@task()
def take_in(import_id: str) -> None:
    """Read a file that a program sent, and bring it in if nobody has to look at it first."""
    work.understand(UUID(import_id))
    work.start_if_sure(UUID(import_id))
    until_free(commands.settle_killed)
    work.bring_in(UUID(import_id))
    until_free(builds.rebuild)


@task()
def bring_in(import_id: str) -> None:
    """Read a file, publish its events, and build."""
    until_free(commands.settle_killed)
    work.bring_in(UUID(import_id))
    until_free(builds.rebuild)


@task()
def take_out(import_id: str) -> None:
    """Undo an import, and build."""
    work.take_out(UUID(import_id))
    until_free(builds.rebuild)


@task()
def put_together() -> None:
    """Build, because what tells persons apart has changed."""
    until_free(builds.rebuild)


@task()
def erase() -> None:
    """Filter whoever asked to be erased; once a day, write files without them. Asking queues it, and so does each hour.

    What pages ask of the build without them is answered after it is shown.

    Files are written anew for all who asked since the last time together.
    """
    now = time.time_ns() // 1_000
    if erasing.filter_waiting():
        preparing.prepare_current()
    erasing.keep_out(since=now - LOOKED_BACK_MICROS)
    if erasing.is_due(now=now):
        erasing.remove_filtered()


@task()
def prove_absence() -> None:
    """Search all files for whoever was erased, and put what is found on record."""
    until_free(seal_all)
    absence.look(now=time.time_ns() // 1_000)
