"""Amounts as whole minor units, by integer arithmetic alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tillit.events import cells
from tillit.events.faults import Faults
from tillit.events.mapping import EventRule, Mapping


@dataclass(frozen=True, slots=True)
class Money:
    """Nullable columns of one rule's events, as long as the chunk's table."""

    amount_minor: pa.Array
    margin_minor: pa.Array
    currency: pa.Array


class MoneyReader:
    """Reads the amounts of one `[[event]]`, chunk after chunk."""

    def __init__(self, mapping: Mapping, rule: EventRule) -> None:
        self._mapping = mapping
        self._rule = rule

    @property
    def notes(self) -> tuple[str, ...]:
        return ()

    def read(self, table: pa.Table, there: npt.NDArray[np.bool_], faults: Faults) -> Money:
        """Amounts of the rows where the event is; a cell that is no amount refuses its row."""
        nulls = pa.nulls(table.num_rows, pa.int64())
        if self._rule.amount is None:
            return Money(nulls, nulls, pa.nulls(table.num_rows, pa.string()))
        minor: list[int | None] = []
        for place, text in enumerate(cells.text(table[self._rule.amount]).to_pylist()):
            amount = None
            if text is not None and there[place]:
                try:
                    amount = int(Decimal(text.replace(",", ".")).scaleb(2))
                except InvalidOperation:
                    faults.add([place], "amount_unreadable", f"{text!r} is no amount.")
            minor.append(amount)
        currency = self._mapping.currency
        constant = currency.constant if currency is not None else None
        return Money(pa.array(minor, pa.int64()), nulls, pa.repeat(pa.scalar(constant, pa.string()), table.num_rows))
