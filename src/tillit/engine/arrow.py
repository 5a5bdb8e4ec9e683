"""Arrow, in a process that is ours alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

import pyarrow as pa


class _NoPandas(MetaPathFinder):
    def find_spec(self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None, /) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("Arrow is not to find it", name=fullname)


def without_pandas() -> None:
    """Let Arrow find no pandas when it looks for it, which it does once in a process.

    It looks as soon as a list becomes a column, to see whether that is one of pandas', and to import pandas takes a
    fifth of a command's start. We hand it none. Whoever imports pandas later, Arrow's own `to_pandas` too, gets it.
    """
    if "pandas" in sys.modules:
        return
    unfound = _NoPandas()
    sys.meta_path.insert(0, unfound)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(unfound)
