"""What was learned is followed by a person, on a page that shows before and after, and goes back with one click."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from django.test import Client

from tests.web.meetings.log_making import World, fill, follow
from tests.web.meetings.test_results_page import text
from tillit.meetings.policy import Learning, Policy, Stakes, Way
from tillit.vocabulary import Errand
from tillit_web.meetings.queries import policy

PAGE = "/meetings/learn/"
ADOPT = {"do": "adopt", "moment": "order.low"}
ORDER = (Errand.ORDER, Stakes.LOW)
HELPS = World(adds={Errand.ORDER: 0.25}, complaints=0.0, asked_afterwards=0.1)


def learning(one: Policy) -> Policy:
    return replace(one, learning=Learning(*ORDER))


def in_force(directory: Path) -> Policy:
    return policy(directory, currency="SEK")


def test_it_is_shown_followed_and_undone(as_ana: Client, data_directory: Path) -> None:
    before = follow(data_directory, learning)
    fill(data_directory, 1500, HELPS, stake_minor=40_000)
    shown = text(as_ana, PAGE)
    assert "What was learned: “Ordering, low stakes”" in shown
    assert "The table says a machine offer a person" in shown
    assert "Follow what was learned" in shown
    assert as_ana.post(PAGE, ADOPT).status_code == 302
    after = in_force(data_directory)
    assert (after.cells[ORDER], after.learning) == (Way.OFFER, None)
    assert 0.1 < after.adds[ORDER] < 0.4
    assert "Follow what was learned" not in text(as_ana, PAGE), "the table says so already"
    as_ana.post("/meetings/who/", {"do": "back"})
    assert replace(in_force(data_directory), version=before.version) == before


def test_more_complaints_hold_it_back(as_ana: Client, data_directory: Path) -> None:
    before = follow(data_directory, learning)
    fill(data_directory, 1200, replace(HELPS, complaints=0.1), seed=7, stake_minor=40_000)
    shown = text(as_ana, PAGE)
    assert "It is not known yet that no more than 1 more of 100 would complain." in shown
    assert "Follow what was learned" not in shown
    refused = as_ana.post(PAGE, ADOPT)
    assert refused.status_code == 422
    assert "does not speak for this change, or not yet" in refused.content.decode()
    assert in_force(data_directory) == before


def test_what_was_not_shown_is_not_followed(as_ana: Client, as_bo: Client, data_directory: Path) -> None:
    before = follow(data_directory, learning)
    fill(data_directory, 200, HELPS)
    assert "What was learned" not in text(as_ana, PAGE)
    assert as_ana.post(PAGE, ADOPT).status_code == 422
    fill(data_directory, 1300, HELPS, seed=2)
    assert as_ana.post(PAGE, ADOPT | {"moment": "choose.low"}).status_code == 422
    as_bo.post(PAGE, ADOPT)
    assert in_force(data_directory) == before


def test_what_costs_more_than_it_brings_is_not_followed(as_ana: Client, data_directory: Path) -> None:
    """A person costs 80 kronor and adds about 0.25 of 100."""
    before = follow(data_directory, learning)
    fill(data_directory, 1500, HELPS, stake_minor=10_000)
    assert "a person adds less than they cost" in text(as_ana, PAGE)
    assert as_ana.post(PAGE, ADOPT).status_code == 422
    assert in_force(data_directory) == before
