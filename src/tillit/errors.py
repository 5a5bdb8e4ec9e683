"""The exception tree. Everything a caller can mend is one of these, and its message says how.

TillitError
├── InputError              something the user gave us
│   ├── FileError           a file cannot be read as what it claims to be
│   ├── MappingError        a mapping contradicts itself or the file
│   ├── AmbiguityError      two readings are possible and guessing would be dishonest
│   ├── QueryError          a question that the data cannot be asked (unknown activity, impossible window)
│   └── PropensityError     logged propensities that cannot be those of the draws
├── StoreError              something on our own disk
│   ├── DamagedSegment      a digest does not match; the segment is withheld
│   ├── FormatError         written by a newer tillit
│   ├── LogBusy             another process is writing the log
│   ├── KeyMissing          the data directory's secret key is gone
│   ├── LedgerError         a ledger was asked for what would break its chain
│   └── BackupError         a backup cannot be made, opened or put in place
├── FutureKnown             a number that should be known at a moment changes with what came later
├── PurposeError            a reader stated no purpose, or one that is not allowed
└── EngineError             the engine beneath refused a statement, or is not there
"""

from __future__ import annotations

from tillit.sentences import Sentence, paragraph


class TillitError(Exception):
    """Root of everything the caller can mend."""

    @property
    def sentence(self) -> Sentence:
        """What it says: translatable where it was raised with a `sentence(…)`, as it stands otherwise."""
        said = self.args[0] if self.args else ""
        return said if isinstance(said, Sentence) else Sentence("{said}", {"said": str(said)})


class InputError(TillitError):
    """Something the user gave us cannot be used as it is."""


class FileError(InputError):
    """A file cannot be read as what it claims to be."""


class MappingError(InputError):
    """A mapping contradicts itself or the file it is meant for."""


class AmbiguityError(InputError):
    """Two readings are possible, and guessing would be dishonest.

    Attributes:
        doubt: What can be read in two ways. What to write in a mapping follows it in the message; a page that asks
            does without.
    """

    def __init__(self, doubt: Sentence, remedy: Sentence) -> None:
        super().__init__(paragraph(doubt, remedy))
        self.doubt = doubt
        self.remedy = remedy


class QueryError(InputError):
    """A question that these data cannot be asked."""


class PropensityError(InputError):
    """Logged propensities that cannot be the probabilities of the draws."""


class StoreError(TillitError):
    """Something on our own disk is not as we left it."""


class DamagedSegment(StoreError):
    """A segment's digest does not match what was recorded; it is withheld, never read."""


class FormatError(StoreError):
    """Written by a newer tillit than this one."""


class LogBusy(StoreError):
    """Another process is writing the log; nothing was changed."""


class KeyMissing(StoreError):
    """The data directory has data but no secret key."""


class LedgerError(StoreError):
    """A ledger was asked for something that would break its chain."""


class BackupError(StoreError):
    """A backup cannot be made, opened or put in place; what was there before is as it was."""


class FutureKnown(TillitError):
    """What should be known at a moment changes with events that came after it."""


class PurposeError(TillitError):
    """A reader stated no purpose, or one it may not have."""


class EngineError(TillitError):
    """The engine beneath refused a statement or a file, lost its work, or is not there."""
