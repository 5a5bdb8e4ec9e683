"""A ledger is only added to; an erased body is never called changed, and nothing else goes unseen."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.errors import LedgerError
from tillit.ledger.chain import Fault, Finding, Head
from tillit.ledger.ledger import Ledger

# What a column holds, and how a test spoils one byte or one bit of it.
COLUMNS = {
    "entry": ("at", "type", "body_digest", "previous", "digest"),
    "body": ("salt", "content"),
}


def salt_of(place: int) -> bytes:
    return hashlib.sha256(str(place).encode()).digest()[:16]


@contextmanager
def ledger_of(bodies: list[bytes]) -> Iterator[tuple[Ledger, sqlite3.Connection]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        ledger = Ledger(connection, "consent")
        ledger.create()
        connection.execute("begin")
        for place, body in enumerate(bodies):
            ledger.append("given", body, at=1_000 * place, salt=salt_of(place))
        yield ledger, connection


def without_triggers(connection: sqlite3.Connection) -> None:
    """As somebody who may write the file: no trigger stands in the way."""
    for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        connection.execute(f"drop trigger {name}")


def flipped(value: bytes | str | int, place: int) -> bytes | str | int:
    if isinstance(value, int):
        return value ^ (1 << place % 40)
    raw = bytearray(value.encode() if isinstance(value, str) else value)
    raw[place % len(raw)] ^= 1
    return raw.decode() if isinstance(value, str) else bytes(raw)


BODIES = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=8)


@given(
    bodies=BODIES,
    column=st.sampled_from([(table, column) for table, columns in COLUMNS.items() for column in columns]),
    row=st.integers(0, 7),
    place=st.integers(0, 60),
    erased=st.sets(st.integers(1, 8), max_size=3),
)
def test_any_flipped_byte_is_found_where_it_is(
    bodies: list[bytes], column: tuple[str, str], row: int, place: int, erased: set[int]
) -> None:
    with ledger_of(bodies) as (ledger, connection):
        ledger.erase(erased, at=9, salt=salt_of(99))
        without_triggers(connection)
        table, name = column
        rows = connection.execute(f"select number, {name} from consent_{table} order by number").fetchall()
        number, value = rows[row % len(rows)]
        connection.execute(f"update consent_{table} set {name} = ? where number = ?", (flipped(value, place), number))
        assert Finding(number, Fault.CHANGED) in ledger.verify().findings


@given(bodies=BODIES, erased=st.lists(st.sets(st.integers(1, 8), max_size=3), max_size=3))
def test_erased_is_told_from_changed_and_the_rest_is_still_there(bodies: list[bytes], erased: list[set[int]]) -> None:
    with ledger_of(bodies) as (ledger, _):
        gone: set[int] = set()
        for place, numbers in enumerate(erased):
            before = set(gone)
            gone |= {number for number in numbers if number <= len(bodies)}
            assert ledger.erase(gone & numbers, at=5, salt=salt_of(100 + place)) == len(gone - before)
        verdict = ledger.verify()
        assert (verdict.findings, set(verdict.erased)) == ((), gone)
        for number, body in enumerate(bodies, start=1):
            assert ledger.content(number) == (None if number in gone else body)


@given(bodies=BODIES, number=st.integers(1, 8))
def test_what_is_removed_by_hand_is_missing_not_erased(bodies: list[bytes], number: int) -> None:
    number = (number - 1) % len(bodies) + 1
    with ledger_of(bodies) as (ledger, connection):
        without_triggers(connection)
        connection.execute("delete from consent_body where number = ?", (number,))
        assert ledger.verify().findings == (Finding(number, Fault.MISSING),)
        connection.execute("insert into consent_erased values (?, ?)", (number, number))
        assert ledger.verify().findings == (Finding(number, Fault.MISSING),), "no entry says that it was erased"
        connection.execute("delete from consent_entry where number = ?", (number,))
        assert Finding(number, Fault.MISSING) in ledger.verify().findings, "the last one too"


def test_a_cut_end_is_found_by_a_head_that_was_noted_elsewhere() -> None:
    with ledger_of([b"a", b"b", b"c"]) as (ledger, connection):
        head = ledger.head()
        assert head is not None
        without_triggers(connection)
        for table in ("body", "entry"):
            connection.execute(f"delete from consent_{table} where number = 3")
        connection.execute("update sqlite_sequence set seq = 2")
        assert ledger.verify().is_sound, "whoever may write the file can cut it, and nothing inside can tell"
        assert ledger.verify(kept_heads=[head]).findings == (Finding(3, Fault.MISSING),)
        assert ledger.verify(kept_heads=[Head(2, bytes(32))]).findings == (Finding(2, Fault.CHANGED),)


def test_an_erased_body_that_came_back_is_named() -> None:
    with ledger_of([b"a", b"b"]) as (ledger, connection):
        ledger.erase({2}, at=5, salt=salt_of(99))
        connection.execute("insert into consent_body values (2, ?, ?)", (salt_of(1), b"b"))
        assert ledger.verify().findings == (Finding(2, Fault.RETURNED),)


def test_the_digests_are_those_of_sha256() -> None:
    with ledger_of([b'{"a": 1}', b"second"]) as (ledger, connection):
        (first, body), (second, _) = ledger.entries()
        assert body is not None
        assert first.body_digest == hashlib.sha256(b"\x00\x00\x00\x10" + salt_of(0) + b'{"a": 1}').digest()
        assert second.previous == first.digest
        assert first.previous == bytes(32)
        dumped = json.dumps([list(map(str, row)) for row in connection.execute("select * from consent_entry")])
        assert "second" not in dumped


@pytest.mark.parametrize(
    "statement",
    [
        "update consent_entry set type = 'withdrawn' where number = 1",
        "delete from consent_entry where number = 1",
        "update consent_body set content = x'00' where number = 1",
        "delete from consent_body where number = 1",
        "update consent_erased set number = 1",
        "delete from consent_erased",
    ],
)
def test_the_database_refuses_to_change_what_was_written(statement: str) -> None:
    with ledger_of([b"a", b"b"]) as (ledger, connection):
        ledger.erase({2}, at=5, salt=salt_of(99))
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
        assert ledger.verify().is_sound


def test_two_ledgers_in_one_file_do_not_know_each_other() -> None:
    with ledger_of([b"a"]) as (ledger, connection):
        other = Ledger(connection, "promise")
        other.create()
        other.append("made", b"x", at=1, salt=salt_of(5))
        assert (ledger.verify().entries, other.verify().entries) == (1, 1)
        assert ledger.content(1) == b"a"


def test_what_would_break_the_chain_is_refused() -> None:
    with ledger_of([b"a"]) as (ledger, connection):
        with pytest.raises(LedgerError, match="guessed"):
            ledger.append("given", b"b", at=1, salt=b"short")
        connection.execute("commit")
        with pytest.raises(LedgerError, match="transaction"):
            ledger.append("given", b"b", at=1, salt=salt_of(1))
        with pytest.raises(LedgerError, match="name"):
            Ledger(connection, "x; drop table")
