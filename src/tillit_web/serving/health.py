"""/healthz: whether the web, the worker and the disk are well. Nothing about anybody."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, close_old_connections

from tillit import __version__
from tillit_web.jobs import queries

LEAST_FREE_BYTES = 500 * 1024 * 1024
STARTED = time.monotonic()
# A worker takes a few seconds to come up; until then its silence is no news.
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Health:
    """`is_well` is False when somebody should look; `body` says at what."""

    is_well: bool
    body: bytes


def health(directory: Path) -> Health:
    """Ask the database and the disk."""
    close_old_connections()
    try:
        worker = "ok" if queries.worker_is_alive() else "silent"
        database = "ok"
    except DatabaseError:
        worker, database = "unknown", "broken"
    finally:
        close_old_connections()
    if worker == "silent" and time.monotonic() - STARTED < PATIENCE_SECONDS:
        worker = "starting"
    free = shutil.disk_usage(directory).free
    disk = "ok" if free >= LEAST_FREE_BYTES else "low"
    is_well = worker in {"ok", "starting"} and database == "ok" and disk == "ok"
    facts = {
        "status": "ok" if is_well else "unwell",
        "web": "ok",
        "database": database,
        "worker": worker,
        "disk": disk,
        "disk_free_bytes": free,
        "version": __version__,
    }
    return Health(is_well, json.dumps(facts).encode())
