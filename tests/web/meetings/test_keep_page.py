"""Keeping customers on the first table: only where it could show something, on and off with one click."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

from django.test import Client
from django.utils import timezone

from tests.web.meetings.log_making import World, fill, follow
from tests.web.meetings.test_learn_page import PAGE, TRYING, in_force
from tests.web.meetings.test_results_page import text
from tillit.vocabulary import Errand, Stage
from tillit_web.meetings import results

STAGE = {"stage": "decide"}


def later(hours: int) -> datetime:
    """So that a reading may follow another."""
    return timezone.now() + timedelta(hours=hours)


def test_few_customers_keep_nobody(as_ana: Client, data_directory: Path) -> None:
    fill(data_directory, 200, World(), until=time.time_ns() // 1000)
    shown = text(as_ana, PAGE)
    assert "Nowhere do enough customers come: it takes some four thousand" in shown
    refused = as_ana.post(PAGE, STAGE | {"do": "keep"})
    assert refused.status_code == 422
    assert in_force(data_directory).kept is None


def test_where_enough_come_some_are_kept_and_let_go(as_ana: Client, data_directory: Path) -> None:
    first = in_force(data_directory)
    follow(data_directory, lambda policy: policy)
    fill(data_directory, 4_700, World(), days=90, until=time.time_ns() // 1000)
    results.refresh(data_directory, currency="SEK", now=later(0))
    shown = text(as_ana, PAGE)
    assert "4,700 customers in half a year: a difference of" in shown
    assert as_ana.post(PAGE, STAGE | {"do": "keep"}).status_code == 302
    kept = in_force(data_directory).kept
    assert kept is not None
    assert (kept.stages, kept.cells) == (frozenset({Stage.DECIDE}), first.cells)
    assert "Decides" in text(as_ana, TRYING) or "Decide" in text(as_ana, TRYING)
    fill(data_directory, 400, World(adds={Errand.ORDER: 0.1}), seed=2, until=time.time_ns() // 1000, days=1)
    results.refresh(data_directory, currency="SEK", now=later(1))
    assert "too few to tell" in text(as_ana, "/meetings/")
    as_ana.post(PAGE, STAGE | {"do": "let_go"})
    assert in_force(data_directory).kept is None
