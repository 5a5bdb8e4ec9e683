"""A real `tillit serve` in a process of its own, for tests that need one."""

from __future__ import annotations

import atexit
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SECONDS_TO_STOP = 40
LINK = re.compile(r"http://127\.0\.0\.1:\d+(/welcome/\S+)")
ADDRESS = re.compile(r"tillit is at (http://127\.0\.0\.1:\d+)/")


@dataclass(frozen=True, slots=True)
class Served:
    """A running tillit: its address, its data directory, and the one-time link it printed."""

    url: str
    data: Path
    first_link: str
    process: subprocess.Popen[str]


MAKE_TABLES = """
import sys
from pathlib import Path
from tillit_web.serving.directory import open_directory
open_directory(Path(sys.argv[1]))
"""


@cache
def _tables() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="tillit-tables-")
    atexit.register(folder.cleanup)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", MAKE_TABLES, folder.name], env=environment, check=True)
    return Path(folder.name, "app.sqlite")


def with_tables(data: Path) -> Path:
    """The same directory, with the tables that its first start would make.

    They are made once for all tests of a run, and copied: a first start from nothing has tests of its own.
    """
    data.mkdir(mode=0o700)
    with closing(sqlite3.connect(_tables())) as tables, closing(sqlite3.connect(data / "app.sqlite")) as own:
        tables.backup(own)
    return data


def start_serving(data: Path) -> Served:
    """Start `tillit serve` on a free port and wait until it says where it is."""
    with (data.parent / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tillit_cli", "serve", "--data", str(data), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "default"},
        )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Stop it"):
            break
    address, link = ADDRESS.search(said), LINK.search(said)
    if address is None:
        process.wait()
        process.stdout.close()
    assert address is not None, f"serve said {said!r}; its log: {(data.parent / 'serve.log').read_text()}"
    return Served(address[1], data, link[1] if link else "", process)


def stop_serving(served: Served) -> None:
    """Stop it as a system would, and see that it ends."""
    served.process.terminate()
    if served.process.stdout is not None:
        served.process.stdout.read()
        served.process.stdout.close()
    assert served.process.wait(SECONDS_TO_STOP) == 0
