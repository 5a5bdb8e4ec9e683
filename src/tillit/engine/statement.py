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
_PARAMETER = re.compile(r"(?<![:\w]):([a-z]\w*)")
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
    declared = tuple(_PARAMETER.findall(header["parameters"] or ""))
    text = source[header.end() :].strip()
    used = {found for part in _outside_literals(text) for found in _PARAMETER.findall(part)}
    if used != set(declared):
        raise EngineError(f"{name}.sql declares the parameters {sorted(declared)} and uses {sorted(used)}")
    reads = tuple(table.strip() for table in header["reads"].split(","))
    return Statement(name, header["grain"], reads, declared, text)


@cache
def load_statement(package: str, name: str) -> Statement:
    """The statement `sql/NAME.sql` beside the Python of `package`."""
    source = resources.files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return parse_statement(source, name=name)


def with_dollar_parameters(text: str) -> str:
    """The text with every `:name` as `$name`, as DuckDB binds it; literals and comments stay as they are."""
    parts = _LITERAL_OR_COMMENT.split(text)
    return "".join(part if index % 2 else _PARAMETER.sub(r"$\1", part) for index, part in enumerate(parts))


def _outside_literals(text: str) -> list[str]:
    return _LITERAL_OR_COMMENT.split(text)[::2]
