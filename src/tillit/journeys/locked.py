"""The store's files, locked: a copy of them without the key of its data directory tells nobody's times and places.

Parquet's own encryption (AES-GCM, the footer too), by one key for all stores of a data directory. The manifest beside
them stays clear: how many events and persons there are, and the checksums. Stores of one command have no key.
"""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.parquet.encryption import create_decryption_properties, create_encryption_properties

from tillit.engine.answers import whole_file
from tillit.errors import StoreError

_PURPOSE = b"tillit ordered store"


def store_key(secret: bytes) -> bytes:
    """The 32 bytes that lock the stores of a data directory, made of the secret that hashes its identifiers."""
    return hmac.digest(secret, _PURPOSE, "sha256")


def open_locked(path: Path, key: bytes | None, **options: Any) -> pq.ParquetFile:
    """A Parquet file of a store, to be closed after use.

    Args:
        key: The store's; None where it is not locked.
        options: As for `pyarrow.parquet.ParquetFile`.

    Raises:
        StoreError: It is locked with another key, or with one at all and none is given.
    """
    try:
        return pq.ParquetFile(path, decryption_properties=_decryption(key), **options)
    except OSError as refused:  # pyarrow has no error of its own for a wrong key
        if isinstance(refused, FileNotFoundError) or "crypt" not in str(refused):
            raise
        raise StoreError(
            f"{path} is locked with the key of the data directory that it was built in, and cannot be read "
            f"{'without it' if key is None else 'with another one'}. Ask where that directory's secret.key lies."
        ) from None


def write_locked(table: pa.Table, path: Path, key: bytes | None, **options: Any) -> None:
    """Write a Parquet file of a store, whole or not at all; `options` as for `pyarrow.parquet.write_table`."""
    with whole_file(path) as whole:
        pq.write_table(table, whole, encryption_properties=_encryption(key), **options)


def read_locked(path: Path, key: bytes | None) -> pa.Table:
    """The whole table of a small file of a store.

    Raises:
        StoreError: As for `open_locked`.
    """
    with open_locked(path, key) as file:
        return file.read()


def _encryption(key: bytes | None) -> Any:
    return None if key is None else create_encryption_properties(key)


def _decryption(key: bytes | None) -> Any:
    return None if key is None else create_decryption_properties(key)
