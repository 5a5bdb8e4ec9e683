"""Erased persons are recognised in texts by what these hash to, and by nothing that is kept of them in clear."""

from __future__ import annotations

import csv
import hashlib
import hmac
from pathlib import Path

import pytest

from tillit.events.erased import Erased
from tillit.events.erased_texts import ErasedTexts, blank_erased
from tillit.events.erasures import subject_digest
from tillit.events.rejecting import RejectedRows
from tillit.sentences import sentence

KEY = b"k" * 32
NOON = 1_772_000_000_000_000


def subject(text: str) -> bytes:
    """As decision 5 says: HMAC-SHA-256 of kind:value, cut in half."""
    return hmac.digest(KEY, text.encode(), hashlib.sha256)[:16]


def texts_about(*erased: str, namespaces: tuple[str | None, ...] = (None,)) -> ErasedTexts:
    until = {subject_digest(subject(one)): NOON for one in erased}
    return ErasedTexts(Erased(until, frozenset(), KEY), region="SE", namespaces=namespaces)


@pytest.mark.parametrize(
    ("text", "erased"),
    [
        ("Ana@Example.org ", "email:ana@example.org"),
        ("mailto:ana@example.org", "email:ana@example.org"),
        ("she wrote from ana@example.org, twice", "email:ana@example.org"),
        ("070-174 06 05", "phone:+46701740605"),
        ("call 070-174 06 05 after five", "phone:+46701740605"),
        ("order-4711", "order:order-4711"),
        ("17", "customer:17"),
    ],
)
def test_an_identifier_is_recognised_as_people_write_it(text: str, erased: str) -> None:
    assert texts_about(erased).moments([text, "bo@example.org", "", "18", "nobody at all"]) == {text: NOON}


def test_a_number_of_a_namespace_is_recognised_in_that_namespace_alone() -> None:
    assert texts_about("customer:shop/17", namespaces=(None, "shop")).moments(["17"]) == {"17": NOON}
    assert texts_about("customer:shop/17").moments(["17"]) == {}


def test_nobody_is_recognised_where_nobody_is_erased() -> None:
    assert texts_about().moments(["ana@example.org"]) == {}


def test_rows_that_name_somebody_erased_stay_without_their_cells(tmp_path: Path) -> None:
    rows = RejectedRows(tmp_path, "orders.csv", ["id", "email", "note"], delimiter=";")
    rows.add(("1", "ana@example.org", "canary one"), 1, "bad_time", sentence("'{cell}' is no time.", cell="canary two"))
    rows.add(("2", "bo@example.org", "=1+1"), 2, "bad_time", sentence("no time"))
    rows.add(("3", "", "ask ana@example.org", "too long"), 3, "too_long", sentence("too long"))
    rows.close()
    assert rows.path is not None
    assert blank_erased(rows.path, texts_about("email:ana@example.org"), columns=3, delimiter=";") == 2
    text = rows.path.read_text(encoding="utf-8-sig")
    assert "canary" not in text
    assert "ana" not in text
    header, one, two, three = csv.reader(text.splitlines(), delimiter=";")
    assert header == ["id", "email", "note", "row", "code", "reason"]
    assert one[:5] == ["", "", "", "1", "bad_time"]
    assert two == ["2", "bo@example.org", "=1+1", "2", "bad_time", "no time"]
    assert three[:5] == ["", "", "", "3", "too_long"]
    assert len(three) == len(header), "what stood beyond the header is gone too"
