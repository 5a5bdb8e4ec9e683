"""Where nobody drew, nothing is said to be the reason for anything: in English, Swedish and Norwegian."""

from __future__ import annotations

import re

import numpy as np
import pytest
from django.utils import translation

from tests.evaluation.test_immortal_time import each_once
from tests.evaluation.worlds import a_market
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.results import Evaluation
from tillit.simulate.meetings import World, stays
from tillit_cli.commands.evaluate import sentence_of, table
from tillit_web.ui.templatetags.tillit import said

CAUSES = {
    "en": r"\b(because|caused?|causes|thanks to|due to|owing to|leads? to|helps?|improves?)\b",
    "sv": r"\b(därför att|eftersom|på grund av|orsak\w*|tack vare|leder till|beror på|hjälper|förbättrar)\b",
    "nb": r"\b(fordi|på grunn av|årsak\w*|forårsak\w*|takket være|fører til|skyldes|hjelper|forbedrer)\b",
}


def without_draws() -> list[Evaluation]:
    return [
        evaluate(a_market(1, world=World.SELF_SELECTED).decisions),
        evaluate(a_market(1, customers=100, world=World.SELF_SELECTED).decisions),
        evaluate(each_once(stays(2000, np.random.default_rng(1)))),
    ]


@pytest.mark.parametrize("language", ["en", "sv", "nb"])
def test_no_cause_is_claimed_in_any_language(language: str) -> None:
    for found in without_draws():
        assert found.refusals
        with translation.override(language):
            lines = [said(refusal.reason) for refusal in found.refusals]
        assert ("nobody wrote down" in lines[0]) == (language == "en"), "translated"
        for line in lines:
            assert re.findall(CAUSES[language], line, re.IGNORECASE) == []


def test_the_terminal_gives_the_e_value_and_no_cause() -> None:
    found = without_draws()[0]
    words = sentence_of(found) + table(found)
    assert re.findall(CAUSES["en"], words, re.IGNORECASE) == []
    assert found.observed is not None
    assert f"{found.observed.e_value:.1f} times as often would explain all of that" in words
