"""Exempelbutiken as a store, as the product would read it from the company's own files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tillit.events.mapping_toml import load_mapping
from tillit.events.staging import stage
from tillit.journeys.build import build_store
from tillit.journeys.store import OrderedStore
from tillit.simulate.company import Company, simulate
from tillit.simulate.files import write_files


def company_and_store(folder: Path) -> tuple[Company, OrderedStore]:
    """The demo's company, and a store of its five files."""
    company = simulate(np.random.default_rng(20260105))
    staged = [
        stage(
            [file.path],
            load_mapping(file.mapping) if file.mapping else None,
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
