"""A disk that is full, read-only or lies, and bytes that change by themselves: said, never silent; and it goes on."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.events.test_sealing import arrival, nothing
from tillit.errors import DamagedSegment
from tillit.events.log import EventLog
from tillit.events.sealing import seal
from tillit.events.segments import SegmentKind
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import Outcome, StorageUnavailable

pytestmark = pytest.mark.torture


@contextmanager
def full_beyond(size: int) -> Iterator[None]:
    """No file may grow beyond this many bytes, whoever writes; as root too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then a write fails as on a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_is_an_answer_and_what_was_promised_stays(tmp_path: Path) -> None:
    storage = SqliteStorage.open(tmp_path)
    promised: list[str] = []
    number = 0

    def offer() -> None:
        nonlocal number
        names = [f"e{number + place}" for place in range(50)]
        number += 50
        assert storage.accept([arrival(name) for name in names]) == [Outcome.ACCEPTED] * 50
        promised.extend(names)

    offer()
    with full_beyond(400_000):
        while True:
            try:
                offer()
            except StorageUnavailable:
                break
            assert number < 10_000, "the disk never filled"
    assert len(promised) >= 50
    offer()
    stored = [row.event for row in storage.unsealed(after=0, limit=10**6)]
    assert len(stored) == len(set(stored)) == len(promised)
    assert storage.accept([arrival(name) for name in promised]) == [Outcome.DUPLICATE] * len(promised)
    storage.close()


def test_sealing_on_a_full_disk_leaves_rows_where_they_are(tmp_path: Path) -> None:
    storage = SqliteStorage.open(tmp_path)
    dice = random.Random(1)
    names = [f"{dice.randrange(10**30):030x}" for _ in range(3_000)]
    storage.accept([arrival(name, properties={"said": name[::-1]}) for name in names])
    with EventLog.open(tmp_path) as log:
        with full_beyond(60_000), pytest.raises((OSError, sqlite3.Error)):
            seal(log, storage, keep_contacts=nothing, work=tmp_path / "work")
        assert len(storage.unsealed(after=0, limit=10**6)) == len(names)
        assert log.segments(SegmentKind.EVENTS) == ()
        sealed = seal(log, storage, keep_contacts=nothing, work=tmp_path / "work")
        assert sealed is not None
        assert sealed.rows == len(names)
        assert log.verify() == ()
    storage.close()


READ_ONLY = """
import sys
from pathlib import Path
from tests.web.collect.storage_contract import arrival
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import StorageUnavailable
import os, sqlite3
if os.geteuid() == 0:  # root may write anywhere
    os.setuid(65534)
try:
    SqliteStorage.open(Path(sys.argv[1])).accept([arrival("b")])
except (OSError, sqlite3.Error, StorageUnavailable):
    sys.exit(7)
"""


def test_a_read_only_directory_takes_nothing_and_harms_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    storage = SqliteStorage.open(data)
    storage.accept([arrival("a")])
    storage.close()
    for folder in tmp_path.parents:  # the way there must be open to whoever is not root
        if os.geteuid() == 0 and folder.stat().st_uid == 0 and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)
    tmp_path.chmod(0o755)
    for path in [*data.rglob("*"), data]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        ended = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(data)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=False,
        )
    finally:
        for path in [data, *data.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert ended.returncode == 7, ended.stderr.decode()
    storage = SqliteStorage.open(data)
    assert len(storage.unsealed(after=0, limit=9)) == 1
    assert storage.accept([arrival("a"), arrival("b")]) == [Outcome.DUPLICATE, Outcome.ACCEPTED]
    storage.close()


FAILING_FSYNC = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int fails(void) { return access(getenv("FSYNC_FAILS"), F_OK) == 0; }
int fsync(int file) {
    if (fails()) { errno = EIO; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}
int fdatasync(int file) {
    if (fails()) { errno = EIO; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
"""

ON_A_LYING_DISK = """
import os, sys
from pathlib import Path
from tests.events.test_sealing import arrival
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import StorageUnavailable
switch = Path(os.environ["FSYNC_FAILS"])
storage = SqliteStorage.open(Path(sys.argv[1]))
storage.accept([arrival("a")])
switch.touch()
for name in ("b", "c"):
    try:
        storage.accept([arrival(name)])
        print("took", name)
    except StorageUnavailable as refused:
        print("trusted" if "not trusted" not in str(refused) else "not trusted")
switch.unlink()
print(*storage.accept([arrival("a"), arrival("d")]))
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler to make fsync fail")
def test_after_a_failed_fsync_the_file_is_not_trusted_until_it_reached_the_disk(tmp_path: Path) -> None:
    source, library = tmp_path / "failing.c", tmp_path / "failing.so"
    source.write_text(FAILING_FSYNC, encoding="utf-8")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    data = tmp_path / "data"
    data.mkdir()
    ended = subprocess.run(
        [sys.executable, "-c", ON_A_LYING_DISK, str(data)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "LD_PRELOAD": str(library),
            "FSYNC_FAILS": str(tmp_path / "fails"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == ["trusted", "not trusted", "duplicate accepted"]


def test_a_thousand_flipped_bits_are_all_named(tmp_path: Path) -> None:
    """One bit anywhere in a segment: named by its file, withheld from readers, refused by sealing; then put back."""
    dice = random.Random(2)
    storage = SqliteStorage.open(tmp_path)
    with EventLog.open(tmp_path) as log:
        for round_ in range(4):
            storage.accept([arrival(f"e{round_}-{number}") for number in range(40)])
            seal(log, storage, keep_contacts=nothing, work=tmp_path / "work")
        segments = [segment for kind in SegmentKind for segment in log.segments(kind)]
        assert len(segments) == 8
        for _ in range(1_000):
            segment = dice.choice(segments)
            whole = segment.path.read_bytes()
            place = dice.randrange(len(whole) * 8)
            changed = bytearray(whole)
            changed[place // 8] ^= 1 << place % 8
            segment.path.write_bytes(changed)
            [damage] = log.verify()
            assert damage.segment.id == segment.id
            assert segment.path.name in str(damage)
            assert segment.path not in log.sound(segment.kind)
            with pytest.raises(DamagedSegment, match=segment.path.name):
                log.sound_or_refuse(segments)
            segment.path.write_bytes(whole)
        assert log.verify() == ()
    storage.close()
