"""The demo's log of decisions, as the page Meetings shows it: estimates with the truth beside them."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from django.test import Client

from tillit.meetings.log import open_log
from tillit.simulate import company as simulated
from tillit_web.demo.decisions import bring_decisions_in
from tillit_web.demo.installation import SEED
from tillit_web.meetings.results import current
from tillit_web.meetings.truth import truths
from tillit_web.people.models import Company

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)


@pytest.fixture
def filled(company: Company, data_directory: Path) -> Path:
    company.is_simulated, company.currency = True, "SEK"
    company.save()
    made = simulated.simulate(np.random.default_rng(SEED))
    rng = np.random.default_rng([SEED, 1])
    bring_decisions_in(made, data_directory, rng, currency="SEK", now=NOW)
    return data_directory


def test_what_was_learnt_is_shown_with_the_truth_beside_it(filled: Path, as_cy: Client) -> None:
    found = current(filled, currency="SEK")
    assert found is not None
    truth = truths(filled)
    verdicts = {}
    for moment in found.standing.moments:
        assert moment.measured is not None, moment
        assert moment.measured.difference.low <= truth[moment.name] <= moment.measured.difference.high
        verdicts[moment.name] = moment.measured.verdict.value
    assert verdicts == {"order.medium": "person", "choose.medium": "machine"}
    page = html.unescape(re.sub(r"<[^>]+>", " ", as_cy.get("/meetings/").content.decode()))
    assert "This company is simulated, so the truth is known" in page
    assert "22.0" in page


def test_filling_it_again_changes_nothing(filled: Path) -> None:
    with open_log(filled) as log:
        position, versions = log.position(), log.newest_version()
    made = simulated.simulate(np.random.default_rng(SEED))
    bring_decisions_in(made, filled, np.random.default_rng([SEED, 1]), currency="SEK", now=NOW)
    with open_log(filled) as log:
        assert (log.position(), log.newest_version()) == (position, versions)
    assert versions == 3


def test_a_real_company_shows_no_truth(filled: Path, as_cy: Client) -> None:
    Company.objects.update(is_simulated=False)
    assert "in truth" not in as_cy.get("/meetings/").content.decode()
