"""Of many who book in the same second each time goes once, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.web.collect.conftest import postgres as postgres

ROOT = Path(__file__).parents[3]


def run(tmp_path: Path, **environment: str) -> dict[str, object]:
    (tmp_path / "data").mkdir()
    ours = {"TILLIT_DATA": str(tmp_path / "data"), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.booking.at_once"],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        env={**os.environ, **ours, **environment},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    said: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return said


EXPECTED = {
    "back to back": {"09:00": 1, "08:30": 1, "08:00": 1, "none": 21},
    "one room": {"08:00": 1, "none": 19},
    "a group of seven": {"08:00": 7, "none": 13},
    "two confirmations": {"confirmed": 12},
    "names": 6,
    "confirmed with its time or ended without": True,
    "sound": True,
}


def check(said: dict[str, object]) -> None:
    for bookers in (50, 100):
        counts = said[f"overlapping {bookers}"]
        assert isinstance(counts, dict)
        # Two hosts; a pause makes the two starts overlap, so that each host meets one of all.
        assert counts.pop("none") == bookers - 2
        assert sum(counts.values()) == 2
    joined = said["after leaving and joining"]
    assert isinstance(joined, int)
    assert 0 <= joined <= 3
    assert {name: said[name] for name in EXPECTED} == EXPECTED


def test_on_sqlite(tmp_path: Path) -> None:
    check(run(tmp_path, DJANGO_SETTINGS_MODULE="tillit_web.settings"))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_on_postgresql(tmp_path: Path, postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("drop database if exists bookings")
        connection.execute("create database bookings")
    check(run(tmp_path, DJANGO_SETTINGS_MODULE="tests.web.booking.on_postgres", TILLIT_TEST_POSTGRES=postgres))
