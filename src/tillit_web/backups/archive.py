"""What is inside a backup: a tar of plain files, and at its end a manifest with the SHA-256 of each."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import msgspec

from tillit import fault
from tillit.errors import BackupError
from tillit.events.segments import READ_SIZE, sync_folder
from tillit_web.backups.stream import DecryptingReader, EncryptingWriter

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Member:
    """A file that goes into a backup: its name there, relative with slashes, and where it lies now."""

    name: str
    path: Path


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds.

    Attributes:
        files: SHA-256 of each file, by name.
        damaged: Files of the log whose bytes were not the recorded ones when the backup was made.
    """

    files: Mapping[str, str]
    damaged: tuple[str, ...] = ()


def write_archive(to: EncryptingWriter, members: Iterable[Member], recorded: Mapping[str, str]) -> Manifest:
    """Write files one after another; memory does not grow with them.

    Args:
        to: Where it goes; it is not finished here.
        members: What goes in.
        recorded: For some names the SHA-256 that the log has on record.

    Raises:
        BackupError: A file became shorter while it was read.
    """
    files: dict[str, str] = {}
    with tarfile.open(fileobj=cast(BinaryIO, to), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            files[member.name] = _add(tar, member)
            fault.point("backup.file_written")
        damaged = tuple(sorted(name for name, sha256 in recorded.items() if files.get(name) != sha256))
        manifest = Manifest(files, damaged)
        raw = msgspec.json.encode(manifest)
        tar.addfile(_info(MANIFEST, len(raw)), BytesIO(raw))
    return manifest


def read_archive(reader: DecryptingReader, into: Path, *, name: str) -> Manifest:
    """Unpack into an empty folder and hold every file against the manifest. All is on stable storage afterwards.

    Raises:
        BackupError: Something is damaged, missing, or not what a backup holds.
    """
    found: dict[str, str] = {}
    manifest = None
    try:
        with tarfile.open(fileobj=cast(BinaryIO, reader), mode="r|") as tar:
            for info in tar:
                content = tar.extractfile(info)
                path = PurePosixPath(info.name)
                if content is None or path.is_absolute() or ".." in path.parts:
                    raise BackupError(f"{name} holds '{info.name}', which is no file of a data directory.")
                if info.name == MANIFEST:
                    manifest = msgspec.json.decode(content.read(), type=Manifest)
                else:
                    found[info.name] = _unpack(content, into / path)
    except (tarfile.TarError, msgspec.MsgspecError) as error:
        raise BackupError(f"{name} cannot be unpacked ({error}). Nothing was restored. Take another backup.") from error
    reader.finish()
    if manifest is None:
        raise BackupError(f"{name} has no manifest. Nothing was restored. Take another backup.")
    if wrong := sorted(each for each in {*found, *manifest.files} if found.get(each) != manifest.files.get(each)):
        raise BackupError(f"{name} holds other files than its manifest says ({', '.join(wrong[:3])}).")
    for folder in {into, *(path for path in into.rglob("*") if path.is_dir())}:
        sync_folder(folder)
    return manifest


class _Digested:
    """A file that is read once, and the digest of what was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


def _add(tar: tarfile.TarFile, member: Member) -> str:
    with member.path.open("rb") as file:
        read = _Digested(file)
        try:
            tar.addfile(_info(member.name, os.fstat(file.fileno()).st_size), cast(BinaryIO, read))
        except OSError as error:
            raise BackupError(f"{member.path} could not be read to its end ({error}). Make the backup again.") from None
    return read.digest.hexdigest()


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _unpack(content: object, path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for block in _blocks(cast(BinaryIO, content)):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(READ_SIZE):
        yield block
