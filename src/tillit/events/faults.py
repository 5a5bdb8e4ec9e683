"""Why rows of a chunk are not taken: the first reason found for each."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from tillit.sentences import Sentence


class Faults:
    """Reasons by place in the chunk's table. A row is refused whole, for the first reason that was found."""

    def __init__(self, rows: int) -> None:
        self._reasons: dict[int, tuple[str, Sentence]] = {}
        self.refused: npt.NDArray[np.bool_] = np.zeros(rows, dtype=np.bool_)

    def add(self, places: Iterable[int], code: str, reason: Sentence) -> None:
        """Refuse these rows; `code` is stable, `reason` is for people."""
        for place in places:
            self.refused[place] = True
            self._reasons.setdefault(int(place), (code, reason))

    def of(self, place: int) -> tuple[str, Sentence]:
        """Code and reason of a refused row."""
        return self._reasons[place]
