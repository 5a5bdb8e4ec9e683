"""Decisions are rows: the last word on each link and identifier holds, everything before stays on record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.identity.made import subject_of
from tillit.errors import QueryError
from tillit.events.log import EventLog
from tillit.identity.decided import Verdict, pair_of
from tillit.identity.decisions import decide, decided, decisions, forget_decisions, undo

ANA, BO, PHONE = map(subject_of, ("email:ana", "email:bo", "phone:1"))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with EventLog.open(tmp_path) as opened:
        yield opened


def test_a_log_in_which_nothing_was_decided(log: EventLog) -> None:
    assert decisions(log) == ()
    assert decided(log).last == 0
    assert forget_decisions(log, [ANA]) == 0


def test_who_when_and_why_are_kept(log: EventLog) -> None:
    made = decide(log, Verdict.APART, PHONE, ANA, by="member 1", at=5, why=" another customer ")
    assert decisions(log) == (made,)
    assert (made.number, made.by, made.decided_at, made.why) == (1, "member 1", 5, "another customer")
    assert (made.subject, made.other) == pair_of(ANA, PHONE)
    assert decided(log).links == {pair_of(PHONE, ANA): Verdict.APART}


def test_the_undo_of_an_undo_brings_the_decision_back(log: EventLog) -> None:
    first = decide(log, Verdict.KIOSK, PHONE, by="member 1", at=1, why="")
    second = undo(log, first.number, by="member 1", at=2, why="")
    assert decided(log).identifiers == {}
    third = undo(log, second.number, by="member 1", at=3, why="")
    assert decided(log).identifiers == {PHONE: Verdict.KIOSK}
    assert [row.verdict for row in decisions(log)] == [Verdict.KIOSK, Verdict.RULES, Verdict.KIOSK]
    assert third.number == 3


def test_only_the_last_word_can_be_undone(log: EventLog) -> None:
    decide(log, Verdict.STAFF, PHONE, by="member 1", at=1, why="")
    decide(log, Verdict.JOINED, PHONE, by="member 2", at=2, why="")
    with pytest.raises(QueryError, match="undo decision 2"):
        undo(log, 1, by="member 1", at=3, why="")
    with pytest.raises(QueryError, match="no decision 9"):
        undo(log, 9, by="member 1", at=3, why="")
    undo(log, 2, by="member 1", at=3, why="")
    assert decided(log).identifiers == {PHONE: Verdict.STAFF}


@pytest.mark.parametrize(("verdict", "other"), [(Verdict.STAFF, BO), (Verdict.KIOSK, BO), (Verdict.APART, ANA)])
def test_what_cannot_be_said_of_a_link(log: EventLog, verdict: Verdict, other: bytes) -> None:
    with pytest.raises(QueryError, match="said of an identifier"):
        decide(log, verdict, ANA, other, by="member 1", at=1, why="")


def test_erasure_takes_the_decisions_that_name_a_subject(log: EventLog) -> None:
    decide(log, Verdict.APART, ANA, PHONE, by="member 1", at=1, why="")
    decide(log, Verdict.STAFF, ANA, by="member 1", at=2, why="")
    decide(log, Verdict.KIOSK, BO, by="member 1", at=3, why="")
    assert forget_decisions(log, [ANA]) == 2
    assert [row.subject for row in decisions(log)] == [BO]
