"""What is over leaves the log and is counted; nothing else changes. Held against a plain loop over the rows."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.events.staged import subject
from tillit.events.contract import EVENT_SCHEMA, LINK_SCHEMA
from tillit.events.log import EventLog
from tillit.events.publishing import StagedParts, publish
from tillit.events.retention import CLASSES, EVENT_CLASSES, DataClass, class_of
from tillit.events.retiring import foreseen, living, retire, retire_links, retired_totals
from tillit.events.segments import SegmentKind
from tillit.vocabulary import ACTIVITIES, Channel

DAY = 86_400_000_000
BEFORE = {DataClass.WEB: 50, DataClass.ORDERS: 10, DataClass.CALLS: 90, DataClass.TEXTS: 70, DataClass.OTHER_EVENTS: 30}
MOMENTS = {name: day * DAY for name, day in BEFORE.items()}


def row(number: int, who: str, activity: str, channel: str, *, came: int, at: int | None = None) -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "source": "file",
        "occurred_at": (came if at is None else at) * DAY + number,
        "sequence": 0,
        "received_at": came * DAY,
        "clock_skew": 0,
        "subject": subject(who),
        "subject_kind": "email",
        "activity": activity,
        "channel": channel,
        "function": "sales",
        "actor": "customer",
        "properties": f'{{"n": {number}}}',
        "origin_row": number + 1,
    }


def link(left: str, right: str) -> dict[str, Any]:
    ends = {"left": subject(left), "left_kind": "email", "right": subject(right), "right_kind": "order"}
    return ends | {"rule": "same_row", "event_id": left, "source": "file", "occurred_at": 0}


def published(log: EventLog, folder: Path, rows: list[dict[str, Any]], links: list[dict[str, Any]]) -> None:
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA), folder / "events.parquet")
    pq.write_table(pa.Table.from_pylist(links, schema=LINK_SCHEMA), folder / "links.parquet")
    parts = StagedParts([folder / "events.parquet"], [folder / "links.parquet"])
    publish(log, folder.name, parts, work=folder / "work")


def rows_in(log: EventLog, kind: SegmentKind) -> list[dict[str, Any]]:
    return [one for path in log.sound_or_refuse(log.segments(kind)) for one in pq.read_table(path).to_pylist()]


def test_every_activity_and_channel_has_one_class_and_each_class_an_end() -> None:
    assert set(CLASSES) == set(DataClass)
    assert all(0 < declared.days <= 1095 for declared in CLASSES.values())
    named = [activity for name in EVENT_CLASSES for activity in CLASSES[name].activities]
    assert len(named) == len(set(named)), "an activity stands in two classes"
    assert set(named) <= {activity.name for activity in ACTIVITIES}
    assert {channel for name in EVENT_CLASSES for channel in CLASSES[name].channels} <= set(Channel)


@pytest.mark.parametrize(
    ("activity", "channel", "expected"),
    [
        ("page_viewed", "email", DataClass.WEB),  # a visit that came by a newsletter is a visit
        ("email_opened", "email", DataClass.WEB),
        ("order_completed", "web", DataClass.ORDERS),
        ("order_completed", "phone", DataClass.ORDERS),
        ("call_held", "web", DataClass.CALLS),
        ("something_of_ours", "phone", DataClass.CALLS),
        ("something_of_ours", "chat", DataClass.TEXTS),
        ("question_asked", "store", DataClass.TEXTS),
        ("something_of_ours", "web", DataClass.WEB),
        ("store_visited", "store", DataClass.OTHER_EVENTS),
        ("something_of_ours", "a channel of ours", DataClass.OTHER_EVENTS),
    ],
)
def test_known_classes(activity: str, channel: str, expected: DataClass) -> None:
    assert class_of(activity, channel) is expected


@pytest.mark.parametrize("seed", range(4))
def test_what_is_over_goes_and_is_counted_and_nothing_else_changes(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    activities = [*(activity.name for activity in dice.sample(ACTIVITIES, 8)), "of_our_own"]
    channels = ["web", "phone", "chat", "store", "elsewhere"]
    rows = [
        row(
            number,
            f"p{dice.randrange(40)}",
            dice.choice(activities),
            dice.choice(channels),
            came=dice.randrange(100),
            at=dice.choice([3, 4, 200]),
        )
        for number in range(900)
    ]
    over = [one for one in rows if one["received_at"] < MOMENTS[class_of(one["activity"], one["channel"])]]
    by_class = Counter(class_of(one["activity"], one["channel"]) for one in over)
    assert over
    assert len(over) < len(rows)
    with EventLog.open(tmp_path) as log:
        published(log, tmp_path / "a", rows[:500], [])
        published(log, tmp_path / "b", rows[500:], [])
        assert foreseen(log, MOMENTS) == by_class
        with log.writing():
            assert retire(log, MOMENTS) == by_class
        left = {one["event_id"]: one for one in rows_in(log, SegmentKind.EVENTS)}
        stays = [one for one in rows if one not in over]
        assert set(left) == {one["event_id"] for one in stays}
        assert all(left[one["event_id"]]["properties"] == one["properties"] for one in stays)
        totals = retired_totals(log)
        assert foreseen(log, MOMENTS) == Counter()
        with log.writing():
            assert retire(log, MOMENTS) == Counter()
        assert retired_totals(log) == totals, "a second look counts nothing twice"
        assert not log.damaged()
    counted: Counter[DataClass] = Counter()
    for total in totals:
        counted[total.data_class] += total.events
    assert counted == by_class
    persons = defaultdict(set)
    for one in over:
        persons[one["channel"]].add(one["subject"])
    for total in totals:
        if total.channel:
            assert len(persons[total.channel]) >= 5, "a day and channel are named only where five persons share them"


def test_days_of_few_persons_are_counted_by_month_or_altogether(tmp_path: Path) -> None:
    crowd = [row(number, f"p{number}", "page_viewed", "web", came=1) for number in range(5)]
    alone = [row(10, "p1", "page_viewed", "web", came=2), row(11, "p1", "page_viewed", "chat", came=40)]
    with EventLog.open(tmp_path) as log:
        published(log, tmp_path / "a", [*crowd, *alone], [])
        with log.writing():
            retire(log, MOMENTS)
        found = {(total.period, total.channel): total.events for total in retired_totals(log)}
    assert found == {("1970-01-02", "web"): 5, ("1970-01", ""): 1, ("", ""): 1}


def test_links_stay_while_anybody_of_the_person_has_an_event(tmp_path: Path) -> None:
    # ana – a1 – a2, where a2 alone has an event; bo – b1, where nobody has one afterwards.
    rows = [row(1, "a2", "order_completed", "web", came=95), row(2, "bo", "page_viewed", "web", came=1)]
    links = [link("ana", "a1"), link("a1", "a2"), link("bo", "b1")]
    with EventLog.open(tmp_path) as log:
        published(log, tmp_path / "a", rows, links)
        assert retire_links(log) == 0, "all have events"
        with log.writing():
            retire(log, MOMENTS)
            assert retire_links(log) == 1
        left = {(one["left"], one["right"]) for one in rows_in(log, SegmentKind.LINKS)}
        assert left == {(subject("ana"), subject("a1")), (subject("a1"), subject("a2"))}
        assert set(living(log).to_pylist()) == {subject("ana"), subject("a1"), subject("a2")}


def test_a_damaged_segment_is_passed_by_and_no_link_goes(tmp_path: Path) -> None:
    with EventLog.open(tmp_path) as log:
        published(log, tmp_path / "a", [row(1, "bo", "page_viewed", "web", came=1)], [link("bo", "b1")])
        (segment,) = log.segments(SegmentKind.EVENTS)
        raw = segment.path.read_bytes()
        segment.path.write_bytes(raw[:-20] + bytes(20))
        with log.writing():
            assert retire(log, MOMENTS) == Counter()
            assert retire_links(log) == 0
        segment.path.write_bytes(raw)
