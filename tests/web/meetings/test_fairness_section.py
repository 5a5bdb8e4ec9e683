"""The section on fairness: an alarm first, honest where too few, and what a person adds group by group."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from tests.meetings.making import DEFAULT
from tests.meetings.test_fairness import a_log
from tests.web.meetings.log_making import DAY, FREE, follow, salts
from tests.web.meetings.test_results_page import text
from tillit.evaluation.by_group import group_effects
from tillit.evaluation.log_table import log_table
from tillit.meetings.decide import decide
from tillit.meetings.fairness import KNOWN, NEW, TENURE
from tillit.meetings.log import Grouped, Logged, Outcome, open_log
from tillit.meetings.moment import Moment
from tillit.meetings.policy import Learning, Stakes
from tillit.vocabulary import Errand, Stage
from tillit_web.meetings import results
from tillit_web.meetings.fairness import effects_by_group

PAGE = "/meetings/"


def keep_log(directory: Path, logged: list[Logged], groups: dict[str, dict[str, str]]) -> None:
    version = follow(directory, lambda policy: replace(policy, known_for="all alike")).version
    salt = salts()
    at = time.time_ns() // 1000 - DAY
    with open_log(directory) as log:
        for one in logged:
            moment = replace(one.decision.moment, at=at)
            decision = replace(one.decision, moment=moment, policy_version=version)
            entries = [(Grouped(decision, groups.get(decision.id, {})), next(salt))]
            log.append(entries, at=at)
            assert one.outcome is not None
            log.append([(replace(one.outcome, matured_at=at), next(salt))], at=at)
    results.refresh(directory, currency="SEK", now=timezone.now())


def test_a_group_that_is_served_worse_is_the_first_thing_said(as_ana: Client, data_directory: Path) -> None:
    keep_log(data_directory, *a_log(1, missing=0.5, customers=200))
    shown = text(as_ana, PAGE)
    assert "A person is harder to get for “Language: nb”" in shown
    assert "of 100 meet one at once, of others with the same needs" in shown
    assert "Loyalty never costs" in shown
    assert "not enough: 0 of 300 customers who were drawn by lot" in shown


def test_few_are_too_few_and_nobody_is_nobody(as_ana: Client, data_directory: Path) -> None:
    assert "Are all met alike?" not in text(as_ana, PAGE)
    keep_log(data_directory, *a_log(2, customers=20))
    shown = text(as_ana, PAGE)
    assert "Too few to tell whether groups are met alike: 30 customers of a group are needed" in shown
    assert "Language: nb:" in shown


def test_the_effect_in_each_group_is_its_own() -> None:
    """People help who speak Norwegian by 20 of 100, and others not at all; the plain difference is the reference."""
    dice = random.Random(9)
    policy = replace(DEFAULT, learning=Learning(Errand.CHOOSE, Stakes.LOW))
    rows, at, groups = [], [], []
    for place in range(3_000):
        speaks = dice.choice(["sv", "nb", "nb"])
        when = 1_800_000_000_000_000 + dice.randrange(10**12)  # not in order of time
        moment = Moment(f"c{place}", when, Errand.CHOOSE, stage=Stage.COMPARE, is_known_customer=place % 2 == 0)
        one = decide(moment, policy, FREE, draw=dice.random(), decision_id=str(place))
        good = dice.random() < 0.45 + 0.2 * (speaks == "nb" and not one.is_machine)
        rows.append(Logged(one, None, Outcome(one.id, good=good, matured_at=when)))
        at.append(when)
        groups.append({"language": speaks} if place % 100 else {"language": speaks, "region": "north"})
    table = log_table(rows, exponent=2)
    as_of = float(table.decisions.at_days.max()) + 30
    found = {(one.name, one.value): one for one in effects_by_group(table, at, groups, as_of_days=as_of)}
    assert set(found) == {("language", "nb"), ("language", "sv"), ("region", "north"), (TENURE, KNOWN), (TENURE, NEW)}
    assert found["region", "north"].effect is None, "30 customers are a count"
    for value, truth in (("nb", 0.2), ("sv", 0.0)):
        said: dict[bool, list[bool]] = {True: [], False: []}
        for row, group in zip(rows, groups, strict=True):
            if group["language"] == value and row.outcome is not None:
                said[row.decision.is_machine].append(row.outcome.good)
        effect = found["language", value].effect
        assert effect is not None
        assert effect.value == pytest.approx(float(np.mean(said[False]) - np.mean(said[True])), abs=0.01)
        assert effect.low <= truth <= effect.high
        assert found["language", value].customers == len(said[True]) + len(said[False])
    assert group_effects(table, {}, as_of_days=as_of) == ()
