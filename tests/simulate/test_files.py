"""The planted parameters are found again in the exported files alone, read here with nothing but the csv module."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from datetime import datetime, timedelta
from math import sqrt
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tillit.simulate.company import Company
from tillit.simulate.truth import TRUTH
from tillit.simulate.way import DESKTOP, PHONE


def within(found: int, of: int, share: float) -> bool:
    """As in test_truth: 4.2 binomial standard errors."""
    assert of > 40, "too few to compare"
    return abs(found / of - share) <= 4.2 * sqrt(share * (1 - share) / of)


def rows(path: Path, delimiter: str, encoding: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def web(files: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (files / "webb-handelser.jsonl").read_text("utf-8").splitlines()]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("screen", [PHONE, DESKTOP])
def test_the_checkout_loses_people_on_phones(files: Path, screen: str) -> None:
    by_browser = defaultdict(list)
    for call in web(files):
        by_browser[call["anonymousId"]].append(call)
    started = paid = 0
    for calls in by_browser.values():
        for here, following in zip(calls, [*calls[1:], {}], strict=True):
            if here.get("event") == "Checkout Started" and here["properties"]["screen"] == screen:
                started += 1
                paid += following.get("event") == "Payment Info Entered"
    assert within(paid, started, TRUTH.transitions["checkout_started", screen]["payment_info_entered"])


@pytest.mark.parametrize("shop", ["Malmö", "Lund"])
def test_deliveries_from_one_shop_are_late(files: Path, shop: str) -> None:
    orders = {row["Order"]: row for row in rows(files / "webb-ordrar.csv", ",", "utf-8")}
    took = [
        moment(row["Levererad"]) - moment(row["Skickad"])
        for row in orders.values()
        if row["Lager"] == shop and row["Levererad"]
    ]
    assert within(sum(delivery > timedelta(days=4.5) for delivery in took), len(took), TRUTH.late_share[shop])


@pytest.mark.parametrize("shop", ["Malmö", "Lund"])
def test_one_shop_is_out_of_stock_more_often(files: Path, shop: str) -> None:
    till = rows(files / "kassa.csv", ";", "cp1252")
    visits = [row["Lagerstatus"] for row in till if row["Typ"] == "Besök" and row["Butik"] == shop]
    assert within(visits.count("slut"), len(visits), TRUTH.out_of_stock_share[shop])


def test_answers_by_mail_take_a_day_and_a_half_and_by_chat_minutes(files: Path) -> None:
    questions = [row for row in rows(files / "arenden.csv", ",", "utf-8") if row["Typ"] == "Fråga"]
    hours: dict[str, list[float]] = defaultdict(list)
    for row in questions:
        if row["Första svar"]:
            hours[row["Väg in"]].append((moment(row["Första svar"]) - moment(row["Skapad"])) / timedelta(hours=1))
    assert within(sum(row["Väg in"] == "E-post" for row in questions), len(questions), TRUTH.by_mail_share)
    assert 24 < median(hours["E-post"]) < 60
    assert median(hours["Chatt"]) < 0.25


def test_the_files_are_about_two_thousand_people(company: Company, files: Path) -> None:
    """Connected components over every identifier, by a plain union-find."""
    parent: dict[str, str] = {}

    def root(identifier: str) -> str:
        parent.setdefault(identifier, identifier)
        while parent[identifier] != identifier:
            identifier = parent[identifier]
        return identifier

    def join(*identifiers: str) -> None:
        present = [root(identifier) for identifier in identifiers if identifier]
        for other in present[1:]:
            parent[root(other)] = root(present[0])

    for call in web(files):
        join(call["anonymousId"], call["context"].get("traits", {}).get("email", ""))
    for row in rows(files / "webb-ordrar.csv", ",", "utf-8"):
        join(row["E-post"], row["Telefon"])
    for row in rows(files / "kassa.csv", ";", "cp1252"):
        join(row["E-post"], row["Medlem"])
    for row in rows(files / "arenden.csv", ",", "utf-8"):
        join(row["E-post"])
    for row in rows(files / "saljlogg.csv", ";", "utf-8-sig"):
        join(row["E-post"], row["Telefon"])
    assert len({root(identifier) for identifier in list(parent)}) == len(company.customers)


def test_the_till_writes_as_tills_do(files: Path) -> None:
    till = rows(files / "kassa.csv", ";", "cp1252")
    assert all(re.fullmatch(r"-?\d+,\d\d", row["Belopp"]) for row in till if row["Typ"] != "Besök")
    assert all(row["Belopp"].startswith("-") == (row["Typ"] == "Retur") for row in till if row["Typ"] != "Besök")


def test_every_order_is_exported_once_by_one_program(company: Company, files: Path) -> None:
    placed = {f"#{happening.order}" for happening in company.happenings if happening.activity == "order_completed"}
    on_the_web = {row["Order"] for row in rows(files / "webb-ordrar.csv", ",", "utf-8")}
    till = [row["Order"] for row in rows(files / "kassa.csv", ";", "cp1252") if row["Typ"] == "Köp"]
    assert len(till) == len(set(till))
    assert on_the_web | set(till) == placed
    assert not on_the_web & set(till)


def test_nobody_is_named(files: Path) -> None:
    """Staff are a role; addresses are of example.com; phone numbers are of the ranges kept for fiction."""
    text = "".join(
        path.read_bytes().decode("cp1252" if path.name == "kassa.csv" else "utf-8") for path in files.iterdir()
    )
    assert set(re.findall(r"[\w.]+@([\w.]+)", text)) == {"example.com"}
    phones = {row["Telefon"] for row in rows(files / "saljlogg.csv", ";", "utf-8-sig")} - {""}
    assert phones
    assert all(
        re.fullmatch(r"070-174 06 \d\d|031-390 06 \d\d|040-628 04 \d\d|08-465 004 \d\d", phone) for phone in phones
    )
    roles = {row["Roll"] for row in rows(files / "arenden.csv", ",", "utf-8")}
    assert roles <= {"Kundtjänst", "Butik"}
