"""A backup comes back whole or not at all, and whoever was erased since stays erased."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.web.warehouse.erasure_stage import EMAIL, found_in_files, staged, tillit
from tests.web.warehouse.test_erasing import EVENTS_OF_OTHERS, events_in
from tillit.events.erased_outside import ERASED_FILE


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `data`, in which Ana is erased, and a backup from before that in `apart`, with the keys."""
    folder = tmp_path_factory.mktemp("saved")
    data = staged(folder)
    (folder / "apart").mkdir()
    made = tillit("backup", "--data", data, "--to", folder / "apart" / "b", "--keys-to", folder / "keys")
    assert made.returncode == 0, made.stderr
    assert "secret.key" in made.stdout
    forgotten = tillit("forget", "--data", data, f"email:{EMAIL}")
    assert forgotten.returncode == 0, forgotten.stderr
    return folder


def test_whoever_was_erased_since_is_in_no_restored_file(saved: Path, tmp_path: Path) -> None:
    new = tmp_path / "beside" / "new"
    restored = tillit("restore", saved / "apart" / "b", "--data", new, "--keys", saved / "keys")
    assert restored.returncode == 0, restored.stderr
    assert "erased again" in restored.stdout
    assert found_in_files(new) == {}
    assert len(events_in(new)) == EVENTS_OF_OTHERS, "everybody else is there, also what waited to be sealed"
    assert sorted(path.name for path in new.parent.iterdir()) == [".new.restoring.lock", "new"]
    verified = tillit("verify", "--data", new)
    assert verified.returncode == 0, verified.stdout
    assert "and so is the current build" in verified.stdout


def test_where_nobody_kept_who_was_erased_it_says_so(saved: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone" / "b"
    alone.parent.mkdir()
    shutil.copyfile(saved / "apart" / "b", alone)
    restored = tillit("restore", alone, "--data", tmp_path / "new", "--keys", saved / "keys")
    assert restored.returncode == 0, restored.stderr
    assert "tillit forget, before you serve" in restored.stdout
    assert "Canary" in " ".join(found_in_files(tmp_path / "new"))
    again = tillit(
        *("restore", alone, "--data", tmp_path / "new", "--replace", "--erased", saved / "data" / ERASED_FILE)
    )
    assert again.returncode == 0, again.stderr
    assert found_in_files(tmp_path / "new") == {}
    (replaced,) = tmp_path.glob("new.replaced-*")
    assert str(replaced) in again.stdout
    assert len(events_in(tmp_path / "new")) == EVENTS_OF_OTHERS


def refused(saved: Path, tmp_path: Path, name: str) -> tuple[Path, Path, tuple[object, ...]]:
    """A backup, a directory and what else is typed, for each way in which a restore is refused."""
    backup, new, keys = tmp_path / "b", tmp_path / "new", tmp_path / "keys"
    shutil.copyfile(saved / "apart" / "b", backup)
    shutil.copytree(saved / "keys", keys)
    raw = bytearray(backup.read_bytes())
    if name == "damaged":
        raw[-2_000] ^= 1
    elif name == "cut off":
        del raw[-2_000:]
    elif name == "wrong key":
        next((keys / "backup-keys").iterdir()).write_bytes(bytes(32))
    elif name == "key ended":
        shutil.rmtree(keys / "backup-keys")
    elif name == "no secret":
        (keys / "secret.key").unlink()
    elif name == "another secret":
        (keys / "secret.key").write_bytes(bytes(32))
    elif name == "not empty":
        new.mkdir()
        (new / "note.txt").write_text("mine")
    backup.write_bytes(raw)
    return backup, new, ("--keys", keys)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("damaged", "Take another backup"),
        ("cut off", "Take another backup"),
        ("wrong key", "is not the one"),
        ("key ended", "a backup ends with its key"),
        ("no secret", "--keys-to"),
        ("another secret", "belongs to another installation"),
        ("not empty", "--replace"),
    ],
)
def test_what_cannot_be_restored_is_named_and_nothing_is_touched(
    saved: Path, tmp_path: Path, name: str, says: str
) -> None:
    backup, new, rest = refused(saved, tmp_path, name)
    before = {path: path.read_bytes() for path in new.rglob("*") if path.is_file()}
    found = tillit("restore", backup, "--data", new, *rest)
    assert found.returncode == 2
    assert says in found.stderr
    assert {path: path.read_bytes() for path in new.rglob("*") if path.is_file()} == before
    assert not (tmp_path / ".new.restoring").exists()
