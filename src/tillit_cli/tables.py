"""Tables on a terminal: the first column to the left, numbers to the right."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def plain(text: str) -> str:
    """A text that cannot move the cursor, colour the terminal or break its line."""
    return "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)


def aligned(rows: Sequence[Sequence[str]], *, left: int = 1) -> list[str]:
    """One line a row; the first `left` columns begin, the others end, at the same place in each line."""
    cleaned = [[plain(cell) for cell in row] for row in rows]  # names come from files, and hold what these hold
    widths = [max(len(row[column]) for row in cleaned) for column in range(len(cleaned[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cleaned
    ]
