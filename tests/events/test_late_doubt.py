"""Dates and amounts that can be read in two ways, met only after most of a file was read: never a silent guess."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.events.text_files import rows_of, stage_texts
from tillit.errors import AmbiguityError
from tillit.events.chunks import ROWS_PER_CHUNK

MAPPING = """
identifiers = {customer = "who"}
currency = "SEK"
[[event]]
activity = "order_completed"
time = "at"
amount = "paid"
"""
HEADER = "who;at;paid\n"
CLEAR = "".join(f"c{number};2026-01-31 10:00;1\n" for number in range(ROWS_PER_CHUNK))
DATE, AMOUNT = "ana;03/04/2026;1\n", "ana;2026-01-31 10:00;1,234\n"
FIRST_DOUBTFUL = ROWS_PER_CHUNK + 1


def last_event(folder: Path, late: str) -> tuple[str, int]:
    """Day and minor units of the first doubtful row."""
    staged = stage_texts(folder, MAPPING, HEADER + CLEAR + late)
    assert staged.receipt.rejected == 0
    (event,) = (event for event in rows_of(staged.events) if event["origin_row"] == FIRST_DOUBTFUL)
    moment = datetime.fromtimestamp(event["occurred_at"] // 1_000_000, UTC)
    return moment.strftime("%Y-%m-%d"), event["amount_minor"]


@pytest.mark.parametrize(
    ("late", "message"),
    [
        ("ana;2026-01-31;0,123\nbo;2026-01-31;1.50\n", r'"0,123" \(row \d+\) and "1.50" \(row \d+\) do not agree'),
        (DATE, rf'"03/04/2026" \(row {FIRST_DOUBTFUL}\), and no row tells'),
        (AMOUNT, rf'"1,234" \(row {FIRST_DOUBTFUL}\)\. Nothing tells'),
        (
            AMOUNT + "bo;2026-01-31;1,50\nbo;2026-01-31;1.50\n",
            r'"1,50" \(row \d+\) and "1.50" \(row \d+\) do not agree',
        ),
    ],
)
def test_late_doubt_that_nothing_settles_is_an_error(tmp_path: Path, late: str, message: str) -> None:
    with pytest.raises(AmbiguityError, match=message):
        stage_texts(tmp_path, MAPPING, HEADER + CLEAR + late)


@pytest.mark.parametrize(
    ("late", "found"),
    [
        (DATE + "bo;13/04/2026;1\n", ("2026-04-03", 100)),
        (DATE + "bo;04/13/2026;1\n", ("2026-03-04", 100)),
        (AMOUNT + "bo;2026-01-31;1,50\n", ("2026-01-31", 123)),
        (AMOUNT + "bo;2026-01-31;1,234.50\n", ("2026-01-31", 123400)),
    ],
)
def test_late_doubt_is_settled_by_a_later_row(tmp_path: Path, late: str, found: tuple[str, int]) -> None:
    assert last_event(tmp_path, late) == found


def test_two_columns_in_doubt_one_after_the_other(tmp_path: Path) -> None:
    late = DATE + "bo;13/04/2026;1\n" + CLEAR + AMOUNT
    with pytest.raises(AmbiguityError, match=r'"1,234"'):
        stage_texts(tmp_path / "no", MAPPING, HEADER + CLEAR + late)
    staged = stage_texts(tmp_path / "yes", MAPPING, HEADER + CLEAR + late + CLEAR + "bo;2026-01-31;1,50\n")
    assert staged.receipt.accepted == staged.receipt.events == 3 * ROWS_PER_CHUNK + 4
