"""Robots are found by what they say and by their times, in the whole log; what people did stays."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.events.staged import subject
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.robots import are_in, find_robots, keys_of, mail_clicks, taken_out, without

SECOND = 1_000_000
NOON = 1_793_620_800 * SECOND + 7 * SECOND
Told = tuple[str, int, str, str | None]  # person, seconds after noon, activity, agent


def written(folder: Path, told: list[Told], *, kind: str = "email", name: str = "events") -> Path:
    """A file of these events; their ids are their places in the list."""
    rows = [
        {
            "event_id": f"{name}-{place}",
            "source": "file",
            "occurred_at": NOON + seconds * SECOND,
            "sequence": 0,
            "received_at": 5,
            "clock_skew": 0,
            "subject": subject(person),
            "subject_kind": kind,
            "activity": activity,
            "channel": "email",
            "function": "communication",
            "actor": "customer",
            "properties": None if agent is None else json.dumps({"agent": agent}),
            "origin_row": 1,
        }
        for place, (person, seconds, activity, agent) in enumerate(told)
    ]
    path = folder / f"{name}.parquet"
    pq.write_table(pa.Table.from_pylist(rows, EVENT_SCHEMA), path)
    return path


def found(path: Path, tmp_path: Path) -> dict[str, list[int]]:
    """The places of the events that each rule found."""
    by_rule: defaultdict[str, list[int]] = defaultdict(list)
    for row in find_robots([path], spill=tmp_path / "spill").to_pylist():
        by_rule[row["rule"]].append(int(row["event_id"].rpartition("-")[2]))
    return {rule: sorted(places) for rule, places in by_rule.items()}


def test_a_program_that_names_itself_is_found_and_a_browser_is_not(tmp_path: Path) -> None:
    told: list[Told] = [
        ("ana", 0, "page_viewed", "Chrome 126 phone"),
        ("robot", 1, "page_viewed", "Googlebot 2 program"),
        ("bo", 2, "page_viewed", None),
        ("cy", 3, "page_viewed", "my program browser 3 desktop"),
    ]
    assert found(written(tmp_path, told), tmp_path) == {"names_itself": [1]}


def test_a_scanner_follows_every_link_at_once_and_looks_at_nothing(tmp_path: Path) -> None:
    told: list[Told] = [
        ("ana", 0, "email_sent", None),
        *[("ana", 20 + place, "email_clicked", None) for place in range(4)],
        ("ana", 9_000, "email_clicked", None),  # Ana herself, hours later
        ("bo", 0, "email_sent", None),
        *[("bo", 20 + place, "email_clicked", None) for place in range(4)],  # as quick, but Bo reads on
        ("bo", 60, "page_viewed", None),
        ("cy", 0, "email_sent", None),
        *[("cy", 20 + 15 * place, "email_clicked", None) for place in range(4)],  # one after the other
        ("dag", 0, "email_sent", None),
        *[("dag", 7_000 + place, "email_clicked", None) for place in range(4)],  # long after it came
    ]
    assert found(written(tmp_path, told), tmp_path) == {"mail_scanner": [1, 2, 3, 4]}


def test_what_is_opened_before_anybody_could_is_a_machine(tmp_path: Path) -> None:
    told: list[Told] = [
        ("ana", 0, "email_sent", None),
        ("ana", 1, "email_opened", None),
        ("ana", 400, "email_opened", None),
        ("ana", 500, "email_sent", None),
        ("ana", 530, "email_clicked", None),
    ]
    assert found(written(tmp_path, told), tmp_path) == {"instant": [1]}


def test_equal_whole_minutes_say_nothing(tmp_path: Path) -> None:
    """A file that writes minutes has the mail and a click half a minute later at the same time."""
    told: list[Told] = [("ana", -7, "email_sent", None), ("ana", -7, "email_clicked", None)]
    assert (NOON - 7 * SECOND) % (60 * SECOND) == 0
    assert found(written(tmp_path, told), tmp_path) == {}


def test_a_visitor_faster_than_anybody_reads_goes_whole(tmp_path: Path) -> None:
    told: list[Told] = [("crawler", place // 2, "page_viewed", None) for place in range(100)]
    told += [("crawler", 4_000, "page_viewed", None)]
    told += [("ana", 5 * place, "page_viewed", None) for place in range(100)]
    assert found(written(tmp_path, told, kind="anonymous"), tmp_path) == {"rush": list(range(101))}
    # A known customer is never taken out whole, however quick.
    assert found(written(tmp_path, told, kind="email"), tmp_path) == {}


def test_a_rule_that_is_off_takes_nothing_out(tmp_path: Path) -> None:
    told: list[Told] = [
        ("robot", 0, "page_viewed", "curl 8 program"),
        ("ana", 0, "email_sent", None),
        ("ana", 1, "email_opened", "GoogleImageProxy 1 program"),
    ]
    path = written(tmp_path, told)
    robots = find_robots([path], spill=tmp_path / "spill")
    assert taken_out(robots, ()).to_pylist() == ["file\x00events-0", "file\x00events-2"]
    assert taken_out(robots, {"names_itself"}).to_pylist() == ["file\x00events-2"]
    assert taken_out(robots, {"names_itself", "instant"}).to_pylist() == []


def test_files_without_robots_stay_themselves_and_others_are_whole_but_for_them(tmp_path: Path) -> None:
    clean = written(tmp_path, [("ana", 0, "page_viewed", None)], name="clean")
    mixed = written(tmp_path, [("ana", 0, "page_viewed", None), ("robot", 1, "page_viewed", "curl 8 program")])
    keys = taken_out(find_robots([clean, mixed], spill=tmp_path / "spill"), ())
    work = tmp_path / "work"
    work.mkdir()
    first, second = without([clean, mixed], keys, to=work)
    assert first == clean
    assert second.parent == work
    assert pq.read_table(second).equals(pq.read_table(mixed).slice(0, 1))
    assert are_in(keys, [mixed])
    assert not are_in(keys, [clean])
    assert are_in(keys, [clean, mixed])


def test_nobody_clicks_more_mails_than_came(tmp_path: Path) -> None:
    """Random histories against a plain loop: each click belongs to the mail before it, and a mail counts once."""
    chance = random.Random(5)
    told: list[Told] = [
        (chance.choice("abcde"), chance.randrange(20_000), chance.choice(["email_sent", "email_clicked"]), None)
        for _ in range(400)
    ]
    path = written(tmp_path, told)
    robots = find_robots([path], spill=tmp_path / "spill")
    gone = set(keys_of(robots).to_pylist())
    people = [one for place, one in enumerate(told) if f"file\x00events-{place}" not in gone]
    expected = {}
    for person in "abcde":
        mails = {at for who, at, activity, _ in people if who == person and activity == "email_sent"}
        clicked = {
            max(mail for mail in mails if mail <= at)
            for who, at, activity, _ in people
            if who == person and activity == "email_clicked" and any(mail <= at for mail in mails)
        }
        expected[subject(person)] = (len(mails), len(clicked))
    rows = mail_clicks([path], robots, spill=tmp_path / "spill").to_pylist()
    assert {row["subject"]: (row["mails"], row["clicked"]) for row in rows} == expected
    assert all(row["clicked"] <= row["mails"] for row in rows)
