"""`tillit demo`: three installations side by side in a directory that goes when they go."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tillit.errors import TillitError
from tillit_web.demo.installation import COMPANIES, Installation
from tillit_web.demo.tabs import Tab, Tabs

SECONDS_TO_START = 120
SECONDS_TO_STOP = 20


class DemoFailed(TillitError):
    """An installation of the demo ended before it could be opened."""


def demo(*, port: int, open_browser: bool, say: Callable[[str], None]) -> int:
    """Run the demo until SIGTERM or Ctrl-C.

    Args:
        port: The first to try; each installation takes the next free one.
        open_browser: Whether to open the first page where there is a desktop.
        say: Told, line by line, what the person at the terminal should know.

    Raises:
        DemoFailed: The company did not come up, or ended by itself; with its last words.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    children: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="tillit-demo-") as directory:
        installations = _plan(Path(directory), port)
        example, *others = installations
        try:
            say("Exempelbutiken is being made: 2,000 simulated customers …")
            children.append(_start(example, installations))
            _wait_for(example, children[0])
            say("Open the demo, already signed in:")
            say(f"  {example.entrance}")
            say("A year of real receipts is being read beside it; its tab says how far it has come.")
            say("Stop with Ctrl-C. Everything the demo made is then removed.")
            if open_browser:
                webbrowser.open(example.entrance)
            # Not before: on two cores they would keep the first page waiting.
            children.extend(_start(other, installations) for other in others)
            children[0].wait()
            raise DemoFailed(f"the demo ended by itself. Its last words:\n{example.last_words()}")
        except KeyboardInterrupt:
            say("Stopping, and removing what was made.")
            return 0
        finally:
            _end(children)


def _plan(directory: Path, port: int) -> tuple[Installation, ...]:
    installations = []
    for kind in COMPANIES:
        port = _free_port(port)
        installations.append(Installation(kind, directory / kind, port, secrets.token_urlsafe(16)))
        port += 1
    return tuple(installations)


def _free_port(first: int) -> int:
    for port in range(first, min(first + 100, 65_536)):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise DemoFailed(f"no port from {first} on is free. Choose another: tillit demo --port {first + 1000}")


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdin is not None:
            child.stdin.close()


def _start(installation: Installation, all_of_them: tuple[Installation, ...]) -> subprocess.Popen[bytes]:
    tabs = Tabs(installation.kind, tuple(Tab(one.kind, one.entrance) for one in all_of_them))
    arguments = [installation.kind, str(installation.data), str(installation.port), installation.token]
    with installation.said.open("wb") as said:
        return subprocess.Popen(  # noqa: S603 - our own module and values we chose
            [sys.executable, "-m", "tillit_web.demo", *arguments],
            env={**os.environ, "TILLIT_DEMO_TABS": tabs.dump()},
            stdin=subprocess.PIPE,  # its end tells the child that we are gone
            stdout=said,
            stderr=said,
            start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
        )


def _wait_for(installation: Installation, child: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        if child.poll() is not None:
            break
        try:
            with urlopen(f"{installation.address}/healthz", timeout=2):  # noqa: S310 - an address of our own making
                return
        except HTTPError:
            return  # it answers; that it is unwell (a disk nearly full) is its own page's to say
        except URLError:
            time.sleep(0.1)
    raise DemoFailed(f"the demo did not come up. Its last words:\n{installation.last_words()}")


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal's signature
    raise KeyboardInterrupt
