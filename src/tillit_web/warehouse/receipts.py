"""The receipt of an import as the database keeps it and pages draw it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tillit.events.importing import Imported
from tillit.events.receipt import Receipt
from tillit.sentences import Sentence
from tillit_web.people.imported_answers import Kept


@dataclass(frozen=True, slots=True)
class ImportReceipt:
    """What became of a file. Times are microseconds UTC, None where no event was new."""

    rows: Receipt
    conflict_events: int
    contacts: int  # clear values for the contact store
    answers: Kept  # yes and no of customers, for the ledger of consents
    first_at: int | None
    last_at: int | None
    notes: tuple[Sentence, ...]

    @classmethod
    def of(cls, imported: Imported, *, contacts: int, answers: Kept) -> ImportReceipt:
        return cls(
            rows=imported.receipt,
            conflict_events=imported.conflict_events,
            contacts=contacts,
            answers=answers,
            first_at=imported.first_at,
            last_at=imported.last_at,
            notes=imported.notes,
        )

    def to_json(self) -> dict[str, Any]:
        """As the database keeps it."""
        return {**asdict(self), "notes": [note.to_json() for note in self.notes]}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> ImportReceipt:
        """From what the database keeps."""
        rows = {**kept["rows"], "reasons": tuple((code, count) for code, count in kept["rows"]["reasons"])}
        answers = Kept(**kept.get("answers", {}))
        return cls(
            **{
                **kept,
                "rows": Receipt(**rows),
                "answers": answers,
                "notes": tuple(map(Sentence.from_json, kept["notes"])),
            }
        )
