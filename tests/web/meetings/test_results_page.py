"""The page Meetings at each size: useful from the first day, and no number before it can be told."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from tests.web.meetings.log_making import World, fill, follow, with_floors
from tillit.meetings.policy import Learning, Policy, Stakes
from tillit.vocabulary import Errand, Stage
from tillit_web.jobs.schedule import enqueue_due
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.meetings import results
from tillit_web.meetings.models import Reading
from tillit_web.people.models import Company, User

PAGE, CASES = "/meetings/", "/meetings/decisions/"
HELPS = World(adds={Errand.ORDER: 0.25})


def learning(policy: Policy) -> Policy:
    return replace(policy, learning=Learning(Errand.ORDER, Stakes.LOW))


def text(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_before_the_first_decision_it_says_what_will_be_here(as_bo: Client) -> None:
    shown = text(as_bo)
    assert "Nobody has asked yet who should meet a customer." in shown
    assert "/v1/decide" in shown


def test_at_20_customers_there_are_cases_and_no_rate(as_ana: Client, data_directory: Path) -> None:
    fill(data_directory, 20, HELPS)
    shown = text(as_ana)
    assert "Too few to tell how meetings end: 20 outcomes so far." in shown
    assert "of 100)" not in shown
    cases = text(as_ana, CASES + "?stage=decide")
    assert "20 decisions: Decide" in cases
    assert cases.count("The matrix says for ordering with low stakes: a machine.") == 20


def test_at_200_customers_there_are_counts_and_no_comparison(as_ana: Client, data_directory: Path) -> None:
    fill(data_directory, 200, HELPS)
    shown = text(as_ana)
    assert re.search(r"\d+ of 200 meetings ended well \(\d+ to \d+ of 100\)", shown)
    assert "nothing is drawn by lot" in shown
    assert "a person helps." not in shown
    assert "A person adds" not in shown
    assert "Where a person was asked for afterwards" in shown


def test_one_moment_that_was_chosen_is_compared(as_ana: Client, data_directory: Path) -> None:
    follow(data_directory, learning)
    fill(data_directory, 1500, HELPS)
    shown = text(as_ana)
    assert "“Ordering, low stakes”: a person helps." in shown
    assert "drawn by lot, 1,500 decisions" in shown
    assert "Stages are compared from 3,000 customers" in shown
    assert "One more hour of a person would bring about" in shown
    assert "as measured" in shown


def test_from_3000_customers_on_stages_are_compared_and_opened(as_ana: Client, data_directory: Path) -> None:
    follow(data_directory, lambda policy: with_floors(learning(policy)))
    visits = ((Errand.ORDER, Stage.DECIDE), (Errand.LOOK_UP, Stage.EXPLORE))
    fill(data_directory, 8000, HELPS, visits=visits)
    assert "The decisions are being counted." in text(as_ana), "too long a log for a page's time"
    enqueue_due()
    do_waiting_jobs()
    answer = as_ana.get(PAGE).content.decode()
    assert "Had we met everyone by a machine, or by a person" in answer
    assert answer.count('<circle class="person"') >= 3
    assert f'href="{CASES}?stage=decide"' in answer
    assert "Of the latest 5,000 decisions" in text(as_ana, CASES)


def test_the_truth_of_a_simulated_company_stands_beside_its_estimate(as_ana: Client, data_directory: Path) -> None:
    follow(data_directory, learning)
    fill(data_directory, 1200, HELPS)
    (data_directory / "meetings-truth.json").write_text(json.dumps({"order.low": 0.25}))
    assert "in truth" not in text(as_ana), "only of a company that says it is simulated"
    Company.objects.update(is_simulated=True)
    shown = text(as_ana)
    assert "in truth" in shown
    assert "25.0" in shown


def test_a_log_is_counted_once_for_each_position(as_ana: Client, data_directory: Path, company: Company) -> None:
    fill(data_directory, 50, HELPS)
    first = results.current(data_directory, currency="SEK")
    assert results.current(data_directory, currency="SEK") is first
    fill(data_directory, 1, HELPS, seed=2)
    second = results.current(data_directory, currency="SEK")
    assert second is not first
    assert second is not None
    assert second.standing.decisions == 51


def test_a_reading_survives_the_process(as_ana: Client, data_directory: Path, company: Company) -> None:
    follow(data_directory, learning)
    fill(data_directory, 600, HELPS)
    counted = results.current(data_directory, currency="SEK")
    assert counted is not None
    enqueue_due()
    do_waiting_jobs()
    row = Reading.objects.get()
    assert results.from_row(row).standing == counted.standing
    assert row.position == 1200


@pytest.mark.parametrize(
    ("query", "count"), [("?met=machine", 40), ("?met=person", 0), ("?moment=order.low", 40), ("?stage=none", 0)]
)
def test_cases_are_filtered(as_ana: Client, data_directory: Path, query: str, count: int) -> None:
    fill(data_directory, 40, HELPS)
    answer = as_ana.get(CASES + query)
    assert answer.context["total"] == count


def test_cases_tell_no_hour(as_ana: Client, data_directory: Path) -> None:
    fill(data_directory, 30, HELPS, days=3)
    answer = as_ana.get(CASES)
    ids = [case.id for case in answer.context["rows"]]
    by_month: dict[int, list[str]] = {}
    for case in answer.context["rows"]:
        by_month.setdefault(case.month, []).append(case.id)
    assert ids == [one for month in sorted(by_month, reverse=True) for one in sorted(by_month[month])]
    assert not re.search(r"\d\d:\d\d", text(as_ana, CASES))


@pytest.mark.parametrize(("language", "said"), [("sv", "Ingen har frågat än"), ("nb", "Ingen har spurt ennå")])
def test_it_speaks_the_readers_language(as_ana: Client, ana: User, language: str, said: str) -> None:
    ana.language = language
    ana.save()
    as_ana.cookies["django_language"] = language
    assert said in text(as_ana)
