"""The product's own door, held against what truly happened: every event, every person, nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from tillit.events.mapping_toml import load_mapping
from tillit.events.staging import stage
from tillit.journeys.build import build_store
from tillit.journeys.graph import overview
from tillit.journeys.results import Overview
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import View
from tillit.simulate.company import Company
from tillit.simulate.files import write_files
from tillit.vocabulary import Purpose


@pytest.fixture(scope="module")
def found(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Overview:
    directory = tmp_path_factory.mktemp("imported")
    staged = [
        stage(
            [file.path],
            [load_mapping(file.mapping) if file.mapping else None],
            key=b"0" * 32,
            received_at=0,
            work=directory / file.path.stem,
        )
        for file in write_files(company, directory)
    ]
    assert [one.receipt.rejected for one in staged] == [0] * 5
    store = directory / "store"
    build_store([path for one in staged for path in one.events], [path for one in staged for path in one.links], store)
    return overview(View(OrderedStore.open(store), purpose=Purpose.MEASUREMENT))


def test_five_files_become_the_company_again(company: Company, found: Overview) -> None:
    happened = Counter(happening.activity for happening in company.happenings)
    assert {activity.name: activity.events for activity in found.activities} == happened
    assert found.persons == len(company.customers)


def test_the_arrows_are_those_that_were_walked(company: Company, found: Overview) -> None:
    """Every customer's happenings in order of time, counted in a plain loop."""
    walked: Counter[tuple[str, str]] = Counter()
    last: dict[int, str] = {}
    for happening in company.happenings:
        if happening.customer in last:
            walked[last[happening.customer], happening.activity] += 1
        last[happening.customer] = happening.activity
    assert {(follow.source, follow.target): follow.count for follow in found.follows} == walked
