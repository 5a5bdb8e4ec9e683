"""A name that stands twice in one object is refused wherever it stands; texts that look like one are not."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tillit_web.collect.answers import Problem
from tillit_web.collect.requests import calls_of
from tillit_web.collect.strict_json import SaidTwice, refuse_repeated

VALUES = some.recursive(
    some.text(max_size=8) | some.integers(0, 9) | some.sampled_from(['":', 'a": 1', "\\", '\\":']),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(some.dictionaries(some.text(max_size=4), VALUES, max_size=4), some.booleans())
def test_what_says_each_name_once_passes_and_one_more_does_not(said: dict[str, object], spaced: bool) -> None:
    text = json.dumps(said, indent=1 if spaced else None).encode()
    refuse_repeated(text, msgspec.json.decode(text))
    if said:
        name = json.dumps(next(iter(said)))
        twice = text[:-1] + f", {name} : 0}}".encode()
        with pytest.raises(SaidTwice):
            refuse_repeated(twice, msgspec.json.decode(twice))


CALL = b'{"type": "page", "messageId": "m"}'


@pytest.mark.parametrize(
    "body",
    [
        b'{"batch": [' + CALL + b'], "batch": [' + CALL + b"]}",
        b'{"batch": [' + CALL + b", " + CALL + b'], "\\u0062atch": [' + CALL + b"]}",
        b'{"batch": [' + CALL + b"," + CALL + b'], "writeKey": "a", "writeKey": "b"}',
        b'{"context": {"a": 1, "a": 2}, "batch": []}',
    ],
)
def test_a_batch_that_says_two_things_is_refused_whole(body: bytes) -> None:
    with pytest.raises(Problem) as refused:
        calls_of(body, "batch")
    assert refused.value.code == "json_unreadable"


@pytest.mark.parametrize("between", [b",", b", ", b" ,\n"])
def test_a_batch_of_equal_calls_is_read(between: bytes) -> None:
    assert len(calls_of(b'{"batch": [' + between.join([CALL] * 3) + b"]}", "batch").raw) == 3
