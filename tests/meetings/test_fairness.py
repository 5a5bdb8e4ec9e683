"""The audit against a plain stratified difference, and against markets in which it is known who is treated how."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest

from tests.meetings.making import AT, DEFAULT
from tests.meetings.test_log import salt
from tillit.errors import LedgerError
from tillit.meetings.actions import ANYONE, Action
from tillit.meetings.decide import decide
from tillit.meetings.fairness import Audit, Gap, Measure, audit
from tillit.meetings.log import DecisionLog, Grouped, Logged, Outcome
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy_files import default_policy_text
from tillit.vocabulary import Errand


def a_log(
    seed: int, *, slower: float = 0.0, missing: float = 0.0, customers: int = 400
) -> tuple[list[Logged], dict[str, dict[str, str]]]:
    """Customers who speak Norwegian repair more often than the Swedish; nothing else differs, but for what is asked.

    Args:
        slower: Seconds by which people who speak Norwegian are slower to come.
        missing: Share of times at which none of them is at work.
    """
    dice = random.Random(seed)
    logged, groups = [], {}
    for place in range(customers):
        speaks = dice.choice(["sv", "nb"])
        for nth in range(3):
            errand = Errand.REPAIR if dice.random() < (0.6 if speaks == "nb" else 0.2) else Errand.CHOOSE
            asked = errand is Errand.CHOOSE and dice.random() < 0.4
            moment = Moment(f"c{place}", AT, errand, asked_for_person=asked)
            wait = 60.0 * dice.randrange(1, 6) + (slower if speaks == "nb" else 0.0)
            is_there = dice.random() >= 0.2 + (missing if speaks == "nb" else 0.0)
            desk = {ANYONE: Capacity(wait_seconds=wait)} if is_there else {}
            decision = decide(moment, DEFAULT, desk, draw=0.5, decision_id=f"{place}-{nth}")
            outcome = Outcome(decision.id, good=dice.random() < 0.5, matured_at=AT)
            logged.append(Logged(decision, None, outcome))
            groups[decision.id] = {"language": speaks}
    return logged, groups


def of(found: Audit, measure: Measure, value: str) -> Gap:
    return next(gap for gap in found.gaps if (gap.measure, gap.value) == (measure, value))


def by_hand(logged: list[Logged], groups: dict[str, dict[str, str]], value: str) -> float:
    """The weighted difference of stated waits, need by need."""
    needs: dict[object, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for one in logged:
        wait = one.decision.to_person.wait_seconds
        if not one.decision.is_machine and wait is not None:
            side = 0 if groups[one.decision.id]["language"] == value else 1
            need = (one.decision.moment.errand, one.decision.stakes, len(one.decision.guardrails) > 0)
            needs[need][side].append(wait / 60)
    weights = {need: len(a) * len(b) / (len(a) + len(b)) for need, (a, b) in needs.items() if a and b}
    gaps = {
        need: sum(needs[need][0]) / len(needs[need][0]) - sum(needs[need][1]) / len(needs[need][1]) for need in weights
    }
    return sum(weights[need] * gaps[need] for need in weights) / sum(weights.values())


def test_gaps_are_those_of_a_plain_loop_and_unequal_needs_are_no_alarm() -> None:
    logged, groups = a_log(1)
    found = audit(logged, groups)
    assert found.alarms == ()
    wait = of(found, Measure.WAIT, "nb")
    assert wait.gap == pytest.approx(by_hand(logged, groups, "nb"), abs=1e-9)
    person = of(found, Measure.PERSON, "nb")
    at_once = {
        speaks: [
            one.decision.action is Action.PERSON_NOW for one in logged if groups[one.decision.id]["language"] == speaks
        ]
        for speaks in ("sv", "nb")
    }
    raw = sum(at_once["nb"]) / len(at_once["nb"]) - sum(at_once["sv"]) / len(at_once["sv"])
    assert raw > 0.1, "they meet far more people, since they repair more"
    assert person.low < 0 < person.high, "and at equal need as many"


def test_longer_waits_of_a_group_are_found() -> None:
    found = audit(*a_log(2, slower=120.0))
    wait = of(found, Measure.WAIT, "nb")
    assert 0 < wait.low < 2.0 < wait.high, "two minutes longer, in truth"
    assert of(found, Measure.WAIT, "sv").gap == pytest.approx(-wait.gap)


def test_less_of_a_person_at_equal_need_is_an_alarm() -> None:
    found = audit(*a_log(3, missing=0.5))
    (alarm,) = found.alarms
    assert (alarm.name, alarm.value, alarm.measure) == ("language", "nb", Measure.PERSON)
    assert alarm.low > 0.05


def test_groups_of_nothing_raise_no_alarm() -> None:
    """40 worlds without any difference, 6 gaps each: all ranges of a world hold 0 in about 95 of 100 worlds."""
    misses = 0
    for seed in range(100, 140):
        found = audit(*a_log(seed, customers=120))
        misses += any(gap.low > 1e-9 or gap.high < -1e-9 for gap in found.gaps)
    assert misses <= 6, misses


def test_few_customers_are_cases_and_no_rate() -> None:
    logged, groups = a_log(4, missing=0.5, customers=40)
    found = audit(logged, groups)
    assert found.gaps == ()
    assert {name for name, _, _ in found.too_few} == {"language", "tenure"}


def test_groups_stand_beside_the_log_and_go_with_the_customer(tmp_path: Path) -> None:
    log = DecisionLog.open(tmp_path)
    log.save_policy(default_policy_text(), at=AT, name="p", currency="SEK")
    decision = decide(Moment("ana", AT, Errand.CHOOSE), DEFAULT, {}, draw=0, decision_id="d")
    log.append([(Grouped(decision, {"language": "sv", "country": "SE"}), salt())], at=AT)
    assert log.groups() == {"d": {"language": "sv", "country": "SE"}}
    assert next(log.logged()).decision == decision, "the decision itself says nothing of them"
    with pytest.raises(LedgerError, match="CHECK"):
        log.append(
            [
                (
                    Grouped(
                        decide(Moment("ana", AT, Errand.CHOOSE), DEFAULT, {}, draw=0, decision_id="e"),
                        {"religion": "x"},
                    ),
                    salt(),
                )
            ],
            at=AT,
        )
    log.erase_customer("ana", until=2**62, at=AT, salt=salt())
    assert log.groups() == {}
    log.close()
