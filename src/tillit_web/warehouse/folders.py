"""Where the warehouse keeps its files in the data directory."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings

from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.journeys.locked import store_key


def data_directory() -> Path:
    """The data directory of this process; read at each call, since tests and the demo have their own."""
    return Path(settings.DATA_DIRECTORY)


def open_log() -> EventLog:
    """The event log of the data directory, to be closed by the caller."""
    return EventLog.open(data_directory())


def key_of_stores() -> bytes:
    """What locks the builds of the data directory.

    Raises:
        KeyMissing: The directory's key is gone.
    """
    return store_key(read_or_create_key(data_directory()))


def import_folder(import_id: UUID) -> Path:
    """What belongs to one import: its upload, staged parts, rejected rows."""
    return data_directory() / "imports" / import_id.hex


def upload_path(import_id: UUID, file_name: str) -> Path:
    """The file as it came. It keeps its ending, which tells people what it is; nothing else of its name."""
    ending = "".join(c for c in Path(file_name).suffix.lower() if c.isalnum() or c == ".")[:12]
    return import_folder(import_id) / f"upload{ending}"


def rejected_path(import_id: UUID) -> Path:
    """The rejected rows, as they were and with the reason."""
    return import_folder(import_id) / "rejected.csv"


def sample_path(import_id: UUID) -> Path:
    """The first rows of a file, for previews."""
    return import_folder(import_id) / "sample.parquet"
