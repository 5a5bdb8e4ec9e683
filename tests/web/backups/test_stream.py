"""What is encrypted opens whole and unchanged with its key, and otherwise not at all."""

from __future__ import annotations

import random
from io import BytesIO

import pytest

from tillit.errors import BackupError
from tillit_web.backups.stream import (
    CHUNK_BYTES,
    TAG_BYTES,
    DecryptingReader,
    EncryptingWriter,
    Header,
    new_header,
    read_header,
)

SECRET, OTHER = bytes(range(32)), bytes(32)
SEALED = CHUNK_BYTES + TAG_BYTES


def header_of(secret: bytes = SECRET) -> Header:
    return new_header(made_at=1, installation="ab", key="2026-11-22", secret=secret, program="0.1.0")


def encrypted(content: bytes) -> bytes:
    file = BytesIO()
    writer = EncryptingWriter(file, header_of(), SECRET)
    for start in range(0, len(content), 300_001):  # in pieces that fit no chunk
        writer.write(content[start : start + 300_001])
    writer.finish()
    return file.getvalue()


def opened(raw: bytes, secret: bytes = SECRET) -> bytes:
    file = BytesIO(raw)
    reader = DecryptingReader(file, read_header(file, name="b"), secret, name="b")
    found = b"".join(iter(lambda: reader.read(70_001), b""))
    reader.finish()
    return found


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_what_goes_in_comes_out(size: int) -> None:
    content = random.Random(size).randbytes(size)
    raw = encrypted(content)
    assert opened(raw) == content
    assert size < 16 or content[:16] not in raw


def test_two_files_of_the_same_content_have_no_chunk_in_common() -> None:
    content = bytes(3 * CHUNK_BYTES)
    first, second = encrypted(content), encrypted(content)
    assert first[-SEALED:] != second[-SEALED:]
    assert first[-2 * SEALED : -SEALED] != first[-SEALED:], "equal chunks are under nonces of their own"


def test_a_changed_byte_anywhere_is_found() -> None:
    raw = encrypted(random.Random(1).randbytes(2 * CHUNK_BYTES + 5))
    dice = random.Random(2)
    start = len(raw) - 2 * SEALED - 5 - TAG_BYTES
    places = [*range(start), *(dice.randrange(start, len(raw)) for _ in range(60)), len(raw) - 1]
    for place in places:
        changed = bytearray(raw)
        changed[place] ^= 1 << dice.randrange(8)
        with pytest.raises(BackupError):
            opened(bytes(changed))


def test_cut_repeated_swapped_and_lengthened_files_are_found() -> None:
    raw = encrypted(random.Random(3).randbytes(3 * CHUNK_BYTES))
    head, chunks = raw[: -3 * SEALED], [raw[-3 * SEALED : -2 * SEALED], raw[-2 * SEALED : -SEALED], raw[-SEALED:]]
    one, two, three = chunks
    assert opened(head + one + two + three)
    for order in ((one, two), (one,), (), (two, one, three), (one, one, two, three), (one, two, three, three)):
        with pytest.raises(BackupError):
            opened(head + b"".join(order))
    with pytest.raises(BackupError, match="cut off"):
        opened(raw[:-100])


def test_a_wrong_key_is_told_from_a_damaged_file() -> None:
    with pytest.raises(BackupError, match="is not the one b was written with"):
        opened(encrypted(b"x"), OTHER)


def test_other_files_and_newer_formats_are_named() -> None:
    with pytest.raises(BackupError, match="no backup"):
        opened(b"SQLite format 3")
    raw = encrypted(b"x")
    newer = raw.replace(b'"format":1', b'"format":2', 1)
    with pytest.raises(BackupError, match="Install the newer tillit"):
        opened(newer)
