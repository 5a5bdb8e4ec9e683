"""One company for all tests of the simulation: the demo's own, and its files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tillit.simulate.company import Company, simulate
from tillit.simulate.files import write_files


@pytest.fixture(scope="session")
def company() -> Company:
    return simulate(np.random.default_rng(20260105))


@pytest.fixture(scope="session")
def files(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("exempelbutiken")
    write_files(company, directory)
    return directory
