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
from tillit.events.left_out import keys_of
from tillit.events.robots import Judged, are_in, find_robots, judge, mail_clicks, taken_out

SECOND = 1_000_000
NOON = 1_793_620_800 * SECOND + 7 * SECOND
ALL_KINDS = ["email_sent", "email_opened", "email_clicked", "page_viewed", "order_completed"]
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
    assert taken_out(robots, ()).keys.to_pylist() == ["file\x00events-0", "file\x00events-2"]
    assert taken_out(robots, {"names_itself"}).keys.to_pylist() == ["file\x00events-2"]
    assert taken_out(robots, {"names_itself", "instant"}).keys.to_pylist() == []


def test_only_the_named_events_are_left_out_of_a_stretch(tmp_path: Path) -> None:
    """A robot's id that a person's event has too, in another source, stays."""
    clean = written(tmp_path, [("ana", 0, "page_viewed", None)], name="clean")
    told: list[Told] = [("ana", 0, "page_viewed", None), ("ana", 1, "page_viewed", "curl 8 program")]
    mixed = written(tmp_path, told)
    out = taken_out(find_robots([clean, mixed], spill=tmp_path / "spill"), ())
    rows = pq.read_table(mixed)
    assert out.without(rows).equals(rows.slice(0, 1))
    assert out.without(pq.read_table(clean)).equals(pq.read_table(clean))
    elsewhere = rows.set_column(1, EVENT_SCHEMA.field("source"), pa.array(["other"] * 2))
    assert out.without(elsewhere).equals(elsewhere)
    assert are_in(out.keys, [mixed])
    assert not are_in(out.keys, [clean])
    assert are_in(out.keys, [clean, mixed])


def random_arrivals(chance: random.Random, folder: Path) -> list[Path]:
    """Twelve files, in no order of time: mails, clicks, pages in haste, and programs that name themselves."""
    told: list[Told] = []
    for person in "abcdefgh":
        begin = chance.randrange(20_000)
        told += [(person, begin + chance.randrange(90), chance.choice(ALL_KINDS), None) for _ in range(60)]
        told += [(person, begin + place // 2, "page_viewed", None) for place in range(chance.choice([0, 40, 80, 140]))]
        told += [(person, begin + place, "email_clicked", "curl 8 program") for place in range(chance.randrange(3))]
        told += [(person, begin + place, "order_completed", "Bot 1 program") for place in range(chance.randrange(3))]
    for person in "xyz":
        told += [(person, 0, "email_sent", None), *((person, 20 + place, "email_clicked", None) for place in range(4))]
        told += [(person, chance.choice([60, 9_000]), "page_viewed", None)]
    chance.shuffle(told)
    cuts = sorted(chance.sample(range(len(told)), 5))
    parts = [told[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(told)], strict=True)]
    kinds = ("anonymous", "email")
    # One kind of subject for each person, as in a log.
    return [
        written(folder, [one for one in part if (one[0] in "abcde") == (kind == "anonymous")], kind=kind, name=name)
        for number, part in enumerate(parts)
        for kind, name in zip(kinds, (f"web-{number}", f"mail-{number}"), strict=True)
    ]


def comparable(judged: Judged) -> tuple[list[str], list[str]]:
    return sorted(map(str, judged.robots.to_pylist())), sorted(map(str, judged.mails.to_pylist()))


def test_judging_what_came_is_judging_everything(tmp_path: Path) -> None:
    """File by file, against the statements over the whole log; then rules are switched off, then a file is undone."""
    files = random_arrivals(random.Random(3), tmp_path)
    seen: set[str] = set()
    judged: Judged | None = None
    off: set[str] = set()
    log: list[Path] = []
    for step, path in enumerate(files):
        log.append(path)
        if step == 6:
            off, judged = {"instant", "rush"}, None
        if step == 9:
            log, judged = log[1:], None
        work = tmp_path / f"work-{step}"
        work.mkdir()
        judged = judge(log, off=off, work=work, before=judged, fresh=[path])
        robots = find_robots(log, spill=tmp_path / "spill")
        acting = pa.Table.from_pylist([row for row in robots.to_pylist() if row["rule"] not in off], robots.schema)
        assert comparable(judged) == comparable(Judged(robots, mail_clicks(log, acting, spill=tmp_path / "spill")))
        seen |= set(robots["rule"].to_pylist())
    assert seen == {"names_itself", "instant", "rush", "mail_scanner"}


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
