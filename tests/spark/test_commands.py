"""`--engine spark` on commands: the same answers as without it, from files here and from object storage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spark.cluster import Cluster
from tests.spark.object_storage import object_storage
from tillit_cli.__main__ import main

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("session")]

HEADER = "customer;event;time;channel;amount"
MAPPING = """
timezone = "Europe/Oslo"
currency = "NOK"
identifiers = { customer = "customer" }
[[event]]
activity = { column = "event" }
time = "time"
channel = { column = "channel" }
amount = "amount"
"""
STEPS = ("product_viewed", "product_added", "order_completed")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files of 60 customers each, one row in each that cannot be read, and their mapping."""
    folder = tmp_path_factory.mktemp("shop")
    for number in (1, 2):
        lines = [HEADER]
        for customer in range(60):
            for step in range(1 + (customer * number) % 7):
                day, name = 1 + customer % 27, STEPS[step % 3]
                amount = f"{100 + step},50" if name == "order_completed" else ""
                lines.append(f"c{number}{customer};{name};2026-0{number}-{day:02} 1{step}:00:00;web;{amount}")
        lines.append(f"c{number}0;product_viewed;yesterday;web;")
        (folder / f"month-{number}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "shop.toml").write_text(MAPPING, encoding="utf-8")
    return folder


def said(capsys: pytest.CaptureFixture[str], *typed: str) -> tuple[str, str]:
    """Standard output, and the receipt from standard error."""
    assert main(typed) == 0
    shown = capsys.readouterr()
    return shown.out, next(line for line in shown.err.splitlines() if " rows: " in line)


@pytest.mark.parametrize(
    "asked",
    [
        ["journeys", "--goal", "order_completed", "--format", "json"],
        ["funnel", "--step", "product_viewed", "--step", "order_completed", "--format", "json"],
        ["friction", "--goal", "order_completed", "--format", "json"],
        ["credit", "--goal", "order_completed", "--format", "json"],
        ["whatif", "--goal", "order_completed", "--without", "web", "--format", "json"],
    ],
    ids=lambda asked: asked[0],
)
def test_the_same_answer(asked: list[str], shop: Path, running: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    files = [*map(str, sorted(shop.glob("month-?.csv"))), "--mapping", str(shop / "shop.toml")]
    here = said(capsys, *asked, *files)
    there = said(capsys, *asked, *files, "--engine", "spark", "--master", running.master)
    assert there == here
    assert "2 rejected" in here[1]
    rejected = [path.read_text(encoding="utf-8").splitlines() for path in shop.glob("*.rejected.csv")]
    assert [len(lines) for lines in rejected] == [2, 2]


def test_the_same_page(shop: Path, running: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["report", *map(str, sorted(shop.glob("month-?.csv"))), "--mapping", str(shop / "shop.toml"), "--out"]
    said(capsys, *asked, str(tmp_path / "here.html"))
    said(capsys, *asked, str(tmp_path / "there.html"), "--engine", "spark", "--master", running.master)
    assert (tmp_path / "there.html").read_bytes() == (tmp_path / "here.html").read_bytes()


def test_files_that_repeat_each_other_count_once(
    shop: Path, running: Cluster, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The second file begins with rows of the first, so the two have to be settled together."""
    whole = (shop / "month-1.csv").read_text(encoding="utf-8").splitlines()
    for name, lines in (("a.csv", whole[:60]), ("b.csv", [HEADER, *whole[50:-1]])):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked = ["journeys", str(tmp_path / "a.csv"), str(tmp_path / "b.csv"), "--mapping", str(shop / "shop.toml")]
    here = said(capsys, *asked)
    assert said(capsys, *asked, "--engine", "spark", "--master", running.master) == here
    assert "10 duplicate" in here[1]


def test_files_are_read_from_object_storage(
    shop: Path,
    running: Cluster,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A folder of a bucket, behind the words of S3, spoken by a server on loopback."""
    monkeypatch.chdir(tmp_path)  # rejected rows of files elsewhere are kept in the folder we are in
    asked = ["journeys", "--mapping", str(shop / "shop.toml"), "--format", "json"]
    here = said(capsys, *asked, *map(str, sorted(shop.glob("month-?.csv"))))
    objects = {f"2026/{path.name}": path.read_bytes() for path in shop.glob("month-?.csv")}
    with object_storage({**objects, "2026/_SUCCESS": b""}) as address:
        there = said(capsys, *asked, address("2026/"), "--engine", "spark", "--master", running.master)
        assert there == here
        assert main([*asked, address("2027/"), "--engine", "spark", "--master", running.master]) == 2
        assert "There is no file at s3://" in capsys.readouterr().err


def test_an_address_needs_spark(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journeys", "s3://bucket/2026/events.parquet"]) == 2
    assert "--engine spark" in capsys.readouterr().err
