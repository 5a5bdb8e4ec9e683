"""Files that stand elsewhere: addresses such as s3://bucket/2026/, read through Arrow's own clients.

Whoever reads needs the rights for it, given as the storage's own tools take them: by environment or machine's role.
"""

from __future__ import annotations

from pathlib import Path

from pyarrow import fs

from tillit.errors import EngineError

File = Path | str  # a path of this machine, or an address


def file_or_address(typed: str) -> File:
    """What was typed: an address if it has a scheme (`s3://…`), else a path."""
    return typed if "://" in typed else Path(typed)


def files_at(address: str) -> tuple[str, ...]:
    """The addresses of all files at an address: itself, or what stands under it, in the order of their names.

    Raises:
        EngineError: Nothing is there, or the storage cannot be reached or read.
    """
    storage, path = _opened(address)
    scheme = address.partition("://")[0]
    query = address.partition("?")[2]
    try:
        found = storage.get_file_info(path.rstrip("/"))
        if found.type is fs.FileType.File:
            return (address,)
        below = storage.get_file_info(fs.FileSelector(path, recursive=True, allow_not_found=True))
    except OSError as refused:
        raise EngineError(f"{address} cannot be read: {refused}") from refused
    names = sorted(each.path for each in below if each.type is fs.FileType.File and not _is_hidden(each.base_name))
    if not names:
        raise EngineError(f"There is no file at {address}. Check the bucket and the spelling.")
    return tuple(f"{scheme}://{name}" + (f"?{query}" if query else "") for name in names)


def fetched(file: File, to: Path) -> Path:
    """The file on this machine: itself, or a copy in the folder `to`.

    Raises:
        EngineError: It is not there, or the storage cannot be reached or read.
    """
    if isinstance(file, Path):
        return file
    storage, path = _opened(file)
    to.mkdir(parents=True, exist_ok=True)
    copy = to / name_of(file)
    try:
        fs.copy_files(path, str(copy), source_filesystem=storage, destination_filesystem=fs.LocalFileSystem())
    except OSError as refused:
        raise EngineError(f"{file} cannot be read: {refused}") from refused
    return copy


def name_of(file: File) -> str:
    """The last part of a path or an address."""
    return file.name if isinstance(file, Path) else file.partition("?")[0].rstrip("/").rpartition("/")[2]


def _opened(address: str) -> tuple[fs.FileSystem, str]:
    try:
        storage, path = fs.FileSystem.from_uri(address)
    except (ValueError, OSError, NotImplementedError) as refused:
        raise EngineError(f"{address} is no address that can be read: {refused}") from refused
    return storage, path


def _is_hidden(name: str) -> bool:
    """What other programs leave beside their files: `_SUCCESS`, `.crc`."""
    return name.startswith(("_", "."))
