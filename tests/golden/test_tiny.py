"""A tiny log with equal times and a row out of order, against what pm4py said of it."""

from __future__ import annotations

import json

from tests.golden.journeys_pm4py_evaluation import HERE, Columns, counts_by_tillit


def test_the_tiny_log_agrees_with_pm4py() -> None:
    """Peer: pm4py, version in the file, by journeys_pm4py_evaluation.py --tiny. Counts: equal."""
    golden = json.loads((HERE / "tiny_pm4py.json").read_text(encoding="utf-8"))
    ours = counts_by_tillit(HERE / "tiny.csv", Columns("customer", "activity", "time")).as_json()
    assert json.loads(json.dumps(ours)) == {key: value for key, value in golden.items() if key != "pm4py"}
