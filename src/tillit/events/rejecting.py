"""Rows that were not taken, written as they were with the reason, so that a person can mend and import them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from tillit.events.headers import unique_names
from tillit.sentences import Sentence

REASON_COLUMNS = ("row", "code", "reason")
Say = Callable[[Sentence], str]


class RejectedRows:
    """Writes `<name>.rejected.csv` once there is a row for it: the original columns, then `row`, `code`, `reason`.

    Cells stay exactly as they were, also those that a spreadsheet takes for formulas (=, +, -, @): the file is for
    mending and importing again, and a changed cell would be a changed row.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        columns: Sequence[str],
        *,
        delimiter: str,
        say: Say = str,
        append: bool = False,
    ) -> None:
        """Begin a file.

        Args:
            say: Says a reason in the language of whoever mends the rows.
            append: Go on in the file that an earlier writer of the same folder and name closed, if there is one.
        """
        self._say = say
        self._append = append
        self._target = folder / f"{name}.rejected.csv"
        self._header, _ = unique_names([*columns, *REASON_COLUMNS])
        self._delimiter = delimiter
        self._file: TextIO | None = None
        self.reasons: Counter[str] = Counter()

    @property
    def path(self) -> Path | None:
        """The file, if any row was rejected."""
        return self._target if self.reasons else None

    def add(self, cells: Sequence[object], row: int, code: str, reason: Sentence) -> None:
        """Keep a row. Cells beyond the header, of a row that was too long, stand after the reason."""
        if self._file is None:
            self._file = self._open()
        width = len(self._header) - len(REASON_COLUMNS)
        texts = ["" if cell is None else str(cell) for cell in cells]
        texts += [""] * (width - len(texts))
        line = [*texts[:width], str(row), code, self._say(reason), *texts[width:]]
        csv.writer(self._file, delimiter=self._delimiter).writerow(line)
        self.reasons[code] += 1

    def _open(self) -> TextIO:
        if self._append and self._target.exists():
            return self._target.open("a", encoding="utf-8", errors="surrogateescape", newline="")
        # The byte order mark makes spreadsheets read it as UTF-8.
        self._target.parent.mkdir(parents=True, exist_ok=True)
        file = self._target.open("w", encoding="utf-8-sig", errors="surrogateescape", newline="")
        csv.writer(file, delimiter=self._delimiter).writerow(self._header)
        return file

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
