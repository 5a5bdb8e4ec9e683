"""A finer rule is shown before and after, followed by a person's click, and taken back by another."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests.evaluation.test_proposing import DAY, LEARNS, a_log
from tests.web.meetings.log_making import follow, salts
from tests.web.meetings.test_learn_page import PAGE, in_force
from tests.web.meetings.test_results_page import text
from tillit.meetings.decide import Decision
from tillit.meetings.log import Logged, Outcome, open_log
from tillit.vocabulary import Stage
from tillit_web.meetings import results

STAGE = {"stage": "compare"}


def keep_log(directory: Path, rows: tuple[Logged, ...]) -> None:
    """Put a log of a shop that learned about choosing in the data directory, ended yesterday, and count it."""
    version = follow(directory, lambda policy: replace(policy, learning=LEARNS.learning)).version
    salt = salts()
    shift = time.time_ns() // 1000 - DAY - rows[-1].decision.moment.at
    entries: list[tuple[Decision | Outcome, bytes]] = []
    for one in rows:
        moment = replace(one.decision.moment, at=one.decision.moment.at + shift)
        assert one.outcome is not None
        entries.append((replace(one.decision, moment=moment, policy_version=version), next(salt)))
        entries.append((replace(one.outcome, matured_at=one.outcome.matured_at + shift), next(salt)))
    with open_log(directory) as log:
        log.append(entries, at=time.time_ns() // 1000)
    results.refresh(directory, currency="SEK", now=timezone.now())


def test_it_is_followed_and_taken_back(as_ana: Client, data_directory: Path) -> None:
    keep_log(data_directory, a_log(12_000, adds=0.2))
    meetings = text(as_ana, "/meetings/")
    assert "As proposed" in meetings
    assert "A finer rule waits for your yes or no" in meetings
    shown = text(as_ana, PAGE)
    assert "A finer rule: “Compares”" in shown or "A finer rule: “Compare" in shown
    assert "Choosing, medium stakes, above" in shown
    before = in_force(data_directory)
    assert as_ana.post(PAGE, {"do": "adopt_rule", "stage": "use"}).status_code == 422
    assert as_ana.post(PAGE, STAGE | {"do": "adopt_rule"}).status_code == 302
    after = in_force(data_directory)
    assert [rule.stage for rule in after.rules] == [Stage.COMPARE]
    assert after.learning is None, "the lot ends where what it was drawn for is followed"
    assert replace(after, rules=(), learning=before.learning, version=before.version) == before
    assert "Finer rules that are followed" in text(as_ana, PAGE)
    as_ana.post("/meetings/who/", {"do": "back"})
    assert replace(in_force(data_directory), version=before.version) == before, "one click takes it back"


def test_without_evidence_it_can_be_read_and_not_followed(as_ana: Client, data_directory: Path) -> None:
    keep_log(data_directory, a_log(12_000, adds=0.2, complaints=0.05))
    assert "A finer rule lacks evidence" in text(as_ana, "/meetings/")
    assert "no more than 1 more of 100 would complain" in text(as_ana, PAGE)
    assert as_ana.post(PAGE, STAGE | {"do": "adopt_rule"}).status_code == 422
    assert in_force(data_directory).rules == ()


@pytest.mark.parametrize("page", ["/meetings/", PAGE])
def test_with_nothing_proposed_nothing_is_said(as_ana: Client, data_directory: Path, page: str) -> None:
    shown = text(as_ana, page)
    assert "finer rule" not in shown
    assert "As proposed" not in shown
