"""A no to being counted: no lot, no number, and in the log only what the decision needs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.web.meetings.asking import ask
from tests.web.meetings.test_consent import ANA, TOLD, decisions
from tillit.meetings.log import FILE, open_log
from tillit.meetings.policy import Learning, Stakes
from tillit.vocabulary import Errand, Purpose
from tillit_web.meetings.actions import follow
from tillit_web.meetings.app import OUTCOME, Decider
from tillit_web.meetings.queries import policy
from tillit_web.meetings.results import current
from tillit_web.people.actions import record_consent
from tillit_web.people.consents import How


def answer(purpose: Purpose, *, granted: bool) -> None:
    record_consent([ANA], purpose, granted=granted, how=How.OWN_PAGE, where="/me/", wording="1")


def test_they_follow_the_table_and_leave_no_number(decider: Decider, server_key: str, data_directory: Path) -> None:
    now = policy(data_directory, currency="SEK")
    follow(data_directory, replace(now, learning=Learning(Errand.CHOOSE, Stakes.LOW)), currency="SEK")
    answer(Purpose.PERSONALISATION, granted=True)
    answer(Purpose.MEASUREMENT, granted=False)
    _, heard = ask(decider, {"moment": TOLD}, key=server_key)
    assert (heard["action"], heard["uses_history"], heard["holdout"]) == ("self_service", False, None)
    told = {"decision": heard["decision"], "good": True, "value": 5}
    assert ask(decider, told, key=server_key, path=OUTCOME)[0] == 200, "who asks need not know"

    assert decisions(data_directory) == []
    with open_log(data_directory) as log:
        (one,) = log.logged(uncounted=True)
    assert one.decision.moment.customer == f"uncounted:{one.decision.id}"
    assert (one.decision.is_drawn, one.decision.consent_row, one.outcome) == (False, None, None)
    assert (one.decision.moment.stage, one.decision.moment.stake_minor) == (None, 0)
    with closing(sqlite3.connect(data_directory / FILE)) as file:
        assert ANA.hex() not in "".join(file.iterdump())
    results = current(data_directory, currency="SEK")
    assert results is not None
    assert (results.standing.decisions, results.standing.overall.outcomes) == (0, 0)

    _, asked = ask(decider, {"moment": TOLD | {"asked_for_person": True}}, key=server_key)
    assert asked["action"] == "person_now", "what is owed stays owed"
    answer(Purpose.MEASUREMENT, granted=True)
    ask(decider, {"moment": TOLD}, key=server_key)
    (later,) = decisions(data_directory)
    assert (later.is_drawn, later.moment.customer) == (True, ANA.hex())


def test_what_was_counted_before_a_no_leaves_the_numbers_at_the_next_count(
    decider: Decider, server_key: str, data_directory: Path
) -> None:
    answer(Purpose.PERSONALISATION, granted=True)
    for _ in range(2):
        ask(decider, {"moment": TOLD}, key=server_key)
    answer(Purpose.MEASUREMENT, granted=False)
    ask(decider, {"moment": TOLD | {"customer": "k-2"}}, key=server_key)
    results = current(data_directory, currency="SEK")
    assert results is not None
    assert results.standing.decisions == 1, "somebody else's"
