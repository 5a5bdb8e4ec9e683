"""Exempelbutiken as a store, as the product would read it from the company's own files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.journeys.made import names_of
from tillit.events.mapping_toml import load_mapping
from tillit.events.staging import stage
from tillit.journeys.build import build_store
from tillit.journeys.cases import cases, is_after_purchase
from tillit.journeys.store import OrderedStore
from tillit.journeys.traces import Names, Traces
from tillit.simulate.company import Company, Happening, simulate
from tillit.simulate.files import write_files

ASKED = {"question_asked", "ticket_opened", "complaint_made"}
ANSWERED = {"question_answered", "ticket_answered", "ticket_solved"}


def company_and_store(folder: Path) -> tuple[Company, OrderedStore]:
    """The demo's company, and a store of its five files."""
    company = simulate(np.random.default_rng(20260105))
    staged = [
        stage(
            [file.path],
            [load_mapping(file.mapping) if file.mapping else None],
            key=b"0" * 32,
            received_at=0,
            work=folder / file.path.stem,
        )
        for file in write_files(company, folder)
    ]
    build_store(
        [path for one in staged for path in one.events],
        [path for one in staged for path in one.links],
        folder / "store",
    )
    return company, OrderedStore.open(folder / "store")


def cut(company: Company) -> tuple[Traces, Names, list[list[Happening]]]:
    """The company's journeys as the product cuts them (30 days, goal order_completed), and what is in each."""
    happened = sorted(company.happenings, key=lambda one: (one.customer, one.at))
    channels = tuple(sorted({one.channel for one in happened}))
    names = replace(names_of(sorted({one.activity for one in happened})), channel=channels)
    customers = np.array([one.customer for one in happened])
    persons = np.append(np.unique(customers, return_index=True)[1], len(happened))
    activity = np.array([names.activity.index(one.activity) for one in happened], np.int32)
    at = np.array([one.at * 1_000_000 for one in happened])
    goal = names.activity.index("order_completed")
    after = is_after_purchase(names.activity)
    found = cases(persons, activity, at, goal=goal, lapse_days=30, after_purchase=after)
    traces = Traces(
        found.offsets,
        found.owner,
        found.number,
        found.reached_goal,
        activity,
        at,
        channel=np.array([channels.index(one.channel) for one in happened], np.int32),
        actor=np.full(len(happened), -1, np.int32),
    )
    ends = zip(found.offsets[:-1], found.offsets[1:], strict=True)
    return traces, names, [happened[start:end] for start, end in ends]


def waits_truly(company: Company) -> list[bool]:
    """Whether somebody waits in each journey of `cut`: the case number joins each asking with its own answer."""
    answered: dict[int, int] = {}
    for one in company.happenings:
        if one.case is not None and one.activity in ANSWERED | {"quote_sent"}:
            answered.setdefault(one.case, one.at)
    newest = max(one.at for one in company.happenings)
    return [
        any(
            one.activity in ASKED | {"quote_requested"} and answered.get(one.case or -1, newest) - one.at > 86_400
            for one in journey
        )
        for journey in cut(company)[2]
    ]
