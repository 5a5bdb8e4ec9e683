"""What Home says of meetings: what was counted last, with its range, and never a count of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.web.meetings.log_making import World, fill, follow
from tests.web.meetings.test_results_page import HELPS, learning, text
from tillit_web.jobs.schedule import enqueue_due
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.meetings.models import Reading
from tillit_web.people.models import Company, User

HOME = "/home/"


def count_as_a_job() -> None:
    enqueue_due()
    do_waiting_jobs()


def test_before_the_first_decision_it_leads_to_meetings(as_bo: Client) -> None:
    shown = as_bo.get(HOME).content.decode()
    assert "Nobody has asked yet who should meet a customer." in shown
    assert 'href="/meetings/"' in shown


def test_home_counts_nothing_itself(as_ana: Client, data_directory: Path, company: Company) -> None:
    fill(data_directory, 200, HELPS)
    assert "The decisions are being counted." in text(as_ana, HOME)
    assert not Reading.objects.exists()
    count_as_a_job()
    shown = text(as_ana, HOME)
    assert "200 decisions so far. Nothing is being compared yet: the table decides who meets whom." in shown
    assert re.search(r"\d+% ended well \(\d+ to \d+ of 100\)", shown)
    fill(data_directory, 1, HELPS, seed=2)
    assert "200 decisions so far" in text(as_ana, HOME), "as counted last"


def test_a_comparison_stands_with_its_number_and_range(as_ana: Client, data_directory: Path, company: Company) -> None:
    follow(data_directory, learning)
    fill(data_directory, 1500, HELPS)
    page = text(as_ana, "/meetings/")  # which counts a log of this size
    shown = text(as_ana, HOME)
    (answer,) = re.findall(r"“Ordering, low stakes”: a person helps\. .*? decisions\)\.", shown)
    assert answer in page
    more, low, high = re.findall(r"(\d+) more of 100 .*?\((\d+) to (\d+);", answer)[0]
    assert f"{more} of 100: what a person adds ({low} to {high})" in shown


def test_a_few_meetings_have_no_rate(as_ana: Client, data_directory: Path, company: Company) -> None:
    fill(data_directory, 20, World())
    count_as_a_job()
    shown = text(as_ana, HOME)
    assert "20 decisions so far." in shown
    assert "ended well" not in shown


@pytest.mark.parametrize("language", ["sv", "nb"])
def test_it_speaks_the_readers_language(
    as_ana: Client, ana: User, data_directory: Path, company: Company, language: str
) -> None:
    fill(data_directory, 60, HELPS)
    count_as_a_job()
    ana.language = language
    ana.save()
    as_ana.cookies["django_language"] = language
    shown = text(as_ana, HOME)
    assert {"sv": "60 beslut hittills.", "nb": "60 beslutninger så langt."}[language] in shown
