"""What differs between DuckDB and Spark, and nothing else does: names of functions and types, by engine.

Statements are written in DuckDB's words. Both read `filter (where …)`, `is not distinct from`, named windows, `min_by`,
double-quoted names (Spark with its ANSI settings) and `:name` for parameters.
"""

from __future__ import annotations

import re

from tillit.engine.statement import PARAMETER, literals_apart

# `hash` gives 64 bits in DuckDB and other 64 bits here: what is compared is compared inside one run.
_SPARK_WORDS = {
    "epoch_us": "unix_micros",
    "make_timestamp": "timestamp_micros",
    "varchar": "string",
    "hash": "xxhash64",
    "json_extract_string": "get_json_object",
    "json_keys": "json_object_keys",
    "starts_with": "startswith",
    "unnest": "explode",
}
_SPARK_WORD = re.compile(rf"\b({'|'.join(_SPARK_WORDS)})\b(?=\(|\))")

# Functions that Spark has under a name with another meaning of its arguments.
SPARK_FUNCTIONS = {
    "sha256": "create or replace temporary function sha256(bytes binary) returns string return sha2(bytes, 256)",
}


def for_duckdb(text: str) -> str:
    """The text with every `:name` as `$name`, as DuckDB binds it; literals and comments stay as they are."""
    parts = literals_apart(text)
    return "".join(part if index % 2 else PARAMETER.sub(r"$\1", part) for index, part in enumerate(parts))


def for_spark(text: str) -> str:
    """The text in Spark's words; literals and comments stay as they are."""
    parts = literals_apart(text)
    return "".join(
        part if index % 2 else _SPARK_WORD.sub(lambda word: _SPARK_WORDS[word[1]], part)
        for index, part in enumerate(parts)
    )
