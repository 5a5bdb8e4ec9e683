"""Learn: nothing is drawn without a prospect of an answer, one moment at a time, and it stops with one click."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.meetings.log_making import World, fill, follow
from tests.web.meetings.test_results_page import text
from tillit.evaluation.plan import plan
from tillit.meetings.log import open_log
from tillit.meetings.policy import Learning, Policy, Stakes, Way
from tillit.vocabulary import Errand, Stage
from tillit_web.meetings import results
from tillit_web.meetings.queries import policy

PAGE = "/meetings/learn/"
TRYING = "/meetings/trying/"
ORDER = {"moment": "order.low"}
EVEN = World()
NOW_SECONDS = 86_400.0


def in_force(directory: Path) -> Policy:
    return policy(directory, currency="SEK")


def newest(directory: Path) -> int:
    return time.time_ns() // 1000


def test_a_moment_with_a_prospect_is_started_and_stopped(as_ana: Client, data_directory: Path) -> None:
    fill(data_directory, 400, EVEN, days=27, until=newest(data_directory))
    shown = text(as_ana, PAGE + "?moment=order.low")
    assert "Whether a person helps at “Ordering, low stakes” can be known in about 8 weeks" in shown
    assert "about 50 more meetings a week, 8.3 hours" in shown
    before = in_force(data_directory)
    assert as_ana.post(PAGE, ORDER | {"do": "start"}).status_code == 302
    started = in_force(data_directory)
    assert started.learning == Learning(Errand.ORDER, Stakes.LOW, 0.5)
    assert replace(started, version=before.version, learning=None) == before, "nothing else has changed"
    assert "is being learned about: 0 of about" in text(as_ana, PAGE)
    fill(data_directory, 40, EVEN, seed=2, until=newest(data_directory))
    with open_log(data_directory) as log:
        drawn = [one.decision for one in log.logged() if one.decision.is_drawn]
    assert len(drawn) == 40
    assert 5 < sum(one.is_machine for one in drawn) < 35
    as_ana.post(PAGE, {"do": "stop"})
    assert in_force(data_directory).learning is None


def test_a_large_log_is_counted_by_the_job_and_never_by_a_page(as_ana: Client, data_directory: Path) -> None:
    fill(data_directory, 2_600, EVEN, days=27, until=newest(data_directory))
    assert "The decisions are being counted." in text(as_ana, PAGE)
    assert as_ana.post(PAGE, ORDER | {"do": "start"}).status_code == 422, "nobody knows the pace"
    results.refresh(data_directory, currency="SEK", now=timezone.now())
    assert "650 a week could go either way" in text(as_ana, PAGE)
    fill(data_directory, 400, EVEN, seed=2, days=20, until=newest(data_directory))
    shown = text(as_ana, PAGE)
    assert "650 a week could go either way" in shown
    assert "2,600 decisions, as of" in shown
    results.refresh(data_directory, currency="SEK", now=timezone.now() + timedelta(hours=1))
    assert "750 a week could go either way" in text(as_ana, PAGE)
    assert as_ana.post(PAGE, ORDER | {"do": "start"}).status_code == 302


@pytest.mark.parametrize("customers", [0, 20, 80])
def test_few_customers_start_nothing(as_ana: Client, data_directory: Path, customers: int) -> None:
    """80 in four weeks: 20 a week, and half a year of them is 520 of about 780."""
    fill(data_directory, customers, EVEN, days=27, until=newest(data_directory))
    shown = text(as_ana, PAGE + "?moment=order.low")
    assert "nothing should be drawn" in shown or "Nobody who could be met either way" in shown
    assert "Start to learn" not in shown
    refused = as_ana.post(PAGE, ORDER | {"do": "start"})
    assert refused.status_code == 422
    assert "Nothing is drawn without a prospect of an answer." in refused.content.decode()
    assert in_force(data_directory).learning is None
    for errand in Errand:
        as_ana.post(PAGE, {"moment": f"{errand}.low", "do": "watch"})
    assert in_force(data_directory).floors == frozenset()


def test_the_number_is_that_of_the_plan(as_ana: Client, data_directory: Path) -> None:
    fill(data_directory, 400, World(machine=0.7), days=27, until=newest(data_directory))
    page = as_ana.get(PAGE + "?moment=order.low").context["page"]
    assert page.found.is_base_measured
    assert page.found.weekly == 100
    assert page.found.plan == plan(page.found.base, 0.1, weekly=100)
    assert abs(page.found.base - 0.7) < 0.07


@pytest.mark.parametrize(
    ("moment", "said"),
    [("repair.low", "a machine may not be tried there"), ("order.high", "a machine may not be tried there")],
)
def test_where_a_person_is_due_no_machine_is_tried(
    as_ana: Client, data_directory: Path, moment: str, said: str
) -> None:
    visits = ((Errand.REPAIR, Stage.USE), (Errand.ORDER, Stage.DECIDE))
    fill(data_directory, 1600, EVEN, days=27, until=newest(data_directory), visits=visits, stake_minor=900_000)
    fill(data_directory, 800, EVEN, seed=2, days=27, until=newest(data_directory), visits=visits[:1])
    assert said in text(as_ana, f"{PAGE}?moment={moment}")
    assert as_ana.post(PAGE, {"moment": moment, "do": "start"}).status_code == 422
    assert in_force(data_directory).learning is None


def test_an_errand_of_the_brand_is_not_learned_about(as_ana: Client, data_directory: Path) -> None:
    follow(data_directory, lambda one: replace(one, brand_errands=(Errand.ORDER,)))
    fill(data_directory, 800, EVEN, days=27, until=newest(data_directory), visits=((Errand.RENEW, Stage.STAY),))
    assert "A person is due there whatever the numbers say" in text(as_ana, PAGE + "?moment=order.low")
    assert as_ana.post(PAGE, ORDER | {"do": "start"}).status_code == 422


def test_one_moment_at_a_time(as_ana: Client, data_directory: Path) -> None:
    follow(data_directory, lambda one: replace(one, learning=Learning(Errand.CHOOSE, Stakes.LOW)))
    fill(data_directory, 400, EVEN, days=27, until=newest(data_directory))
    assert as_ana.post(PAGE, ORDER | {"do": "start"}).status_code == 422
    assert in_force(data_directory).learning == Learning(Errand.CHOOSE, Stakes.LOW)


def test_a_specialist_starts_nothing(as_bo: Client, data_directory: Path) -> None:
    fill(data_directory, 400, EVEN, days=27, until=newest(data_directory))
    assert "Start to learn" not in text(as_bo, PAGE)
    as_bo.post(PAGE, ORDER | {"do": "start"})
    assert in_force(data_directory).learning is None


def test_floors_need_enough_customers(as_ana: Client, data_directory: Path) -> None:
    """At 5 of 100 drawn the other way, ten in a hundred takes about 4,000 decisions: 160 a week."""
    fill(data_directory, 400, EVEN, days=27, until=newest(data_directory))
    as_ana.post(PAGE, ORDER | {"do": "watch"})
    assert in_force(data_directory).floors == frozenset()
    fill(data_directory, 800, EVEN, seed=2, days=27, until=newest(data_directory))
    as_ana.post(PAGE, ORDER | {"do": "watch"})
    watched = in_force(data_directory)
    assert watched.floors == {(Errand.ORDER, Stakes.LOW)}
    assert watched.person_share((Errand.ORDER, Stakes.LOW), may_vary=True) == 0.05
    assert "is watched" in text(as_ana, PAGE)
    as_ana.post(PAGE, ORDER | {"do": "unwatch"})
    assert in_force(data_directory).floors == frozenset()


def test_the_public_page_says_what_is_tried(client: Client, as_ana: Client, data_directory: Path) -> None:
    assert "Exempelbutiken is trying nothing out right now." in text(client, TRYING)
    follow(
        data_directory,
        lambda one: replace(
            one,
            learning=Learning(Errand.ORDER, Stakes.LOW),
            floors=frozenset({(Errand.CHOOSE, Stakes.MEDIUM)}),
            cells={**one.cells, (Errand.CHOOSE, Stakes.MEDIUM): Way.PERSON_NEAR},
        ),
    )
    shown = text(client, TRYING)
    assert "Exempelbutiken is trying something out." in shown
    assert "ordering, below SEK 500" in shown
    assert "choosing, from SEK 500 to below SEK 5,000" in shown
    assert "do not vary my service" in shown
    follow(data_directory, lambda one: replace(one, learning=None, floors=frozenset()))
    assert "is trying nothing out right now" in text(client, TRYING)
