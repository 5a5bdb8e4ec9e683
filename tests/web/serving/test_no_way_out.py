"""A fresh installation connects to nobody: every socket call of its processes is written down and judged."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.web.serving.running import start_serving, stop_serving

# Python runs this in every process of the installation before anything else (the worker, a report's child).
WATCH = """
import os, socket, sys

def note(event, values):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        target = values[1] if event in ("socket.connect", "socket.sendto") else values[0]
        with open(os.environ["WRITE_DOWN"], "a") as file:
            file.write(repr((event, str(target[0] if isinstance(target, tuple) else target))) + "\\n")

sys.addaudithook(note)
"""


def is_outside(target: str) -> bool:
    """Whether this is another machine, or a name that must be asked for."""
    if target in ("", "None", "localhost") or target.startswith("/"):
        return False
    try:
        return not ipaddress.ip_address(target).is_loopback
    except ValueError:
        return True


def targets(written: Path) -> list[str]:
    lines = written.read_text(encoding="utf-8").splitlines() if written.exists() else []
    return [line.split("', ", 1)[1].strip("')\"") for line in lines]


def test_a_fresh_installation_reaches_out_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    written = tmp_path / "connections.txt"
    monkeypatch.setenv("WRITE_DOWN", str(written))
    monkeypatch.syspath_prepend(str(tmp_path / "watch"))
    # The guard itself must see an attempt, or its silence means nothing.
    probe = "import socket; s = socket.socket(); s.settimeout(0.01); s.connect_ex(('192.0.2.1', 9))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", probe], env=environment, check=True)
    assert [target for target in targets(written) if is_outside(target)] == ["192.0.2.1"]
    written.unlink()
    data = tmp_path / "data"
    file = tmp_path / "calls.jsonl"
    call = {"type": "track", "event": "Chair Tested", "userId": "ana", "timestamp": "2026-02-01T10:00:00Z"}
    file.write_text("".join(json.dumps(call | {"messageId": f"m{number}"}) + "\n" for number in range(20)))
    for typed in (["import", str(file)], ["key", "create"], ["export", "--format", "jsonl"], ["doctor"]):
        subprocess.run(
            [sys.executable, "-m", "tillit_cli", *typed, "--data", str(data)],
            env=environment,
            check=True,
            capture_output=True,
        )
    served = start_serving(data)
    try:
        for path in (served.first_link, "/account/sign-in/", "/healthz", "/tillit.js"):
            with urllib.request.urlopen(served.url + path) as answer:
                page = answer.read().decode()
            assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//(?!127\.0\.0\.1)""", page), path
    finally:
        stop_serving(served)
    assert [target for target in targets(written) if is_outside(target)] == []
