"""Commands on plain files: their user holds the file, and what they write for others still tells of no employee."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.test_import import tillit
from tests.web.redteam.planted import PLACES, Planted, planted
from tillit.credit.cells import Headcount, Headcounts, write_headcounts
from tillit.errors import MappingError, QueryError
from tillit.events.calls import Terms, collected
from tillit.events.mapping_toml import load_mapping
from tillit.friction.split import Split

SELLERS = ("Ana Ek", "Bo Al", "Cy Ask")
MAPPING = """
source = "till"
timezone = "UTC"
currency = "SEK"
identifiers = {{customer = "customer"}}
{properties}
[[event]]
activity = {{column = "activity"}}
time = "at"
amount = "amount"
channel = {{column = "channel"}}
place = {{column = "{place}"}}
"""
GOAL = ("--goal", "order_completed")
TERMS = Terms(b"k" * 32, 1_772_000_000_000_000, None, is_proven=True, currency="SEK", region="SE")
COMMANDS = (
    ("journeys",),
    ("friction", *GOAL, "--by", "channel", "--format", "json"),
    ("credit", *GOAL, "--by", "place"),
    ("report", *GOAL, "--out", "report.html"),
)


@pytest.fixture(scope="module")
def company() -> Planted:
    return planted(1)


@pytest.fixture(scope="module")
def till(company: Planted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The till's file as a till writes it: with the seller of each receipt."""
    path = tmp_path_factory.mktemp("plain") / "till.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*company.rows[0], "Säljare"])
        writer.writeheader()
        for number, row in enumerate(company.rows):
            writer.writerow({**row, "Säljare": SELLERS[number % len(SELLERS)]})
    return path


def mapping(folder: Path, *, place: str = "place", properties: str = "") -> Path:
    path = folder / "own.toml"
    path.write_text(MAPPING.format(place=place, properties=properties), encoding="utf-8")
    return path


@pytest.mark.parametrize("typed", COMMANDS, ids=" ".join)
def test_what_a_command_writes_names_no_employee_and_no_small_place(
    till: Path, typed: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that the mapping leaves is kept in properties; of it the seller is not."""
    monkeypatch.chdir(tmp_path)
    own = mapping(tmp_path, properties='properties = "*"')
    done = tillit(typed[0], str(till), *typed[1:], "--mapping", str(own))
    assert done.returncode == 0, done.stderr
    written = done.stdout + "".join(path.read_text("utf-8") for path in tmp_path.glob("*.html"))
    assert len(written) > 400, "nothing was written, so nothing was attacked"
    assert not any(seller in written for seller in SELLERS)
    assert not any(place in written for place in PLACES)


@pytest.mark.parametrize(("place", "properties"), [("Säljare", ""), ("place", 'properties = ["Säljare"]')])
def test_a_mapping_that_reads_an_employee_is_refused(tmp_path: Path, place: str, properties: str) -> None:
    with pytest.raises(MappingError, match="“Säljare” names employees"):
        load_mapping(mapping(tmp_path, place=place, properties=properties))


def test_steps_are_told_apart_by_place_only_where_enough_people_work(till: Path, tmp_path: Path) -> None:
    typed = ("friction", str(till), *GOAL, "--by", "place", "--data", str(tmp_path))
    refused = tillit(*typed)
    assert refused.returncode != 0
    assert "only where at least 5 people work at each" in refused.stderr
    assert all(place not in refused.stdout for place in PLACES)
    write_headcounts(tmp_path, Headcounts(tuple(Headcount(5, place=place) for place in PLACES)))
    shown = tillit(*typed)
    assert shown.returncode == 0, shown.stderr
    assert all(f"store_visited · {place}" in shown.stdout for place in PLACES)


@pytest.mark.parametrize("name", ["Säljare", "properties.employee_id", "properties.staff.number"])
def test_no_property_of_an_employee_tells_steps_apart(name: str) -> None:
    with pytest.raises(QueryError, match="names employees"):
        Split.parse(f"property:{name}")


def test_a_call_that_brings_an_employee_is_kept_without() -> None:
    call = {
        "type": "track",
        "event": "Order Completed",
        "anonymousId": "a-1",
        "messageId": "m-1",
        "properties": {"seller": "Ana Ek", "staff": {"number": 17}, "shelf": "B 4"},
    }
    event = collected(call, TERMS).event
    assert event.properties is not None
    assert json.loads(event.properties) == {"properties.shelf": "B 4"}
