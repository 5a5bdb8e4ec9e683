"""Builds leave robots out and bring them back when their rule is switched off; the log keeps every event."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.test import Client

from tests.events.staged import Event, ids_in, stage_events
from tests.web.warehouse.test_builds import built, counts
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.log import EventLog
from tillit.events.publishing import publish
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.warehouse import robots

pytestmark = pytest.mark.django_db

PAGE = "/settings/robots/"
PEOPLE = [Event(f"many-{number}", f"person {number % 7}", "product_viewed") for number in range(40)]
ROBOTS = [Event(f"robot-{number}", "crawler", "page_viewed") for number in range(3)]


def bring_in(folder: Path, name: str, people: list[Event], crawled: list[Event]) -> None:
    """Publish events, those of `crawled` made by a program that names itself."""
    parts = stage_events(folder / name, [*people, *crawled])
    table = pq.read_table(parts.events[0])
    programs = pc.is_in(table["event_id"], value_set=pa.array([event.event_id for event in crawled], pa.string()))
    told = pc.if_else(programs, json.dumps({"agent": "Googlebot 2 program"}), pa.scalar(None, pa.string()))
    place = EVENT_SCHEMA.get_field_index("properties")
    pq.write_table(table.set_column(place, EVENT_SCHEMA.field(place), told), parts.events[0])
    with EventLog.open(folder) as log:
        publish(log, name, replace(parts), work=folder / "w")


def test_robots_are_in_the_log_and_in_no_number(data_directory: Path) -> None:
    bring_in(data_directory, "many", PEOPLE, ROBOTS)
    built(data_directory)
    assert counts() == {"product_viewed": 40}
    with EventLog.open(data_directory) as log:
        assert len(ids_in(log)) == 43


def test_new_robots_come_with_a_delta_and_leave_the_base_alone(data_directory: Path) -> None:
    bring_in(data_directory, "many", PEOPLE, ROBOTS)
    whole = built(data_directory)
    bring_in(data_directory, "few", [Event("few", "ana", "order_completed")], [Event("robot-9", "x", "page_viewed")])
    delta = built(data_directory)
    assert delta.base == whole.number
    assert counts() == {"product_viewed": 40, "order_completed": 1}


def test_a_rule_that_is_switched_off_gives_everything_back_and_takes_it_again(data_directory: Path) -> None:
    bring_in(data_directory, "many", PEOPLE, ROBOTS)
    built(data_directory)
    robots.switch(data_directory, "names_itself", off=True, by="ana@example.org", at=5)
    assert built(data_directory).base is None
    assert counts() == {"product_viewed": 40, "page_viewed": 3}
    robots.switch(data_directory, "names_itself", off=False, by="ana@example.org", at=6)
    built(data_directory)
    assert counts() == {"product_viewed": 40}


def test_what_turns_out_later_to_be_a_robot_leaves_the_base(data_directory: Path) -> None:
    """The mail arrives in the log after the click it explains."""
    click = Event("click", "ana", "email_clicked")
    bring_in(data_directory, "many", [*PEOPLE, click], [])
    built(data_directory)
    assert counts()["email_clicked"] == 1
    # The time of these events is the length of their activity in seconds: the clicks come 3 seconds after the mail.
    bring_in(
        data_directory, "more", [Event("twice", "ana", "email_clicked"), Event("again", "ana", "email_clicked")], []
    )
    bring_in(data_directory, "mail", [Event("mail", "ana", "email_sent")], [])
    assert built(data_directory).base is None
    assert "email_clicked" not in counts()


def test_the_page_lists_what_was_taken_out_and_switches_a_rule(as_ana: Client, data_directory: Path) -> None:
    assert "Nothing was taken out." in as_ana.get(PAGE).content.decode()
    bring_in(data_directory, "many", PEOPLE, ROBOTS)
    built(data_directory)
    page = as_ana.get(PAGE).content.decode()
    assert "3 events of 1 visitor" in page
    assert "Googlebot 2 program" in page
    as_ana.post(f"{PAGE}names_itself/", {"off": "1"})
    assert "Off since" in as_ana.get(PAGE).content.decode()
    do_waiting_jobs()
    assert counts() == {"product_viewed": 40, "page_viewed": 3}
    assert as_ana.post(f"{PAGE}no_such_rule/", {"off": "1"}).status_code == 404
