"""What became of every row of the files that were given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """Counts of rows and events. Every row is accepted, a duplicate, or rejected; a receipt that does not add up
    cannot be made."""

    rows: int
    accepted: int
    duplicate: int  # every event of the row was there already
    rejected: int
    events: int
    rows_without_event: int = 0  # accepted, but every time was empty
    further_lines: int = 0  # accepted, but an earlier row gave their event (`once_per`)
    reasons: tuple[tuple[str, int], ...] = ()  # rejected rows by code, most first

    def __post_init__(self) -> None:
        if self.rows != self.accepted + self.duplicate + self.rejected:
            raise AssertionError(f"rows do not add up: {self}")
        if self.rejected != sum(count for _, count in self.reasons):
            raise AssertionError(f"reasons do not add up: {self}")

    def __add__(self, other: Receipt) -> Receipt:
        """The receipt of both files."""
        reasons = dict(self.reasons)
        for code, count in other.reasons:
            reasons[code] = reasons.get(code, 0) + count
        return Receipt(
            rows=self.rows + other.rows,
            accepted=self.accepted + other.accepted,
            duplicate=self.duplicate + other.duplicate,
            rejected=self.rejected + other.rejected,
            events=self.events + other.events,
            rows_without_event=self.rows_without_event + other.rows_without_event,
            further_lines=self.further_lines + other.further_lines,
            reasons=most_first(reasons),
        )


def most_first(reasons: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """Counts by code as a receipt holds them."""
    return tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))
