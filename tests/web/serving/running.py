"""A real `tillit serve` in a process of its own, for tests that need one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
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
