"""The real processes: a worker that is killed comes back, and nothing outlives its parent."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.web.serving.running import Served, start_serving

SECONDS = 60


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Served]:
    """A running tillit, gone afterwards whatever happened."""
    served = start_serving(tmp_path / "data")
    yield served
    served.process.kill()
    served.process.wait()
    if served.process.stdout is not None:
        served.process.stdout.close()


def _until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"waited {SECONDS} s for {what}"
        time.sleep(0.05)


def _workers(served: Served) -> list[int]:
    """Process ids of all workers so far, as the log names them."""
    lines = (served.data.parent / "serve.log").read_text(encoding="utf-8").splitlines()
    facts = [json.loads(line) for line in lines if "the worker started" in line]
    return [fact["pid"] for fact in facts]


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Where nobody collects orphans, an ended process stays in the table as a zombie.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.is_file() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def _health(served: Served) -> dict[str, object]:
    with urlopen(f"{served.url}/healthz") as answer:
        facts: dict[str, object] = json.load(answer)
    return facts


def test_a_killed_worker_comes_back_and_sigterm_stops_both(running: Served) -> None:
    _until(lambda: _health(running)["worker"] == "ok", "the first beat")
    os.kill(_workers(running)[0], signal.SIGKILL)
    _until(lambda: len(_workers(running)) == 2, "the next worker")
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(SECONDS) == 0
    assert not _is_running(_workers(running)[1])


def test_the_worker_ends_with_a_parent_that_was_killed(running: Served) -> None:
    _until(lambda: _workers(running), "the worker")
    running.process.kill()
    _until(lambda: not _is_running(_workers(running)[0]), "its end")


def test_it_serves_alone_and_says_nothing_about_anybody(running: Served) -> None:
    (running.data.parent / "second").mkdir()
    (running.data.parent / "second" / "data").symlink_to(running.data)
    with pytest.raises(AssertionError, match=f"already served by process {running.process.pid}"):
        start_serving(running.data.parent / "second" / "data")
    urlopen(running.url + running.first_link + "?next=ana@example.org").close()
    log = running.data.parent / "serve.log"
    _until(lambda: "/welcome/" in log.read_text(), "the request's line")
    assert '"route": "/welcome/<str:token>/"' in log.read_text()
    assert running.first_link.split("/")[2] not in log.read_text()
    assert "ana@example.org" not in log.read_text()
    assert set(_health(running)) == {"status", "web", "database", "worker", "disk", "disk_free_bytes", "version"}
