"""The log holds what was decided as it was decided, and the database refuses everything else."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.meetings.making import AT, DEFAULT, any_desk, any_moment, hostile_policy
from tillit.errors import LedgerError
from tillit.ledger.ledger import Ledger, verify_file
from tillit.meetings.actions import ANYONE, Action
from tillit.meetings.decide import Decision, decide, replay
from tillit.meetings.log import FILE, PREFIX, By, DecisionLog, Delivered, Outcome, open_log, policy_of_version
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy import Policy
from tillit.meetings.policy_files import default_policy_text, policy_text
from tillit.vocabulary import Errand

SALTS = (hashlib.sha256(str(place).encode()).digest()[:16] for place in itertools.count())
FREE = {ANYONE: Capacity(free=1)}


def salt() -> bytes:
    return next(SALTS)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[DecisionLog]:
    log = DecisionLog.open(tmp_path)
    log.save_policy(default_policy_text(), at=AT, name="policy.toml", currency="SEK")
    yield log
    log.close()


def decided(decision_id: str, customer: str = "ana", policy: Policy = DEFAULT, *, at: int = AT) -> Decision:
    return decide(Moment(customer, at, Errand.REPAIR), policy, FREE, draw=0.25, decision_id=decision_id)


def test_every_decision_is_decided_again_from_the_log_alone(log: DecisionLog, tmp_path: Path) -> None:
    dice = random.Random(11)
    made = []
    for place in range(60):
        text = policy_text(replace(DEFAULT, **_of(hostile_policy(dice))), currency="SEK")
        policy = log.save_policy(text, at=AT + place, name="p", currency="SEK")
        for nth in range(5):
            moment = any_moment(dice)
            made.append(decide(moment, policy, any_desk(dice), draw=dice.random(), decision_id=f"{place}-{nth}"))
    log.append([(decision, salt()) for decision in made], at=AT)
    log.close()
    again = DecisionLog.open(tmp_path)
    read = [one.decision for one in again.logged()]
    assert read == made
    for decision in read:
        policy = policy_of_version(again, decision.policy_version, currency="SEK")
        assert msgspec.json.encode(replay(decision, policy)) == msgspec.json.encode(decision)
    again.close()
    verdict = verify_file(tmp_path / FILE, PREFIX)
    assert verdict is not None
    assert verdict.is_sound
    assert verdict.entries == len(made)


def _of(policy: Policy) -> dict[str, Any]:
    names = ("cells", "brand_errands", "person_from_minor", "longest_wait_seconds", "learning", "floors")
    return {name: getattr(policy, name) for name in names}


def test_assigned_and_delivered_are_apart(log: DecisionLog) -> None:
    log.append([(decided("one"), salt()), (decided("two", "bo"), salt())], at=AT)
    log.append(
        [
            (Delivered("one", Action.BOOKED_CALL, By.CUSTOMER, ANYONE), salt()),
            (Outcome("one", good=False, matured_at=AT + 5), salt()),
            (Outcome("one", good=True, matured_at=AT + 9, minutes=7.5), salt()),
        ],
        at=AT + 1,
    )
    one, two = log.logged()
    assert one.decision.action is Action.PERSON_NOW
    assert one.delivered is not None
    assert one.delivered.action is Action.BOOKED_CALL
    assert one.outcome == Outcome("one", good=True, matured_at=AT + 9, minutes=7.5)
    assert (two.delivered, two.outcome) == (None, None)


def _options(row: dict[str, Any], **values: object) -> None:
    row["options"][0].update(values)


def _shares(row: dict[str, Any], *shares: float) -> None:
    for option, share in zip(row["options"], shares, strict=False):
        option["propensity"] = share


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda row: _options(row, propensity=0.9), "must sum to 1"),
        (lambda row: row.update(options=[]), "must sum to 1"),
        (lambda row: row.pop("options"), "must sum to 1"),
        (lambda row: _options(row, propensity=None), "must sum to 1|in .0, 1."),
        (lambda row: _shares(row, 1.5, -0.5), "in .0, 1."),
        (lambda row: row["options"][1].update(floor=0.05), "not below its floor"),
        (lambda row: row.update(action="person_now", skill="service"), "could be drawn"),
        (lambda row: row.update(action="machine_answer"), "could be drawn"),
        (lambda row: row.update(guardrails=["asked"]), "no machine is an option"),
        (lambda row: row["moment"].update(known_at={"complaint": AT + 1}), "only after the decision"),
        (lambda row: row.update(draw=1.0), "a draw lies"),
        (lambda row: row.update(draw=None), "a draw lies"),
        (lambda row: row["options"][1].update(skill="Bo Ek"), "people have no place"),
        (lambda row: row.update(employee="bo"), "no such part"),
        (lambda row: row.update(policy_version=2), "a policy that is kept"),
    ],
)
def test_the_database_refuses(
    log: DecisionLog, tmp_path: Path, spoil: Callable[[dict[str, Any]], None], said: str
) -> None:
    """Whoever writes past the code is stopped by the file itself."""
    moment = Moment("ana", AT, Errand.LOOK_UP)
    row = json.loads(msgspec.json.encode(decide(moment, DEFAULT, FREE, draw=0.0, decision_id="one")))
    connection = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    ledger = Ledger(connection, PREFIX)
    connection.execute("begin immediate")
    ledger.append("decided", json.dumps(row).encode(), at=AT, salt=salt())  # as it is, it is taken
    spoil(row)
    with pytest.raises(sqlite3.IntegrityError, match=said):
        ledger.append("decided", json.dumps(row).encode(), at=AT, salt=salt())
    connection.execute("rollback")
    connection.close()


def test_a_group_is_taken_whole_or_not_at_all(log: DecisionLog) -> None:
    log.append([(decided("one"), salt())], at=AT)
    with pytest.raises(LedgerError, match="2 entries were not logged"):
        log.append([(decided("two"), salt()), (decided("one"), salt())], at=AT)
    with pytest.raises(LedgerError, match="belongs to a decision that was made"):
        log.append([(decided("two"), salt()), (Outcome("nobody", good=True, matured_at=AT), salt())], at=AT)
    assert [one.decision.id for one in log.logged()] == ["one"]


@pytest.mark.parametrize(
    "statement",
    [
        "update decision_body set content = '{}'",
        "update decision_entry set at = 0",
        "update decision_found set customer = 'bo'",
        "update decision_policy set text = ''",
        "delete from decision_body",
        "delete from decision_found",
        "delete from decision_policy",
    ],
)
def test_nothing_is_changed_afterwards(log: DecisionLog, tmp_path: Path, statement: str) -> None:
    log.append([(decided("one"), salt())], at=AT)
    connection = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_a_customer_is_erased_on_record_with_what_followed(log: DecisionLog, tmp_path: Path) -> None:
    log.append([(decided("one", "marker-of-ana"), salt()), (decided("two", "bo"), salt())], at=AT)
    log.append([(Outcome("one", good=True, matured_at=AT), salt())], at=AT)
    assert log.erase_customer("marker-of-ana", until=AT + 1, at=AT + 1, salt=salt()) == 2
    assert [one.decision.id for one in log.logged()] == ["two"]
    assert log.decision("one") is None
    assert log.erase_customer("marker-of-ana", until=AT + 2, at=AT + 2, salt=salt()) == 0
    log.close()
    assert all(b"marker-of-ana" not in path.read_bytes() for path in tmp_path.iterdir())
    verdict = verify_file(tmp_path / FILE, PREFIX)
    assert verdict is not None
    assert verdict.is_sound
    assert len(verdict.erased) == 2


def test_a_file_of_the_version_before_takes_lots(log: DecisionLog, tmp_path: Path) -> None:
    log.append([(decided("one"), salt())], at=AT)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        connection.execute("drop table decision_lot")
        connection.execute("pragma user_version = 1")
    with open_log(tmp_path) as opened:
        kept = replace(decided("two"), experiment="kept:k")
        opened.append([(kept, salt()), (replace(kept, id="three", experiment="usual:k"), salt())], at=AT)
        assert [(lot.customer, lot.experiment) for lot in opened.lots.of_name("k")] == [("ana", "kept:k")]
        assert opened.lots.untold() == [], "nobody knows what kind of identifier it is"
        opened.erase_before(AT + 1, at=AT, salt=salt())
        assert opened.lots.names() == []


def test_decisions_of_a_time_are_those_of_that_time(log: DecisionLog) -> None:
    log.append([(decided(str(at), at=AT + at), salt()) for at in range(10)], at=AT)
    assert [one.decision.id for one in log.logged(since=AT + 3, upto=AT + 6)] == ["3", "4", "5"]


def test_a_policy_that_is_none_is_not_kept(log: DecisionLog) -> None:
    with pytest.raises(Exception, match="says nothing for"):
        log.save_policy(
            "known_for = ''\n[stakes]\nmedium_from=1\nhigh_from=2\n[waiting]\nat_most_minutes=1\n"
            "call_within_hours=1\n[costs]\nperson_minute=1\nminutes=1\ndelight=1\n",
            at=AT,
            name="p",
            currency=None,
        )
    assert [version for version, _, _ in log.policy_texts()] == [1]
