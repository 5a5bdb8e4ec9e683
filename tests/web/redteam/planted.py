"""A company of eight whose schedule is known, where each sells more or less than the others by a known amount."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tillit.meetings.actions import ANYONE
from tillit.meetings.decide import decide
from tillit.meetings.log import Entry, Outcome, open_log
from tillit.meetings.moment import Capacity, Moment
from tillit.vocabulary import Errand
from tillit_web.meetings.queries import policy

PLACES = ("Malmö", "Lund", "Visby")
EMPLOYEES = 8
HOME = (0, 0, 0, 0, 1, 1, 1, 2)  # where each works when nobody is ill; on a fifth of their shifts they help elsewhere
FIRST_DAY = date(2026, 1, 1)
DAYS = 181  # six whole months
SHIFTS = ((10, 14), (14, 18))  # hours UTC
CUSTOMERS_A_SHIFT = 3.0

MAPPING = """
source = "till"
timezone = "UTC"
currency = "SEK"
decimal = "."
identifiers = {customer = "customer"}
[[event]]
activity = {column = "activity"}
time = "at"
channel = {column = "channel"}
place = {column = "place"}
amount = "amount"
object = "receipt"
"""


@dataclass(frozen=True, slots=True)
class Planted:
    """What truly happened.

    Attributes:
        at_work: Shape (days, shifts, places, employees); who was there, as the attacker knows it.
        effect: Shape (employees,); by how much each one's customers spend more, as a log ratio.
        rows: Events as the till and the web shop write them.
    """

    at_work: NDArray[np.bool_]
    effect: NDArray[np.float64]
    rows: tuple[dict[str, str], ...]


def planted(seed: int) -> Planted:
    """The company, the same for the same seed."""
    chance = np.random.default_rng(seed)
    at_work = np.zeros((DAYS, len(SHIFTS), len(PLACES), EMPLOYEES), np.bool_)
    works = chance.random((DAYS, len(SHIFTS), EMPLOYEES)) < 0.5
    elsewhere = np.where(chance.random(works.shape) < 0.2, chance.integers(0, len(PLACES), works.shape), HOME)
    for day, shift, one in np.argwhere(works):
        at_work[day, shift, elsewhere[day, shift, one], one] = True
    effect = chance.permutation(np.linspace(-0.3, 0.3, EMPLOYEES))
    rows: list[dict[str, str]] = []
    for day, shift, place in np.argwhere(at_work.any(axis=3)):
        there = np.flatnonzero(at_work[day, shift, place])
        for _ in range(chance.poisson(CUSTOMERS_A_SHIFT)):
            _visit(rows, chance, int(day), int(shift), PLACES[place], effect[chance.choice(there)])
    return Planted(at_work, effect, tuple(sorted(rows, key=lambda row: row["at"])))


def _visit(
    rows: list[dict[str, str]], chance: np.random.Generator, day: int, shift: int, place: str, effect: float
) -> None:
    """One customer: perhaps a look at the web on the days before, a visit, and for some a receipt."""
    customer = f"c{len(rows)}"
    hour = chance.uniform(SHIFTS[shift][0], SHIFTS[shift][1] - 0.5)
    at = datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(days=day, hours=hour)

    def add(
        activity: str, moment: datetime, channel: str, place: str = "", amount: str = "", receipt: str = ""
    ) -> None:
        rows.append(
            {"customer": customer, "activity": activity, "at": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
            | {"channel": channel, "place": place, "amount": amount, "receipt": receipt}
        )

    if chance.random() < 0.3:
        add("page_viewed", at - timedelta(days=chance.uniform(0.2, 4)), "web")
    add("store_visited", at, "store", place)
    if chance.random() < 0.6:
        spent = f"{500 * np.exp(effect + chance.normal(0, 0.3)):.2f}"
        add("order_completed", at + timedelta(minutes=12), "store", place, spent, f"r{len(rows):06d}")


def write_files(company: Planted, folder: Path) -> tuple[Path, Path]:
    """The till's file, and the mapping that reads it."""
    path, mapping = folder / "till.csv", folder / "till.toml"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(company.rows[0]))
        writer.writeheader()
        writer.writerows(company.rows)
    mapping.write_text(MAPPING, encoding="utf-8")
    return path, mapping


def write_decisions(company: Planted, data: Path) -> None:
    """Each receipt as a decision that sent the customer to a person, with what was at stake, into the log of `data`."""
    followed = policy(data, currency="SEK")
    with open_log(data) as log:
        entries: list[tuple[Entry, bytes]] = []
        at = 0
        for row in company.rows:
            if not row["amount"]:
                continue
            name = hashlib.sha256(row["receipt"].encode()).hexdigest()
            at = round(datetime.fromisoformat(row["at"]).timestamp()) * 1_000_000
            stake = round(float(row["amount"]) * 100)
            customer = hashlib.sha256(row["customer"].encode()).hexdigest()[:32]
            moment = Moment(customer, at, Errand.ORDER, asked_for_person=True, stake_minor=stake)
            decision = decide(moment, followed, {ANYONE: Capacity(free=1)}, draw=0.5, decision_id=name[:32])
            came = Outcome(decision.id, good=True, matured_at=at)
            entries += [(decision, bytes.fromhex(name[32:])), (came, bytes.fromhex(name[:32]))]
        log.append(entries, at=at)
