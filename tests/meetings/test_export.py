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
from tillit.meetings.policy import Learning, Policy, Stakes
from tillit.meetings.policy_files import policy_text
from tillit.vocabulary import Errand, Stage

DAY = 86_400_000_000
EXACT = "customer t stage eligible_machine eligible_person p_machine p_person action outcome outcome_delay_days"


def write(log: DecisionLog, to: Path) -> Path:
    with to.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(table_rows(log.logged(), exponent=2))
    return to


def learning_log(folder: Path) -> tuple[DecisionLog, Policy]:
    log = DecisionLog.open(folder)
    text = policy_text(replace(DEFAULT, learning=Learning(Errand.CHOOSE, Stakes.LOW)), currency="SEK")
    return log, log.save_policy(text, at=AT, name="p", currency="SEK")


def test_a_log_is_evaluated_as_it_was_drawn(tmp_path: Path) -> None:
    """People solve 80 of 100, machines 50; repairs and requests for a person have no other side."""
    dice = random.Random(5)
    log, policy = learning_log(tmp_path)
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
    path = write(log, tmp_path / "decisions.csv")
    log.close()

    read = read_decisions(path).decisions
    assert len(read) == 1_200
    assert read.free.sum() == 1_000, "asked for a person: no machine was eligible; a repair: none was preferred"
    drawn = read.taken_propensity < 1
    assert drawn.sum() == 800
    assert np.all(read.taken_propensity[drawn] == 0.5)
    assert read.value is not None
    assert set(read.value) == {100.5}
    assert read.known_share is not None
    assert np.all(read.known_share[drawn] == 1.0), "of each month and side, every outcome is known"
    found = {effect.stage: effect for effect in evaluate(read).stages}
    naive = np.mean(solved[False]) - np.mean(solved[True])
    assert found["compare"].n == 800
    # Same decisions, half and half: the model can move the plain difference by no more than its own noise.
    assert found["compare"].person_minus_machine == pytest.approx(naive, abs=0.02)
    assert found["use"].person_minus_machine is None, "not asked"
    assert found["use"].grade == "–"


def test_outcomes_still_to_come_are_weighed_without_a_single_time(tmp_path: Path) -> None:
    """A machine's outcome is known after one to nine days, a person's after two to forty; the log is cut at 150 days.

    The estimate with every outcome known is the reference, and so is the one from exact times and delays.
    """
    dice = random.Random(11)
    log, policy = learning_log(tmp_path)
    rows = []
    for place in range(2_400):
        moment = Moment(f"c{place}", AT + place * DAY // 16, Errand.CHOOSE, stage=Stage.COMPARE)
        decision = decide(moment, policy, FREE, draw=dice.random(), decision_id=f"{dice.getrandbits(64):016x}")
        good = dice.random() < (0.5 if decision.is_machine else 0.7)
        took = dice.uniform(1, 9) if decision.is_machine else dice.uniform(2, 40)
        told = place / 16 + took < 150
        came = Outcome(decision.id, good=good, matured_at=moment.at + int(took * DAY))
        log.append([(decision, salt()), *([(came, salt())] if told else [])], at=AT)
        rows.append((f"c{place}", place / 16, decision, good, took, told))
    found = {"months": evaluate(read_decisions(write(log, tmp_path / "months.csv")).decisions)}
    log.close()
    for name, all_known in (("exact", False), ("everything", True)):
        path = tmp_path / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(EXACT.split())
            for customer, day, decision, good, took, told in rows:
                ended = (int(good), took) if told or all_known else ("", "")
                side = "machine" if decision.is_machine else "person"
                table.writerow((customer, day, "compare", 1, 1, 0.5, 0.5, side, *ended))
        found[name] = evaluate(read_decisions(path).decisions, as_of_days=150.0)
    effect = {name: one.overall for name, one in found.items()}
    assert found["months"].immature_share == found["exact"].immature_share > 0.05
    whole = effect["everything"].person_minus_machine
    assert whole is not None
    assert effect["everything"].high is not None
    error = (effect["everything"].high - whole) / 1.96
    assert effect["exact"].person_minus_machine == pytest.approx(whole, abs=error)
    assert effect["months"].person_minus_machine == pytest.approx(whole, abs=error)
    assert effect["months"].person_minus_machine == pytest.approx(effect["exact"].person_minus_machine, abs=error / 2)
