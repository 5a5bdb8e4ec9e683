"""The same events in a text file and in a well-made Parquet file: every command that reads files says the same."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tillit_cli.__main__ import main

PEOPLE = 700
FIRST_AT = np.datetime64("2026-01-01T08:00:00")
STEPS = ("page_viewed", "product_viewed", "product_added", "checkout_started", "order_completed")
GOAL = ("--goal", "order_completed", "--lapse", "30")
COMMANDS = {
    "journeys": ("journeys", *GOAL, "--format", "json"),
    "funnel": ("funnel", "--step", "product_viewed", "--step", "order_completed", "--format", "json"),
    "friction": ("friction", *GOAL, "--format", "json"),
    "friction by channel": ("friction", *GOAL, "--by", "channel", "--format", "json"),
    "credit": ("credit", *GOAL, "--model", "all", "--format", "json"),
    "whatif": ("whatif", *GOAL, "--without", "email", "--format", "json"),
    "readiness": ("readiness", "--outcome", "order_completed", "--horizon", "7d", "--format", "json"),
}


def written(folder: Path) -> tuple[Path, Path]:
    """Journeys that stop after one to five steps, in two channels; an order brings 100 and more."""
    rng = np.random.default_rng(11)
    rows = [
        (person + 1, FIRST_AT + np.timedelta64(person * 97 + place * 7, "m"), step, channel, 100.5 + person)
        for person, last in enumerate(rng.integers(1, len(STEPS) + 1, PEOPLE).tolist())
        for channel in ("email" if rng.random() < 0.4 else "web",)
        for place, step in enumerate(STEPS[:last])
    ]
    text, parquet = folder / "events.csv", folder / "events.parquet"
    with text.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["person_id", "time", "activity", "channel", "amount"])
        writer.writerows(
            (person, f"{at}+00:00", step, channel, amount if step == STEPS[-1] else "")
            for person, at, step, channel, amount in rows
        )
    person, at, step, channel, amount = zip(*rows, strict=True)
    table = {
        "person_id": pa.array(person, pa.int64()),
        "time": pa.array(np.array(at, "M8[us]"), pa.timestamp("us", "UTC")),
        "activity": pa.array(step),
        "channel": pa.array(channel),
        "amount": pa.array([each if one == STEPS[-1] else None for one, each in zip(step, amount, strict=True)]),
    }
    pq.write_table(pa.table(table), parquet)
    return text, parquet


@pytest.mark.parametrize("command", COMMANDS)
def test_a_parquet_file_is_answered_as_the_text_file_with_the_same_events(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = []
    for path in written(tmp_path):
        name, *options = COMMANDS[command]
        assert main([name, str(path), *options]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]
    assert len(answers[0]) > 100
