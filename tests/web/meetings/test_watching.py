"""A change that makes customers complain is taken back by itself, and both pages say so."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from django.test import Client

from tests.web.meetings.log_making import DAY, World, fill, follow
from tests.web.meetings.test_results_page import text
from tillit.meetings.log import open_log
from tillit.meetings.policy import Policy, Stakes, Way
from tillit.vocabulary import Errand
from tillit_web.jobs.schedule import enqueue_due
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.meetings.models import Return
from tillit_web.meetings.queries import policy
from tillit_web.meetings.watching import watch_policy

CALM, ANGRY = World(complaints=0.02, asked_afterwards=0.0), World(complaints=0.25, asked_afterwards=0.0)
ORDER = (Errand.ORDER, Stakes.LOW)


def by_person(one: Policy) -> Policy:
    return replace(one, cells={**one.cells, ORDER: Way.PERSON})


def changed_shop(directory: Path, then: World) -> tuple[Policy, Policy]:
    """Three weeks by machines, then two weeks by persons."""
    now = time.time_ns() // 1000
    first = policy(directory, currency="SEK")
    fill(directory, 400, CALM, days=21, until=now - 16 * DAY)
    second = follow(directory, by_person, at=now - 15 * DAY)
    fill(directory, 300, then, seed=2, days=13, until=now - DAY)
    return first, second


def test_a_change_after_which_more_complain_is_taken_back(as_ana: Client, data_directory: Path) -> None:
    first, second = changed_shop(data_directory, ANGRY)
    enqueue_due()
    do_waiting_jobs()
    third = policy(data_directory, currency="SEK")
    assert third == replace(first, version=second.version + 1)
    row = Return.objects.get()
    assert (row.signal, row.from_version, row.to_version) == ("complaints", 2, 1)
    assert row.before_of > 200
    said = "More customers complained since you changed who meets whom:"
    assert said in text(as_ana)
    assert said in text(as_ana, "/home/")
    as_ana.post(f"/meetings/seen/{row.pk}/")
    assert said not in text(as_ana)


def test_it_is_done_once_and_not_undone(data_directory: Path, company: object) -> None:
    changed_shop(data_directory, ANGRY)
    now = datetime.now(UTC)
    assert watch_policy(data_directory, currency="SEK", now=now) is not None
    assert watch_policy(data_directory, currency="SEK", now=now) is None
    with open_log(data_directory) as log:
        assert log.newest_version() == 3


def test_killed_after_the_note_it_goes_on(data_directory: Path, company: object) -> None:
    first, second = changed_shop(data_directory, ANGRY)
    now = datetime.now(UTC)
    counts = {"before_happened": 8, "before_of": 300, "since_happened": 50, "since_of": 200}
    noted = Return.objects.create(from_version=2, to_version=1, new_version=3, at=now, signal="complaints", **counts)
    assert watch_policy(data_directory, currency="SEK", now=now) == noted
    assert policy(data_directory, currency="SEK") == replace(first, version=second.version + 1)
    assert Return.objects.count() == 1


def test_a_change_after_which_nothing_gets_worse_stays(data_directory: Path, company: object) -> None:
    changed_shop(data_directory, CALM)
    assert watch_policy(data_directory, currency="SEK", now=datetime.now(UTC)) is None
    assert policy(data_directory, currency="SEK").version == 2
    assert not Return.objects.exists()


def test_a_specialist_reads_it_and_cannot_put_it_away(as_bo: Client, data_directory: Path) -> None:
    changed_shop(data_directory, ANGRY)
    watch_policy(data_directory, currency="SEK", now=datetime.now(UTC))
    assert "More customers complained" in text(as_bo)
    assert as_bo.post(f"/meetings/seen/{Return.objects.get().pk}/").status_code == 403
    assert Return.objects.filter(seen_at=None).exists()
