"""Killed at every step of a backup, a restore and an upgrade, on the same data: nothing is lost, nothing is double."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.web.serving.test_upgrading import OLDER, kept
from tests.web.warehouse.erasure_stage import run, tillit
from tillit import fault
from tillit_web.serving.staging import settle

pytestmark = pytest.mark.torture

CYCLES = int(os.environ.get("TORTURE_CYCLES", "1"))
BACKUP = (
    "backup.database_copied",
    "backup.linked",
    "backup.file_written",
    "backup.before_rename",
    "backup.after_rename",
)
UPGRADE = ("migrate.backed_up", "migrate.migrated")
BESIDE = ("restore.unpacked", "restore.opened", "restore.erased", "restore.built")
RENAMING = ("restore.between_renames", "restore.renamed")
MADE_WHOLE = ("backup.after_rename",)
# A directory of this version, made one of the version before again, with all it holds.
OLDER_AGAIN = """
import sys
from pathlib import Path
from tillit_web.serving.directory import open_directory
open_directory(Path(sys.argv[1]))
from django.core.management import call_command
call_command("migrate", "me", "zero", verbosity=0)
"""


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("older") / "data"
    made = run("-c", OLDER, str(data))
    assert made.returncode == 0, made.stderr
    return data


@pytest.mark.parametrize("cycle", range(CYCLES))
def test_a_killed_backup_leaves_a_whole_file_or_none(older: Path, tmp_path: Path, cycle: int) -> None:
    for step in BACKUP:
        to = tmp_path / f"{step}.backup"
        killed = tillit("backup", "--data", older, "--to", to, fault=step)
        assert killed.returncode == fault.EXIT_CODE, f"{step}: {killed.stderr}"
        assert to.exists() == (step in MADE_WHOLE)
    whole = tillit("backup", "--data", older, "--to", tmp_path / "whole")
    assert whole.returncode == 0, whole.stderr
    assert not (older / "backup-work").exists()
    restored = tillit("restore", tmp_path / "whole", "--data", tmp_path / "new", "--keys", older)
    assert restored.returncode == 0, restored.stderr
    assert kept(tmp_path / "new") == kept(older)


def test_a_killed_upgrade_or_restore_leaves_the_old_or_the_new(older: Path, tmp_path: Path) -> None:
    before = kept(older)
    data = Path(shutil.copytree(older, tmp_path / "data"))
    for cycle in range(CYCLES):
        for step in (*UPGRADE, *BESIDE):
            killed = tillit("upgrade", "--data", data, fault=step)
            assert killed.returncode == fault.EXIT_CODE, f"{cycle}, {step}: {killed.stderr}"
            assert kept(data) == before, f"{cycle}, {step}: the directory is the old one"
        killed = tillit("upgrade", "--data", data, fault="restore.between_renames")
        assert killed.returncode == fault.EXIT_CODE, killed.stderr
        assert not data.exists()
        opened = tillit("key", "list", "--data", data)
        assert opened.returncode == 0, f"the next command completes it: {opened.stderr}"
        assert kept(data) == before
        (*_, backup) = sorted(tmp_path.glob("data.before-upgrade-*.backup"))
        for step in RENAMING:
            killed = tillit("restore", backup, "--data", data, "--replace", fault=step)
            assert killed.returncode == fault.EXIT_CODE, f"{cycle}, {step}: {killed.stderr}"
            settle(data)
            assert kept(data) == before
        assert tillit("verify", "--data", data).returncode == 0
        assert not (data / "restored.ready").exists()
        if cycle + 1 < CYCLES:
            again = run("-c", OLDER_AGAIN, str(data))
            assert again.returncode == 0, again.stderr
