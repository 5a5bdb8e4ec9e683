"""Reasons in Swedish and Norwegian: change what one names and another is said; every number in one is in the row."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace

import pytest
from django.utils import translation

from tests.meetings.making import DEFAULT, any_desk, any_moment, hostile_policy
from tests.meetings.test_reasons import UNDO, templates
from tillit.meetings.decide import Decision, decide
from tillit.meetings.policy import Policy
from tillit.meetings.reasons import customer_reason, staff_reason
from tillit.sentences import Sentence
from tillit.vocabulary import Errand
from tillit_web.ui.templatetags.tillit import said


def drawn(dice: random.Random) -> tuple[Decision, Policy]:
    hostile, moment = hostile_policy(dice), any_moment(dice)
    names = ("cells", "person_from_minor", "learning", "adds")
    policy = replace(DEFAULT, **{name: getattr(hostile, name) for name in names})
    policy = replace(policy, brand_errands=() if policy.learning else (dice.choice(list(Errand)),))
    return decide(moment, policy, any_desk(dice), draw=dice.random(), decision_id="d"), policy


def in_words(sentence: Sentence, language: str) -> str:
    with translation.override(language):
        return str(said(sentence))


@pytest.mark.parametrize("language", ["sv", "nb", "en"])
def test_another_input_is_another_reason_in_every_language(language: str) -> None:
    dice = random.Random(31)
    seen: Counter[str] = Counter()
    for _ in range(1_500):
        decision, policy = drawn(dice)
        for name in (name for name in templates(staff_reason(decision)) if name in UNDO):
            moment, other = UNDO[name](decision.moment, policy)
            without = decide(moment, other, decision.desk, draw=decision.draw, decision_id="d")
            for reason in (staff_reason, customer_reason):
                assert in_words(reason(decision), language) != in_words(reason(without), language), name
            assert without.guardrails != decision.guardrails
            seen[name] += 1
    assert seen.keys() == UNDO.keys()


@pytest.mark.parametrize("language", ["sv", "nb"])
def test_nothing_is_left_in_english_and_no_number_is_added(language: str) -> None:
    dice = random.Random(32)
    for _ in range(500):
        decision, _ = drawn(dice)
        for reason in (staff_reason(decision), customer_reason(decision)):
            spoken = in_words(reason, language)
            assert re.findall(r"\d+", spoken) == re.findall(r"\d+", str(reason))
            for part in reason.values.values():
                if isinstance(part, Sentence):
                    assert in_words(part, language) != str(part) or not re.search("[a-z]{4}", part.template), part
