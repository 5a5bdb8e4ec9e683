"""JSON in which no object says a thing twice: what one reader takes the first of, another takes the last of.

Decoders do not tell. A name in JSON ends in a quote, perhaps spaces, and a colon, which can also stand in a text: if
there are no more of those than the decoded objects have names, nothing was said twice. Only where there are more is the
text read again, slowly and exactly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_NAME_END = re.compile(rb'"[ \t\r\n]*:')


class SaidTwice(ValueError):
    """An object has a name twice."""


def refuse_repeated(text: bytes, decoded: object) -> None:
    """See that every name of every object in a text stands once.

    Args:
        text: JSON, as it came.
        decoded: The same, decoded.

    Raises:
        SaidTwice: One does not.
    """
    if len(_NAME_END.findall(text)) != _names(decoded):
        json.loads(text, object_pairs_hook=_once)


def refuse_repeated_around(body: bytes, calls: Sequence[bytes]) -> None:
    """The same for a batch, apart from what is within its calls.

    Raises:
        SaidTwice: The envelope has a name twice.
    """
    outside = body
    if calls:
        begin, end = body.find(calls[0]), body.rfind(calls[-1]) + len(calls[-1])
        within = sum(map(len, calls))
        # With one comma between any two, and a space perhaps, these are the calls and nothing else.
        if end - begin in (within + len(calls) - 1, within + 2 * (len(calls) - 1)):
            outside = body[:begin] + body[end:]
    json.loads(outside, object_pairs_hook=_once)


def _names(value: Any) -> int:
    names, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        if type(each) is dict:
            names += len(each)
            waiting += each.values()
        elif type(each) is list:
            waiting += each
    return names


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SaidTwice(f"an object has the name {twice[:40]!r} twice")
    return found
