"""What an ordered store looks like on disk.

A *layer* is one directory: all persons of a base, or the touched persons of a delta.

    manifest.json               LayerManifest
    names.parquet               kind, code, name: what the codes stand for
    components.parquet          linked subject → representative, as resolved when this was built
    touched.parquet             only in a delta: the base's persons that this layer replaces
    0000-events.parquet         one row per event, small codes; whole persons together and in order
    0000-persons.parquet        one row per person of the bucket, in the same order
    0000-subjects.parquet       one row per subject that has events in the bucket, with its person
    0000-details.parquet        what only timelines need, row for row beside the events

All but the manifest are locked with a key where the store has one; see `locked.py`.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import msgspec
import pyarrow as pa

from tillit.errors import FormatError, StoreError

FORMAT_VERSION = 2  # since 2 a store may be locked

# Columns kept as codes; the fields of `traces.Names`, in its order.
CODED_COLUMNS = ("activity", "channel", "function", "actor", "currency", "place", "campaign", "source")
EVENTS_COLUMNS = (*CODED_COLUMNS, "occurred_at", "amount_minor")
NO_CODE = -1

SUBJECT = pa.binary(16)
NAMES_SCHEMA = pa.schema([("kind", pa.string()), ("code", pa.int32()), ("name", pa.string())])
PERSONS_SCHEMA = pa.schema([("person", pa.int64()), ("events", pa.int64()), ("oldest_subject", SUBJECT)])
SUBJECTS_SCHEMA = pa.schema([("subject", SUBJECT), ("person", pa.int64())])
TOUCHED_SCHEMA = pa.schema([("person", pa.int64())])
DETAILS_SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("sequence", pa.int64()),
        ("received_at", pa.int64()),
        ("clock_skew", pa.int64()),
        ("subject", SUBJECT),
        ("subject_kind", pa.string()),
        ("margin_minor", pa.int64()),
        ("object", pa.string()),
        ("properties", pa.string()),
        ("origin_row", pa.int64()),
    ]
)


class BucketManifest(msgspec.Struct, frozen=True):
    """One bucket: how many events and persons, and where its persons' codes begin.

    Each bucket has as many codes as events, so that buckets can be written side by side; codes without a person stay
    unused.
    """

    events: int
    persons: int
    first_person: int


class LayerManifest(msgspec.Struct, frozen=True):
    """What a layer holds. `base` is the directory beside this one that it goes on top of; None for a base."""

    format_version: int
    base: str | None
    events: int
    persons: int
    first_person: int
    buckets: tuple[BucketManifest, ...]
    checksums: dict[str, int]  # file → CRC-32: against damage; the log, which this is made from, has digests
    locked: bool = False  # the files beside it are read with the key of their data directory
    identity: str = ""  # which rules and decisions told the persons apart; see identity.resolve.Identity


def bucket_file(layer: Path, bucket: int, kind: str) -> Path:
    return layer / f"{bucket:04d}-{kind}.parquet"


def write_manifest(layer: Path, manifest: LayerManifest) -> None:
    (layer / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def read_manifest(layer: Path) -> LayerManifest:
    """The manifest of a layer.

    Raises:
        StoreError: There is none: the build never ended, or this is not a store.
        FormatError: It was written by a newer tillit.
    """
    path = layer / "manifest.json"
    if not path.is_file():
        raise StoreError(f"{layer} is not an ordered store: it has no manifest.json; build it again")
    raw = path.read_bytes()
    # The version is read by itself first: a newer manifest may have a form that we cannot decode.
    version = msgspec.json.decode(raw).get("format_version", 0)
    if version > FORMAT_VERSION:
        raise FormatError(
            f"{layer} has store format {version}, this tillit reads {FORMAT_VERSION}; upgrade tillit or build it again"
        )
    return msgspec.json.decode(raw, type=LayerManifest)


def file_checksum(path: Path) -> int:
    """The CRC-32 of a file."""
    checksum = 0
    with path.open("rb") as opened:
        while stretch := opened.read(1 << 20):
            checksum = zlib.crc32(stretch, checksum)
    return checksum
