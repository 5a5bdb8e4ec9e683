"""One line of JSON as the cells of a row, or what is wrong with it.

Numbers keep the digits they were written with: a price never becomes a float.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from tillit.errors import FileError
from tillit.events.loose_rows import Cells
from tillit.sentences import Sentence, sentence

LONGEST_LINE = 8 << 20
DEEPEST = 50
_TOO_DEEP = sentence("its brackets are nested deeper than {most}; flatten it before the export", most=DEEPEST)


def flatten(parsed: dict[str, Any]) -> Cells:
    """The cells of one object: text as it is, numbers as written, nested objects one level with a dot."""
    cells: Cells = {}
    for key, value in parsed.items():
        if isinstance(value, dict):
            for inner, deeper in value.items():
                if deeper is not None:
                    cells[f"{key}.{inner}"] = as_text(deeper)
        elif value is not None:
            cells[key] = as_text(value)
    return cells


def as_text(value: Any) -> str:
    """One JSON value as a cell: text without quotes, everything else as JSON writes it."""
    return str(value) if isinstance(value, str) else _json(value)


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


def _json(value: Any) -> str:
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def parse_line(line: bytes) -> dict[str, Any] | Sentence:
    """The object on a line, or what is wrong with it as a clause without a full stop."""
    if len(line) >= LONGEST_LINE:
        return sentence("it is longer than {most} MB; leave out the large field", most=LONGEST_LINE >> 20)
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        return sentence("byte {place} is not UTF-8; save the file as UTF-8", place=error.start + 1)
    try:
        parsed = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        return sentence(
            "it is no JSON ({found}, character {place}); a string or bracket may be missing its end",
            found=error.msg,
            place=error.pos + 1,
        )
    except _RefusedError as refused:
        return refused.why
    except RecursionError:
        return _TOO_DEEP
    if not isinstance(parsed, dict):
        return sentence("it is {kind}, not an object in braces", kind=_kind(parsed))
    if _is_deep(parsed):
        return _TOO_DEEP
    return parsed


class _RefusedError(Exception):
    """Well-formed for Python's parser, but not JSON or not safe to read one way."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RefusedError(sentence("the key '{key}' stands in it twice; remove one of them", key=twice[:60]))
    return found


def _constant(name: str) -> NoReturn:
    raise _RefusedError(sentence("{found} is no JSON number; write null where there is no value", found=name))


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=_constant, strict=True
)


def _kind(value: Any) -> Sentence:
    kinds = {
        Number: sentence("a number"),
        list: sentence("an array"),
        str: sentence("a text"),
        bool: sentence("true or false"),
    }
    return kinds.get(type(value), sentence("null"))


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for item in level:
            children = item.values() if isinstance(item, dict) else item
            inner.extend(child for child in children if isinstance(child, dict | list))
        if not inner:
            return False
        level = inner
    return True


def unwritable(cells: Cells) -> Sentence | None:
    """Why cells made with \\u escapes are no text: half a surrogate pair, or a NUL."""
    for key, value in cells.items():
        try:
            (key + value).encode("utf-8")
        except UnicodeEncodeError:
            return sentence(
                "the value of '{key}' holds half a surrogate pair (\\ud800 to \\udfff); write the whole character",
                key=key[:60].encode("ascii", "backslashreplace").decode(),
            )
        if "\x00" in value or "\x00" in key:
            return sentence("the value of {key} holds a NUL character; remove it", key=repr(key[:60]))
    return None


def numbered_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank with their number from 1; one that never ends is given cut off, once."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
            if line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in line[:64]:
                raise FileError(sentence("The file is UTF-16, and JSON Lines are UTF-8. Save it as UTF-8."))
        ending = line
        while len(ending) == LONGEST_LINE and not ending.endswith(b"\n"):
            ending = stream.readline(LONGEST_LINE)
        if line.strip():
            yield number, line
