"""One installation of the planted company, made by the product's own commands, for all doors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.cli.test_import import tillit
from tests.web.redteam.planted import EMPLOYEES, PLACES, Planted, planted, write_decisions, write_files
from tests.web.serving.running import with_tables
from tillit.credit.cells import Headcount, Headcounts, write_headcounts


@dataclass(frozen=True, slots=True)
class Installed:
    """A data directory, and what truly happened in it."""

    data: Path
    company: Planted


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The company's till, imported from its file; the owner has said how many people work where."""
    folder = tmp_path_factory.mktemp("planted")
    company = planted(1)
    path, mapping = write_files(company, folder)
    data = with_tables(folder / "data")
    done = tillit("import", str(path), "--mapping", str(mapping), "--data", str(data))
    assert done.returncode == 0, done.stderr
    each = [Headcount(people, place=place) for place, people in zip(PLACES, (4, 3, 1), strict=True)]
    write_decisions(company, data)
    write_headcounts(data, Headcounts((Headcount(EMPLOYEES), Headcount(EMPLOYEES, function="sales"), *each)))
    return Installed(data, company)


@pytest.fixture
def planted_company(installed: Installed, data_directory: Path, settings: Settings) -> Planted:
    """The installation, open in the browser of this test."""
    del data_directory  # set first; this test looks into another
    settings.DATA_DIRECTORY = installed.data
    return installed.company
