"""“Do not vary my service”: said on the customer's own page, it holds at the next decision."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.web.meetings.asking import ask
from tests.web.meetings.test_consent import ANA, TOLD, decisions
from tillit.meetings.policy import Learning, Stakes
from tillit.vocabulary import Errand, Purpose
from tillit_web.meetings.actions import follow
from tillit_web.meetings.app import Decider
from tillit_web.meetings.queries import policy
from tillit_web.people.actions import record_consent
from tillit_web.people.choices import choices_of
from tillit_web.people.consents import How


def answer(purpose: Purpose, *, granted: bool) -> None:
    record_consent([ANA], purpose, granted=granted, how=How.OWN_PAGE, where="/me/", wording="1")


@pytest.fixture
def learning(decider: Decider, data_directory: Path) -> None:
    """The shop learns about choosing, half and half."""
    now = policy(data_directory, currency="SEK")
    follow(data_directory, replace(now, learning=Learning(Errand.CHOOSE, Stakes.LOW)), currency="SEK")


@pytest.mark.usefixtures("learning")
def test_a_no_is_met_by_the_table_at_once(decider: Decider, server_key: str, data_directory: Path) -> None:
    answer(Purpose.PERSONALISATION, granted=True)
    for granted in (None, False, True):
        if granted is not None:
            answer(Purpose.VARIATION, granted=granted)
        assert ask(decider, {"moment": TOLD}, key=server_key)[0] == 200
    drawn, steady, again = decisions(data_directory)
    assert [one.is_drawn for one in (drawn, steady, again)] == [True, False, True]
    assert (steady.is_machine, {option.propensity for option in steady.options}) == (True, {0.0, 1.0})
    assert steady.moment.customer == ANA.hex(), "what they have done may still be used"
    assert not steady.moment.may_vary


@pytest.mark.usefixtures("learning")
def test_a_no_to_lots_is_no_yes_to_history(decider: Decider, server_key: str, data_directory: Path) -> None:
    for granted in (False, True):
        answer(Purpose.VARIATION, granted=granted)
        ask(decider, {"moment": TOLD}, key=server_key)
    assert [one.is_drawn for one in decisions(data_directory)] == [False, False]
    assert all(one.consent_row is None for one in decisions(data_directory))


def test_it_stands_among_the_customers_choices(transactional_db: None, data_directory: Path) -> None:
    def allowed() -> bool:
        (one,) = (each for each in choices_of([ANA], "en") if each.purpose is Purpose.VARIATION)
        assert "a lot may decide" in one.words.text
        return one.is_allowed

    assert allowed()
    answer(Purpose.VARIATION, granted=False)
    assert not allowed()
