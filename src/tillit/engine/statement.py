"""SQL statements in files: one statement each, with a header that says what it makes, reads and needs.

    -- touchpoints: one row per (conversion_id, step)
    -- reads:       stitched_events, conversions
    -- parameters:  :lookback_micros (bigint, microseconds)
    select …

The file is named for the table it makes. Parameters are written `:name` and are always bound, never pasted in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tillit.errors import EngineError

_HEADER = re.compile(
    r"\A-- (?P<name>\w+): (?P<grain>[^\n]+)\n"
    r"-- reads: +(?P<reads>[^\n]+)\n"
    r"(?:-- parameters: +(?P<parameters>[^\n]+)\n)?"
)
PARAMETER = re.compile(r"(?<![:\w]):([a-z]\w*)")
_LITERAL_OR_COMMENT = re.compile(r"('(?:[^']|'')*'|--[^\n]*)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its header; `text` still has `:name` where a value goes."""

    name: str
    grain: str
    reads: tuple[str, ...]
    parameters: tuple[str, ...]
    text: str


def parse_statement(source: str, *, name: str) -> Statement:
    """Read a statement and hold its header against its text.

    Raises:
        EngineError: The header is missing, names another table than the file, or declares other parameters than used.
    """
    header = _HEADER.match(source)
    if header is None:
        raise EngineError(f"{name}.sql has no header; it starts with '-- {name}: grain' and '-- reads: tables'")
    if header["name"] != name:
        raise EngineError(f"{name}.sql says that it makes '{header['name']}'; name the file for the table it makes")
    declared = tuple(PARAMETER.findall(header["parameters"] or ""))
    text = source[header.end() :].strip()
    used = {found for part in literals_apart(text)[::2] for found in PARAMETER.findall(part)}
    if used != set(declared):
        raise EngineError(f"{name}.sql declares the parameters {sorted(declared)} and uses {sorted(used)}")
    reads = tuple(table.strip() for table in header["reads"].split(","))
    return Statement(name, header["grain"], reads, declared, text)


@cache
def load_statement(package: str, name: str) -> Statement:
    """The statement `sql/NAME.sql` beside the Python of `package`."""
    source = resources.files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return parse_statement(source, name=name)


def literals_apart(text: str) -> list[str]:
    """The text in pieces: what the engine reads stands at even places, literals and comments at odd ones."""
    return _LITERAL_OR_COMMENT.split(text)
