"""XES event logs (IEEE 1849), plain or gzip, read as a stream.

A trace's `concept:name` is the subject and becomes the column `case:concept:name`, as other tools write it. Resources
are employees: they are left out before anything else sees them.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from xml.parsers import expat

from tillit.errors import FileError
from tillit.events.chunks import BrokenRow
from tillit.events.loose_rows import OTHER, Cells, LooseReader, LooseRow, LooseTable
from tillit.events.packed import InputFile
from tillit.sentences import Sentence, sentence

CASE = "case:concept:name"
ACTIVITY = "concept:name"
TIME = "time:timestamp"

_BLOCK = 1 << 16
_LONGEST_VALUE = 1 << 20
_EMPLOYEES = "org:resource"
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})

# A trace longer than this is handed on before its end, with the attributes it had by then.
_LONGEST_TRACE = 65_536


class XesReader(LooseReader):
    """Reads an XES log as chunks of text cells, one row an event, in file order.

    Raises:
        FileError: The file is no XES, or tries to define entities of its own.
    """

    def __init__(self, path: Path) -> None:
        self._file = InputFile(path)
        self._name = path.name
        self._employees = False
        self._table = LooseTable(self._rows)
        if not self._table.has_rows:
            raise FileError(sentence("{file} is an event log without one event. Export it again.", file=self._name))

    @property
    def format(self) -> str:
        return "xes"

    @property
    def notes(self) -> tuple[Sentence, ...]:
        notes = [sentence("XES event log, one row an event, in the order of the file.")]
        if self._employees:
            notes.append(
                sentence("{column} names employees and was left out: no event carries an employee.", column=_EMPLOYEES)
            )
        if OTHER in self.columns:
            notes.append(
                sentence(
                    "The log is long: attributes that only appear far into it are kept in the column {column}.",
                    column=OTHER,
                )
            )
        return tuple(notes)

    def _rows(self) -> Generator[LooseRow, None, None]:
        log = _Log(self._name)
        row = 0
        with self._file.open_bytes() as stream:
            while True:
                block = stream.read(_BLOCK)
                log.feed(block)
                self._employees = self._employees or log.employees
                for found in log.take():
                    row += 1
                    yield BrokenRow(row, "xes", found, ()) if isinstance(found, Sentence) else found
                if not block:
                    return


class _Log:
    """What the parser has met so far: the open elements, the open trace and event, and finished rows."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.employees = False
        self._path: list[str] = []
        self._trace: Cells = {}
        self._event: Cells = {}
        self._waiting: list[tuple[Cells, Sentence | None]] = []
        self._problem: Sentence | None = None
        self._ready: list[Cells | Sentence] = []
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        self._parser = parser

    def feed(self, block: bytes) -> None:
        try:
            self._parser.Parse(block, not block)
        except expat.ExpatError as error:
            raise FileError(
                sentence(
                    "{file} is not well-formed XML at line {line}, column {column} ({found}). "
                    "It may be cut off; export or download it again.",
                    file=self._name,
                    line=error.lineno,
                    column=error.offset,
                    found=expat.ErrorString(error.code),
                )
            ) from error

    def take(self) -> list[Cells | Sentence]:
        """Rows that are complete; a sentence stands for an event that cannot be one."""
        ready, self._ready = self._ready, []
        return ready

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if not self._path and tag != "log":
            raise FileError(
                sentence(
                    "{file} is XML but no XES event log: it begins with <{tag}>, not <log>.",
                    file=self._name,
                    tag=tag[:60],
                )
            )
        self._path.append(tag)
        if len(self._path) > 100:
            raise FileError(
                sentence(
                    "{file} nests elements over 100 deep (line {line}), which no XES event log does. Export it again.",
                    file=self._name,
                    line=self._parser.CurrentLineNumber,
                )
            )
        where = self._path[-2:]
        if tag == "trace" and len(self._path) == 2:
            self._trace = {}
        elif tag == "event" and self._path[1:-1] in ([], ["trace"]):
            self._event, self._problem = {}, None
        elif tag in _VALUES and where[0] in ("trace", "event") and len(self._path) <= 4:
            self._attribute(where[0], attributes)

    def _attribute(self, owner: str, attributes: dict[str, str]) -> None:
        key, value = attributes.get("key", ""), attributes.get("value", "")
        if key == _EMPLOYEES:
            self.employees = True
            return
        if len(value) > _LONGEST_VALUE:
            self._problem = sentence(
                "Line {line}: the value of '{key}' is longer than 1 MB; leave it out of the export.",
                line=self._parser.CurrentLineNumber,
                key=key[:60],
            )
            return
        if owner == "trace":
            self._trace[f"case:{key}"] = value
        else:
            self._event[key] = value

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        self._path.pop()
        if tag == "event" and self._path in (["log"], ["log", "trace"]):
            self._waiting.append((self._event, self._problem))
            if len(self._path) == 1 or len(self._waiting) >= _LONGEST_TRACE:
                self._hand_on()
        elif tag == "trace" and self._path == ["log"]:
            self._hand_on()
            self._trace = {}

    def _hand_on(self) -> None:
        # A trace's attributes may stand after its events, so events wait for its end.
        self._ready.extend(problem or {**self._trace, **event} for event, problem in self._waiting)
        self._waiting = []

    def _refuse(self, *declared: object) -> None:
        raise FileError(
            sentence(
                "{file} declares a document type or entity ({found}), which can name other files. "
                "XES needs none: remove the <!DOCTYPE …> part.",
                file=self._name,
                found=str(declared[0])[:60],
            )
        )
