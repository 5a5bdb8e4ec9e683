"""A key lives for 30 days, and nobody opens a backup after it."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tillit_web.backups import keys

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_one_key_a_day_that_its_owner_alone_can_read(tmp_path: Path) -> None:
    first = keys.key_of_the_day(tmp_path, now=NOON)
    assert keys.key_of_the_day(tmp_path, now=NOON + timedelta(hours=11)) == first
    later = keys.key_of_the_day(tmp_path, now=NOON + timedelta(hours=12))
    assert (first.name, later.name) == ("2026-03-01", "2026-03-02")
    assert len({first.secret, later.secret, bytes(32)}) == 3
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / keys.FOLDER).iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / keys.FOLDER).stat().st_mode) == 0o700


def test_it_ends_on_the_thirtieth_day_and_never_before(tmp_path: Path) -> None:
    keys.key_of_the_day(tmp_path, now=NOON)
    young = keys.key_of_the_day(tmp_path, now=NOON + timedelta(days=20))
    for days in range(30):
        assert keys.end_old_keys(tmp_path, now=NOON.replace(hour=23) + timedelta(days=days)) == ()
    assert keys.find_key(tmp_path, "2026-03-01") is not None
    assert keys.end_old_keys(tmp_path, now=datetime(2026, 3, 31, tzinfo=UTC)) == ("2026-03-01",)
    assert keys.find_key(tmp_path, "2026-03-01") is None
    assert keys.find_key(tmp_path, young.name) == young
    assert keys.key_names(tmp_path) == (young.name,)


def test_what_is_no_key_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / keys.FOLDER).mkdir()
    (tmp_path / keys.FOLDER / "notes.key").write_text("mine")
    assert keys.end_old_keys(tmp_path, now=NOON) == ()
    assert (tmp_path / keys.FOLDER / "notes.key").exists()
