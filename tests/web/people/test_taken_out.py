"""Commands that take personal data out stand on the access record, and leave out whoever said no."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from tests.cli.test_import import tillit
from tests.journeys.logs import log, subject_of
from tests.meetings.making import AT, DEFAULT
from tests.meetings.test_log import FREE, salt
from tests.web.insight.small_shop import fill
from tillit.meetings.decide import decide
from tillit.meetings.log import DecisionLog
from tillit.meetings.moment import Moment
from tillit.meetings.policy_files import policy_text
from tillit.vocabulary import Errand, Purpose, Stage
from tillit_web.people import actions, queries
from tillit_web.people.consents import How
from tillit_web.people.models import AccessRecord, User

ANA, BO = subject_of("ana"), subject_of("bo")
EVENTS = log(("ana", 1, "page_viewed"), ("ana", 2, "order_completed"), ("bo", 3, "question_asked"))
JSON_LINES = ("export", "--format", "jsonl", "--data")


def on_record(data: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(data / "app.sqlite")) as database:
        return database.execute(
            "select what, purpose, reason, at_server, hex(subject) from people_accessrecord order by id"
        ).fetchall()


def subjects_in(lines: str) -> set[str]:
    return {json.loads(line)["subject"] for line in lines.splitlines()}


def test_everything_leaves_only_with_a_reason_and_on_record(data_directory: Path) -> None:
    fill(data_directory, EVENTS)
    actions.record_consent([BO], Purpose.MEASUREMENT, granted=False, how=How.SITE, where="/")
    data = str(data_directory)
    refused = tillit(*JSON_LINES, data, "--all")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--because" in refused.stderr
    whole = tillit(*JSON_LINES, data, "--all", "--because", "a new server", "--as", "Cy")
    counted = tillit(*JSON_LINES, data)
    assert subjects_in(whole.stdout) == {f"hashed:{ANA.hex()}", f"hashed:{BO.hex()}"}
    assert subjects_in(counted.stdout) == {f"hashed:{ANA.hex()}"}, "a no to being counted holds in exports"
    assert "left out: 1 identifiers" in counted.stderr
    assert tillit("export", "--data", data, "--out", str(data_directory / "out")).returncode == 0
    files = "".join(path.read_text(encoding="utf-8") for path in (data_directory / "out").glob("*.csv"))
    assert ANA.hex() in files
    assert BO.hex() not in files
    found = on_record(data_directory)
    assert [row[:3] for row in found] == [
        ("everything", "", "a new server"),
        ("events", "measurement", ""),
        ("events", "measurement", ""),
    ]
    assert found[0][3].startswith("Cy ("), "the name that was given, and the system's user"
    assert found[1][3]


def test_the_log_of_decisions_leaves_without_whoever_said_no(data_directory: Path) -> None:
    decisions = DecisionLog.open(data_directory)
    policy = decisions.save_policy(policy_text(DEFAULT, currency="SEK"), at=AT, name="p", currency="SEK")
    ana = Moment(ANA.hex(), AT, Errand.CHOOSE, stage=Stage.COMPARE, stake_minor=10_050)
    for place, moment in enumerate((ana, replace(ana, customer=BO.hex()))):
        decisions.append([(decide(moment, policy, FREE, draw=0.5, decision_id=str(place)), salt())], at=AT)
    decisions.close()
    actions.record_consent([BO], Purpose.MEASUREMENT, granted=False, how=How.SITE, where="/")
    written = tillit("export-decisions", "--data", str(data_directory), "--because", "the yearly evaluation")
    assert ANA.hex() in written.stdout
    assert BO.hex() not in written.stdout
    assert [(row[0], row[2], row[4]) for row in on_record(data_directory)] == [
        ("decisions", "the yearly evaluation", ANA.hex().upper())
    ]


def test_whoever_looks_up_a_person_to_erase_is_on_record(data_directory: Path) -> None:
    fill(data_directory, EVENTS)
    typed = ("forget", "email:ana@example.org", "--data", str(data_directory), "--dry-run", "--because", "she called")
    assert tillit(*typed).returncode == 0
    [(what, purpose, reason, who, subject)] = on_record(data_directory)
    assert (what, purpose, reason) == ("forget", "rights", "she called")
    assert who
    assert len(subject) == 32


@pytest.mark.django_db
def test_the_owner_and_each_customer_see_what_was_taken_out(as_ana: Client, cy: User) -> None:
    actions.record_access(
        AccessRecord.What.EVERYTHING, (), by=None, at_server="root", purpose=None, reason="a new server"
    )
    actions.record_access(AccessRecord.What.SEARCH, (), by=cy, purpose=Purpose.SERVICE, reason="insight:find")
    page = as_ana.get("/settings/openings/").content.decode()
    assert "root" in page
    assert "Took out every event as it is" in page
    assert "a new server" in page
    before, after = datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    [told] = queries.accesses_of([ANA], events_since=before)
    assert (told.what, told.role, told.purpose) == ("Took out every event as it is", "at the server", "")
    assert queries.accesses_of([ANA], events_since=after) == (), "her events came later"
    assert queries.accesses_of([ANA]) == (), "we have no event of hers"
