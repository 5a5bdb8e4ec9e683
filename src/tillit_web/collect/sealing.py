"""Sealing in the product: what waits goes into the log, its clear values into the contact store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from django.conf import settings
from django.db import connection

from tillit.events.compacting import compact
from tillit.events.contract import CONTACT_SCHEMA
from tillit.events.log import EventLog
from tillit.events.sealing import Contact, seal
from tillit_web.collect.opening import open_storage
from tillit_web.people.actions import keep_contacts

# One sender's fault must not fill the disk. What is old enough goes with its class (`tillit_web.retention`).
MOST_FAILED = 100_000


def seal_all() -> int:
    """Seal everything that waits now, and return how many rows there were. Idempotent, also after a kill.

    Raises:
        LogBusy: An import or undo is being written.
        DamagedSegment: What is new cannot be told from a damaged import.
    """
    directory = Path(settings.DATA_DIRECTORY)
    storage = open_storage(directory)
    rows = 0
    try:
        with EventLog.open(directory) as log:
            work = directory / "log" / "sealing"
            while (sealed := seal(log, storage, keep_contacts=_keep, work=work)) is not None:
                rows += sealed.rows
            compact(log)
        storage.prune(before=0, most=MOST_FAILED)
    finally:
        storage.close()
    return rows


def _keep(contacts: Sequence[Contact]) -> None:
    each = dict.fromkeys(contacts)
    if each:
        with connection.cursor() as cursor:
            # Their rows are dropped next: what is in the write-ahead log alone would not survive a power cut.
            cursor.execute("pragma synchronous = full")
        subjects, kinds, values = zip(*each, strict=True)
        keep_contacts([pa.table([list(subjects), list(kinds), list(values)], schema=CONTACT_SCHEMA)])
