"""`tillit identity` on a file in which a household shares a phone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tillit_cli.__main__ import main

ORDERS = """order,email,phone,time,activity
1,ana@example.org,+46701234567,2026-03-01T10:00:00Z,order_completed
2,bo@example.org,+46701234567,2026-03-02T10:00:00Z,order_completed
3,cy@example.org,+46709999123,2026-03-03T10:00:00Z,order_completed
4,noreply@example.org,,2026-03-04T10:00:00Z,order_completed
"""
MAPPING = """source = "orders"

[identifiers]
email = "email"
phone = "phone"

[[event]]
activity = { column = "activity" }
time = "time"
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    orders, mapping = tmp_path / "orders.csv", tmp_path / "orders.toml"
    orders.write_text(ORDERS, encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    return str(orders), str(mapping)


def test_a_shared_phone_is_named_with_its_reason(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    orders, mapping = files
    assert main(["identity", orders, "--mapping", mapping, "--format", "json"]) == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert "1 rejected" in shown.err, "whose only identifier is nobody's"
    assert (found["persons"], found["identifiers"], found["links"]) == (3, 5, 3)
    assert found["held_apart"] == [
        {
            "identifier": "phone +46701234567",
            "linked_to": None,
            "reason": "contested",
            "kind": "email",
            "found": 2,
            "most": 1,
            "persons": 2,
        }
    ]


def test_the_table_says_it_in_a_sentence(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    orders, mapping = files
    assert main(["identity", orders, "--mapping", mapping]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "5 identifiers, 3 links: 3 persons. 1 held apart."
    assert " ".join(lines[-1].split()) == "phone +46701234567 belongs to several as much 2 of email 1 2"


def test_other_rules_join_them(files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders, mapping = files
    rules = tmp_path / "rules.toml"
    rules.write_text('strong = ["phone"]\nmiddle = []\n', encoding="utf-8")
    assert main(["identity", orders, "--mapping", mapping, "--rules", str(rules)]) == 0
    assert capsys.readouterr().out.startswith("5 identifiers, 3 links: 2 persons. 0 held apart.")


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identity", "none.csv"]) == 2
    assert "There is no file none.csv" in capsys.readouterr().err
