"""Times of a column as microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tillit.events import cells
from tillit.events.faults import Faults
from tillit.events.mapping import Time


class TimeReader:
    """Reads the times of one `[[event]]`, chunk after chunk."""

    def __init__(self, rule: Time, timezone: str | None) -> None:
        self._rule = rule
        self._zone = ZoneInfo(timezone or "UTC")

    @property
    def notes(self) -> tuple[str, ...]:
        return ()

    def read(
        self, table: pa.Table, asked: npt.NDArray[np.bool_], faults: Faults
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Microseconds, and where there is a time; a cell that is no time refuses its row."""
        texts = cells.joined([cells.text(table[column]) for column in self._rule.columns], " ")
        micros = np.zeros(table.num_rows, dtype=np.int64)
        there = cells.present(texts) & asked
        for place, text in enumerate(texts.to_pylist()):
            if not there[place]:
                continue
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                faults.add([place], "time_unreadable", f"{text!r} is no time.")
                continue
            moment = moment if moment.tzinfo else moment.replace(tzinfo=self._zone)
            micros[place] = (
                int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000 + moment.microsecond
            )
        return micros, there
