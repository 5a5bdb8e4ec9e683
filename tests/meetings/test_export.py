"""Log → CSV → evaluation: what was decided is what is evaluated."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.meetings.making import AT, DEFAULT
from tests.meetings.test_log import FREE, salt
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.read_decisions import read_decisions
from tillit.meetings.decide import decide
from tillit.meetings.export import COLUMNS, table_rows
from tillit.meetings.log import DecisionLog, Outcome
from tillit.meetings.moment import Moment
from tillit.meetings.policy import Learning, Stakes
from tillit.meetings.policy_files import policy_text
from tillit.vocabulary import Errand, Stage

DAY = 86_400_000_000


def test_a_log_is_evaluated_as_it_was_drawn(tmp_path: Path) -> None:
    """People solve 80 of 100, machines 50; repairs and requests for a person have no other side."""
    dice = random.Random(5)
    log = DecisionLog.open(tmp_path)
    text = policy_text(replace(DEFAULT, learning=Learning(Errand.CHOOSE, Stakes.LOW)), currency="SEK")
    policy = log.save_policy(text, at=AT, name="p", currency="SEK")
    solved: dict[bool, list[bool]] = {True: [], False: []}
    for place in range(1_200):
        moment = Moment(f"c{place}", AT + place * DAY // 20, Errand.CHOOSE, stage=Stage.COMPARE, stake_minor=10_050)
        if place % 6 == 0:
            moment = replace(moment, errand=Errand.REPAIR, stage=Stage.USE)
        elif place % 6 == 1:
            moment = replace(moment, asked_for_person=True)
        decision = decide(moment, policy, FREE, draw=dice.random(), decision_id=str(place))
        good = dice.random() < (0.5 if decision.is_machine else 0.8)
        if place % 6 > 1:
            solved[decision.is_machine].append(good)
        log.append([(decision, salt()), (Outcome(str(place), good=good, matured_at=moment.at + DAY), salt())], at=AT)
    path = tmp_path / "decisions.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(table_rows(log.logged(), exponent=2))
    log.close()

    read = read_decisions(path).decisions
    assert len(read) == 1_200
    assert read.free.sum() == 1_000, "asked for a person: no machine was eligible; a repair: none was preferred"
    drawn = read.taken_propensity < 1
    assert drawn.sum() == 800
    assert np.all(read.taken_propensity[drawn] == 0.5)
    assert read.value is not None
    assert set(read.value) == {100.5}
    assert read.delay_days is not None
    assert set(read.delay_days) == {1.0}
    found = {effect.stage: effect for effect in evaluate(read).stages}
    naive = np.mean(solved[False]) - np.mean(solved[True])
    assert found["compare"].n == 800
    # Same decisions, half and half: the model can move the plain difference by no more than its own noise.
    assert found["compare"].person_minus_machine == pytest.approx(naive, abs=0.02)
    assert found["use"].person_minus_machine is None, "not asked"
    assert found["use"].grade == "–"
