"""Every door, opened by the owner: what it gives tells the effect of an employee no better than permuted names."""

from __future__ import annotations

import calendar
import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import msgspec
import numpy as np
import pytest
from django.test import Client

from tests.cli.test_import import tillit
from tests.web.redteam.attack import Seen, learned, p_value, shift_of
from tests.web.redteam.conftest import Installed
from tests.web.redteam.planted import FIRST_DAY, PLACES, Planted
from tillit.meetings.log import open_log
from tillit.readiness.backtest import Backtest
from tillit.readiness.model import Basis, Kind
from tillit.readiness.recipe import Want
from tillit.sentences import sentence
from tillit_web.meetings.results import refresh
from tillit_web.readiness.models import Judged

MONTHS = tuple(date(2026, month, 1) for month in range(1, 7))
BEHIND = "/journeys/behind/?of=goal"


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def p_of(seen: list[Seen], company: Planted) -> float:
    assert seen, "the door gave nothing, so nothing was attacked"
    return p_value([learned(seen, company)], [company.effect])


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def total(page: str) -> int:
    found = re.search(r'<h1 class="answer">([\d,]+) journey', page)
    assert found
    return int(found[1].replace(",", ""))


def exported(lines: str) -> Iterator[Seen]:
    """Every receipt of an export, in the finest cell that its line allows."""
    for line in lines.splitlines():
        event = json.loads(line)
        if event.get("amount_minor") is None:
            continue
        at = datetime.fromtimestamp(event["occurred_at"] / 1_000_000, UTC)
        day, amount, place = at.date(), event["amount_minor"] / 100, event.get("place")
        if "object" in event:  # told exactly
            yield Seen(day, day, place, shift_of(at), amount)
        else:
            yield Seen(day.replace(day=1), month_end(day), place if place in PLACES else None, None, amount)


def test_the_export_for_others_tells_nothing_and_the_complete_one_everything(installed: Installed) -> None:
    """The complete one is the same attack with the rule off; it is for moving, by whoever holds the server."""
    typed = ("export", "--data", str(installed.data), "--format", "jsonl")
    for_others, complete = tillit(*typed), tillit(*typed, "--all", "--because", "a test")
    assert len(for_others.stdout.splitlines()) == len(complete.stdout.splitlines()) == len(installed.company.rows)
    assert p_of(list(exported(complete.stdout)), installed.company) < 0.05
    assert p_of(list(exported(for_others.stdout)), installed.company) > 0.05
    receipts = {row["receipt"] for row in installed.company.rows if row["receipt"]}
    assert not any(receipt in for_others.stdout for receipt in receipts)


