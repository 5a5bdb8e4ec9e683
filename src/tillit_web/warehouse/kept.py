"""Answers kept beside the build that they are about: made by the job that builds, read by every process after it.

They lie in the build's own directory, locked like its other files, and go when it goes: an answer never outlives the
events that it counts. Whoever is erased is in no build made after that, and so in none of its answers.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

import tillit
import tillit_web
from tillit.journeys.locked import read_locked, write_locked
from tillit.journeys.view import View

FOLDER = "answers"
COLUMN = "answer"
CODE = ("*.py", "*.sql")


class NotKept(KeyError):
    """Nobody has made this answer, or another version of the program did."""


def read(view: View, name: str) -> Any:
    """The answer of this name that is kept beside a view's store.

    Raises:
        NotKept: There is none.
    """
    path, key = _path(view, name), view.store.key
    if key is None or not path.exists():
        raise NotKept(name)
    # What the key of this data directory has locked, and its reader found whole, is what this program wrote.
    return pickle.loads(read_locked(path, key)[COLUMN][0].as_py())  # noqa: S301


def write(view: View, name: str, answer: object) -> None:
    """Keep an answer beside its view's store, whole or not at all; nothing where the store is not locked."""
    path, key = _path(view, name), view.store.key
    if key is None:
        return
    path.parent.mkdir(exist_ok=True)
    table = pa.table({COLUMN: pa.array([pickle.dumps(answer)], pa.binary())})
    write_locked(table, path, key, compression="zstd")


def name_of(question: object) -> str:
    """The name of a question, the same in every process that runs this program.

    Args:
        question: Values, and tuples, sets, mappings and dataclasses of them.
    """
    return hashlib.sha256(f"{program()} {said(question)}".encode()).hexdigest()


def said(value: object) -> str:
    """The same text for equal values, also in another process: there, sets and mappings have another order."""
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__qualname__}({', '.join(said(getattr(value, each.name)) for each in fields(value))})"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(said, value)))}}}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{said(key)}: {said(each)}' for key, each in value.items()))}}}"
    if isinstance(value, tuple | list):
        return f"({', '.join(map(said, value))})"
    return repr(value)


@cache
def program() -> str:
    """A digest of this program's text: what another version wrote means something else, and is never read."""
    roots = sorted(Path(found) for package in (tillit, tillit_web) for found in package.__path__)
    digest = hashlib.sha256()
    for root in roots:
        for path in sorted(path for ending in CODE for path in root.rglob(ending)):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _path(view: View, name: str) -> Path:
    return view.store.path / FOLDER / f"{name}.parquet"
