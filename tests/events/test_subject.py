"""Subjects: one form for each person, nobody for those who have none, and a key that is never lost silently."""

from __future__ import annotations

import hmac
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.errors import KeyMissing, StoreError
from tillit.events.key import read_or_create_key
from tillit.events.subject import Identified, Subjects, country_of_zone, normalise, normalised_texts, subject_of
from tillit.vocabulary import IdentifierKind

KEY = b"a key of thirty-two bytes length"
EMAIL, PHONE, ORDER = IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.ORDER


@pytest.mark.parametrize(
    ("kind", "value", "region", "form"),
    [
        (EMAIL, " Ana@X.se ", None, "ana@x.se"),
        (EMAIL, "mailto:Ana@x.se", None, "ana@x.se"),
        (EMAIL, "A\u030asa@x.se", None, "åsa@x.se"),
        (EMAIL, "ana", None, None),
        (EMAIL, "ana@x.se, bo@x.se", None, None),
        (PHONE, "070-123 45 67", "SE", "+46701234567"),
        (PHONE, "+46 (0)70-123 45 67", None, "+46701234567"),
        (PHONE, "0046 70 123 45 67", "SE", "+46701234567"),
        (PHONE, "tel:+46701234567", None, "+46701234567"),
        (PHONE, "+46\u00a070\u2011123 45 67", None, "+46701234567"),
        (PHONE, "99 99 99 99", "NO", "+4799999999"),
        (PHONE, "070-123 45 67", None, None),
        (PHONE, "12", "SE", None),
        (ORDER, " #1001A ", None, "#1001a"),
    ],
)
def test_the_form_in_which_identifiers_are_compared(
    kind: IdentifierKind, value: str, region: str | None, form: str | None
) -> None:
    assert normalise(kind, value, region=region) == form


@pytest.mark.parametrize("kind", list(IdentifierKind))
@pytest.mark.parametrize(
    "value", ["null", "None", " GUEST ", "0", "[object Object]", "undefined", "n/a", "", " ", "NaN"]
)
def test_words_for_nobody_name_nobody(kind: IdentifierKind, value: str) -> None:
    assert normalise(kind, value, region="SE") is None


@pytest.mark.parametrize(
    ("kind", "value", "refused"),
    [
        (EMAIL, "noreply@x.se", True),
        (EMAIL, "No-Reply+7@x.se", True),
        (EMAIL, "null@null.com", True),
        (EMAIL, "ana@localhost", True),
        (EMAIL, "guestbook@x.se", False),
        (EMAIL, "ana@guest.se", False),
        (PHONE, "070-000 00 00", True),
        (PHONE, "+46777777777", False),
        (PHONE, "070-100 00 00", False),
    ],
)
def test_well_formed_and_still_nobodys(kind: IdentifierKind, value: str, refused: bool) -> None:
    assert (normalise(kind, value, region="SE") is None) == refused


def test_a_subject_is_the_hmac_of_kind_and_form() -> None:
    assert subject_of(ORDER, "#1", key=KEY) == hmac.digest(KEY, b"order:#1", "sha256")[:16]
    assert subject_of(EMAIL, "a@b", key=b"x" * 100) == hmac.digest(b"x" * 100, b"email:a@b", "sha256")[:16]


@given(st.lists(st.none() | st.sampled_from(["Ana@x.se", "ana@x.se ", "bo@x.se", "guest", "nobody", "Åsa@x.se"])))
def test_columns_agree_with_values_one_by_one(values: list[str | None]) -> None:
    subjects = Subjects(KEY)
    forms = [None if value is None else normalise(EMAIL, value) for value in values]
    wanted = [None if form is None else hmac.digest(KEY, b"email:" + form.encode(), "sha256")[:16] for form in forms]
    taken = np.arange(len(values))
    for _ in range(2):  # the second time from memory
        identified = subjects.identify(EMAIL, pa.array(values, pa.string()))
        assert identified.subjects.to_pylist() == wanted
    contacts = contacts_of(subjects, EMAIL, identified, taken)
    assert contacts == {(digest, "email", form) for digest, form in zip(wanted, forms, strict=True) if form is not None}
    assert not contacts_of(subjects, EMAIL, identified, taken)


@given(st.text() | st.text(st.characters(max_codepoint=127)) | st.sampled_from(["GUEST", "N/A", "A-1 ", "\x1fa"]))
def test_one_identifier_has_the_form_that_a_column_gives_it(value: str) -> None:
    """A plain one is brought into its form without Arrow; the column, which always asks Arrow, is the reference."""
    (form,) = normalised_texts(ORDER, pa.array([value], pa.string()), None).to_pylist()
    assert normalise(ORDER, value) == form


def contacts_of(
    subjects: Subjects, kind: IdentifierKind, identified: Identified, rows: npt.NDArray[np.int64]
) -> set[tuple[bytes, str, str]]:
    found = subjects.contacts(kind, identified, rows).to_pylist()
    return {(row["subject"], row["kind"], row["value"]) for row in found}


def test_what_only_rows_that_are_not_taken_name_is_no_contact() -> None:
    subjects = Subjects(KEY)
    for rows, told in (([1], {"bo@x.se"}), ([1, 2], set()), ([0], {"ana@x.se"})):
        identified = subjects.identify(EMAIL, pa.array(["Ana@x.se", "bo@x.se", None]))
        found = contacts_of(subjects, EMAIL, identified, np.array(rows))
        assert {value for _, _, value in found} == told


def test_order_numbers_are_no_contacts() -> None:
    subjects = Subjects(KEY)
    assert not contacts_of(subjects, ORDER, subjects.identify(ORDER, pa.array(["#1"])), np.array([0]))


def test_a_ready_made_code_counts_only_where_it_was_said_that_there_are_some() -> None:
    code = "hashed:" + "0f" * 16
    cells = pa.array([code, code.upper(), "hashed:0f", "ana"])
    trusting = Subjects(KEY, hashed=True, namespace="shop").identify(ORDER, cells)
    text = [subject_of(ORDER, f"shop/{value}", key=KEY) for value in (code, "hashed:0f", "ana")]
    assert trusting.subjects.to_pylist() == [bytes.fromhex("0f" * 16)] * 2 + text[1:]
    plain = Subjects(KEY, namespace="shop").identify(ORDER, cells)
    assert plain.subjects.to_pylist() == [text[0], *text]
    assert Subjects(KEY).identify(EMAIL, cells).subjects.to_pylist() == [None] * 4


@pytest.mark.parametrize(
    ("zone", "country"), [("Europe/Stockholm", "SE"), ("Europe/Oslo", "NO"), ("UTC", None), (None, None)]
)
def test_a_zone_tells_the_country(zone: str | None, country: str | None) -> None:
    assert country_of_zone(zone) == country


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(read_or_create_key, [tmp_path / "new"] * 16))
    assert len(keys) == 1
    assert len(next(iter(keys))) == 32
    files = list((tmp_path / "new").iterdir())
    assert [file.name for file in files] == ["secret.key"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_events_without_their_key_are_refused(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "000001-events.parquet").touch()
    with pytest.raises(KeyMissing, match="from your backup"):
        read_or_create_key(tmp_path)
    assert not (tmp_path / "secret.key").exists()


def test_a_key_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="5 bytes"):
        read_or_create_key(tmp_path)
