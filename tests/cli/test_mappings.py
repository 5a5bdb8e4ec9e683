"""Several files of one command, each read by its own mapping."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.shop import shop_files
from tillit.errors import MappingError
from tillit_cli.__main__ import main
from tillit_cli.mappings import mappings_of

TILL_MAPPING = """
timezone = "Europe/Stockholm"
identifiers = { email = "Kund" }
[[event]]
activity = "receipt_issued"
time = "Tid"
"""
TILL_ROWS = "Kund;Tid\nana@example.com;2026-03-22 10:00:00\ndi@example.com;2026-03-22 11:00:00\n"


@pytest.fixture
def typed(tmp_path: Path) -> dict[str, str]:
    """Web and till: no column of one is in the other."""
    (tmp_path / "till.csv").write_text(TILL_ROWS, encoding="utf-8")
    (tmp_path / "till.toml").write_text(TILL_MAPPING, encoding="utf-8")
    web, web_mapping = shop_files(tmp_path)
    return {"web": web, "till": str(tmp_path / "till.csv"), "WEB": web_mapping, "TILL": str(tmp_path / "till.toml")}


@pytest.mark.parametrize(
    "mappings", [("{WEB}", "{TILL}"), ("{till}={TILL}", "{WEB}"), ("shop.csv={WEB}", "till.csv={TILL}")]
)
def test_each_file_is_read_by_its_own(
    typed: dict[str, str], capsys: pytest.CaptureFixture[str], mappings: tuple[str, str]
) -> None:
    """Ana is in both; the web's rows are those of the shop, and two come from the till."""
    given = [word for text in mappings for word in ("--mapping", text.format(**typed))]
    assert main(["journeys", typed["web"], typed["till"], *given, "--format", "json"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert (read["events"], read["persons"]) == (7 + 2, 4)
    assert {"name": "receipt_issued", "events": 2, "persons": 2, "journeys": 2} in read["activities"]


def test_who_is_one_person_is_asked_of_both_files(typed: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--mapping", typed["WEB"], "--mapping", typed["TILL"], "--format", "json"]
    assert main(["identity", typed["web"], typed["till"], *given]) == 0
    assert json.loads(capsys.readouterr().out)["persons"] == 4


def test_one_for_all_and_none_for_a_file_that_says_it_itself(typed: dict[str, str]) -> None:
    web, till = Path(typed["web"]), Path(typed["till"])
    first, second = mappings_of([typed["WEB"]], [web, web])
    assert first == second != mappings_of([typed["TILL"]], [till])[0]
    assert mappings_of([f"till.csv={typed['TILL']}"], [web, till])[0] is None
    assert mappings_of([], [web, till]) == (None, None)


@pytest.mark.parametrize(
    ("mappings", "said"),
    [
        (("{WEB}", "{TILL}", "{WEB}"), r"There are 3 mappings \(.*\) for 2 files \(.*web.csv, .*till.csv\)\. Give one"),
        (("web.csv={WEB}", "{TILL}", "{TILL}"), r"2 mappings .* for one other file \(.*till\.csv\)"),
        (("web.csv={WEB}", "till.csv={TILL}", "{TILL}"), "Every file has a mapping by its name"),
        (("shop.csv={WEB}",), r"shop\.csv is not among the files to be read, which are .*web\.csv, .*till\.csv"),
        (("web.csv={WEB}", "web.csv={TILL}"), "names web.csv twice"),
        (("web.csv=nowhere.toml",), "There is no mapping nowhere.toml"),
    ],
)
def test_what_does_not_fit_is_said(typed: dict[str, str], mappings: tuple[str, ...], said: str) -> None:
    files = [Path("a/web.csv"), Path("b/till.csv")]
    with pytest.raises(MappingError, match=said):
        mappings_of([text.format(**typed) for text in mappings], files)


def test_of_two_files_of_one_name_the_path_tells(typed: dict[str, str]) -> None:
    files = [Path("a/web.csv"), Path("b/web.csv")]
    assert mappings_of([f"b/web.csv={typed['WEB']}"], files)[0] is None
    with pytest.raises(
        MappingError, match=r"2 files are called web\.csv\. Write its whole path: a/web\.csv, b/web\.csv"
    ):
        mappings_of([f"web.csv={typed['WEB']}"], files)