def test_files_for_others_are_no_finer(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> None:
    out = tmp_path_factory.mktemp("left") / "out"
    done = tillit("export", "--data", str(installed.data), "--out", str(out))
    assert done.returncode == 0, done.stderr
    [path] = out.glob("events-*.csv")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    sold = [row for row in rows if row["amount"]]
    assert {row["time"][8:19] for row in sold} == {"01T12:00:00"}
    assert {row["place"] for row in sold} == {"(together)"}
    assert {row["object"] for row in sold} == {""}


def listed(page: str) -> Iterator[Seen]:
    """The sales in a list of journeys, by the day or the month that stands there."""
    for when, amount in re.findall(r'class="case".*?<span class="soft">([^<·]+).*?<span>SEK\s?([\d.,]+)', page, re.S):
        for form in ("%d %b %Y", "%B %Y"):
            try:
                first = datetime.strptime(when.strip(), form).date()  # noqa: DTZ007 - a day
            except ValueError:
                continue
            yield Seen(first, first if "d" in form else month_end(first), None, None, float(amount.replace(",", "")))


def test_lists_of_journeys(planted_company: Planted, as_ana: Client) -> None:
    seen: list[Seen] = []
    whole = total(page := text_of(as_ana, BEHIND))
    while True:
        seen += listed(page)
        further = re.search(r'<a href="([^"]+)" rel="next"', page)
        if further is None:
            break
        page = text_of(as_ana, further[1])
    assert len(seen) > 0.9 * whole
    assert p_of(seen, planted_company) > 0.05


def test_journeys_shown_while_too_few_teach_who_is_near(planted_company: Planted, as_ana: Client) -> None:
    nothing = Backtest(Want.BUYS, 30, (), None, 4, Basis.NONE, Kind.LOGISTIC, None, None, None, (), None)
    refusal = sentence("There are no events.").to_json()
    found = msgspec.to_builtins(nothing)
    Judged.objects.create(
        want=Want.BUYS, horizon_days=30, judged_at=datetime.now(UTC), build="", found=found, refusal=refusal
    )
    seen = list(listed(text_of(as_ana, "/meetings/near/")))
    assert len(seen) > 10
    assert p_of(seen, planted_company) > 0.05


def test_overlapping_filters_by_day_and_place(planted_company: Planted, as_ana: Client) -> None:
    """A day, the days before it, and a place: each is widened, so that no difference of two is a shift."""
    counted = []
    for number in range(0, 40, 5):
        day = FIRST_DAY + timedelta(days=number)
        alone = total(text_of(as_ana, f"{BEHIND}&from={day}&to={day}"))
        before = total(text_of(as_ana, f"{BEHIND}&from={FIRST_DAY}&to={day}"))
        at_place = total(text_of(as_ana, f"{BEHIND}&from={day}&to={day}&place={PLACES[number % 3]}"))
        assert at_place == alone
        counted += [Seen(day, day, PLACES[number % 3], None, at_place), Seen(FIRST_DAY, day, None, None, before)]
    assert len({one.amount for one in counted}) <= 3, "two months, alone and together"
    assert p_of(counted, planted_company) > 0.05


def test_moments_of_ones_own_choice_are_refused(planted_company: Planted, as_ana: Client) -> None:
    noon = int(datetime(2026, 3, 3, 14, tzinfo=UTC).timestamp()) * 1_000_000
    for own in (
        f"of=goal&until={noon}",
        f"of=again&a=order_completed&at={noon}&days=7",
        f"of=stage&stage=use&since={noon}&until={noon * 2}",
        f"of=step&a=store_visited&b=order_completed&did=came&since={noon}",
        f"of=statement&a=order_completed&since={noon}&until={noon + 40 * 86_400_000_000}",
    ):
        page = text_of(as_ana, f"/journeys/behind/?{own}")
        assert "Open the list again from its number" in page, own


def test_timelines(planted_company: Planted, as_ana: Client) -> None:
    """Neither the hour nor the day nor the place of what happened in a shop; nor of the way to a sale there."""
    people = set(re.findall(r"/journeys/customer/(\w+)/", text_of(as_ana, BEHIND)))
    assert len(people) > 40
    for person in sorted(people)[:8]:
        page = text_of(as_ana, f"/journeys/customer/{person}/")
        whens = re.findall(r'class="event-when">([^<]+)<', page)
        assert whens
        assert all(re.fullmatch(r"[A-Z][a-z]+ 202[56]", when) for when in whens), whens
        assert not re.search(r"\b\d\d:\d\d\b", page)
        assert not any(place in page for place in PLACES)
        assert not re.search(r"\br\d{6}\b", page), "a receipt number is an order in time"


def test_statements_month_by_month(planted_company: Planted, as_ana: Client) -> None:
    seen = []
    for month in MONTHS:
        page = text_of(as_ana, f"/credit/statement.csv?month={month:%Y-%m}")
        rows = list(csv.reader(io.StringIO(page.lstrip("\ufeff"))))
        assert not any(place in row[0] for row in rows for place in PLACES)
        seen += [Seen(month, month_end(month), None, None, float(row[2])) for row in rows[1:2]]
    assert p_of(seen, planted_company) > 0.05


@pytest.mark.parametrize("by", ["place", "function", "channel", "campaign"])
def test_credit_told_apart_by_everything_and_filtered(planted_company: Planted, as_ana: Client, by: str) -> None:
    for place in PLACES:
        narrowed = "&from=2026-02-03&to=2026-02-03&channel=store"
        for page in ("/credit/", "/credit/without/"):
            shown = text_of(as_ana, f"{page}?by={by}{narrowed}&place={place}")
            assert "The period is widened to whole months" in shown
            assert not any(name in shown.replace(f"place={place}", "") for name in PLACES)


PAGES = (
    "/home/",
    "/journeys/",
    "/journeys/stages/?by=week",
    "/journeys/funnel/?step=store_visited&step=order_completed",
    "/journeys/paths/?anchor=store_visited",
    "/journeys/ways/",
    "/journeys/where-it-hurts/?by=place",
    "/journeys/where-it-hurts/table.csv?by=place",
    "/journeys/where-it-hurts/promises/",
    "/journeys/our-way/",
    "/journeys/find/",
    "/credit/statement/?month=2026-03",
)


@pytest.mark.parametrize("address", PAGES)
def test_no_page_names_a_small_place_or_a_week(planted_company: Planted, as_ana: Client, address: str) -> None:
    page = text_of(as_ana, address)
    assert not any(place in page for place in PLACES)
    if "stages" in address:
        days = re.findall(r"period from (\d+) [A-Z][a-z]{2}", page)
        assert days
        assert set(days) == {"1"}


def test_decisions_are_told_by_the_month(installed: Installed) -> None:
    """What was at stake where a person met the customer; from the log itself, with its times, the attack succeeds."""
    with open_log(installed.data) as log:
        moments = {one.decision.id: one.decision.moment for one in log.logged()}
    exact = {name: datetime.fromtimestamp(one.at / 1_000_000, UTC) for name, one in moments.items()}
    by_shift = [
        Seen(at.date(), at.date(), None, shift_of(at), moments[name].stake_minor / 100) for name, at in exact.items()
    ]
    assert p_of(by_shift, installed.company) < 0.05

    done = tillit("export-decisions", "--data", str(installed.data))
    assert done.returncode == 0, done.stderr
    written = done.stdout
    rows = list(csv.DictReader(io.StringIO(written)))
    assert len(rows) == len(exact)
    assert not re.search(r"\d\d:\d\d", written)
    months = [date.fromisoformat(row["month"]) for row in rows]
    by_month = [Seen(at, month_end(at), None, None, float(row["stake"])) for at, row in zip(months, rows, strict=True)]
    assert p_of(by_month, installed.company) > 0.05
    # The place in a month is no clue to the hour: rows stand in the order of ids that are drawn.
    january = [exact[row["decision"]].timestamp() for row in rows if row["month"] == "2026-01-01"]
    assert abs(np.corrcoef(np.arange(len(january)), january)[0, 1]) < 0.2


def test_the_pages_of_meetings_name_no_hour_beside_an_outcome(
    planted_company: Planted, as_ana: Client, data_directory: Path
) -> None:
    refresh(data_directory, currency="SEK", now=datetime.now(UTC))
    page = text_of(as_ana, "/meetings/")
    came = page[page.index('class="met"') : page.index("</table>")]
    assert "Ended well" in came
    assert not re.search(r"\d\d:\d\d", came)
    cases = text_of(as_ana, "/meetings/decisions/")
    assert cases.count('<span class="by ') == 50
    assert not re.search(r"\d\d:\d\d", cases)
