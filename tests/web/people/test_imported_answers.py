"""Answers from files: kept once, with file and row; none above a later answer; undone with the import."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.test_import import tillit
from tests.journeys.logs import subject_of
from tillit import fault
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of as hashed
from tillit.vocabulary import ContactChannel, IdentifierKind, Purpose
from tillit_web.people import actions, queries
from tillit_web.people.consents import How, verify_consents
from tillit_web.people.imported_answers import ImportedAnswer, Kept, keep_imported, take_back_imported

ANA, HER_CARD = subject_of("ana"), subject_of("her card")
DAY_0 = datetime(2024, 1, 1, tzinfo=UTC)
LETTERS = (Purpose.MARKETING, ContactChannel.EMAIL)
MAPPING = """
identifiers = { email = "mail" }
[[consent]]
purpose = "marketing"
channel = "email"
answer = { column = "news" }
time = "at"
where = { column = "form" }
"""


def answer(day: int, *, granted: bool, subjects: tuple[bytes, ...] = (ANA,)) -> ImportedAnswer:
    said_at = int((DAY_0 + timedelta(days=day)).timestamp() * 1e6)
    return ImportedAnswer(subjects, *LETTERS, granted, "v1", "sv", f"letters.csv, #{day}", said_at)


def now(*, granted: bool) -> None:
    actions.record_consent(
        [ANA], Purpose.MARKETING, granted=granted, channel=ContactChannel.EMAIL, how=How.OWN_PAGE, where="/me/"
    )


def is_allowed(subject: bytes = ANA) -> bool:
    allowed = queries.permission(Purpose.MARKETING, aggregates_as_of=datetime.now(UTC)).persons.allows(subject)
    standing = queries.standing_of([subject]).get(LETTERS)
    assert allowed == (standing is not None and standing.granted), "the mask and the page say the same"
    assert (subject in queries.agreed([subject], Purpose.MARKETING)) == allowed
    return allowed


@pytest.mark.parametrize("order", list(itertools.permutations([(1, True), (2, False), (3, True), (4, False)])))
def test_in_whatever_order_files_come_the_latest_answer_counts(order: list[tuple[int, bool]]) -> None:
    for place, (day, granted) in enumerate(order):
        keep_imported([answer(day, granted=granted)], import_id=str(place))
        latest = max(order[: place + 1])
        assert is_allowed() == latest[1]
    given = queries.consents_of([ANA])
    assert [each.at for each in given] == [DAY_0 + timedelta(days=day) for day in (4, 3, 2, 1)], "none is thrown away"


def test_an_older_yes_from_a_file_never_overrides_a_later_no() -> None:
    now(granted=False)
    assert keep_imported([answer(1, granted=True)], import_id="a") == Kept(overtaken=1)
    assert not is_allowed()
    both = answer(2, granted=True, subjects=(ANA, HER_CARD))
    assert keep_imported([both], import_id="b") == Kept(overtaken=1), "a row speaks of one customer"
    assert not is_allowed(HER_CARD)


def test_of_a_yes_and_a_no_of_the_same_moment_the_no_counts() -> None:
    for granted in (False, True):
        keep_imported([answer(1, granted=granted)], import_id="a")
        assert not is_allowed()


def test_the_same_answer_again_adds_nothing() -> None:
    assert keep_imported([answer(1, granted=True)] * 2, import_id="a") == Kept(new=1, known=1)
    assert keep_imported([answer(1, granted=True)], import_id="b") == Kept(known=1)
    assert len(queries.consents_of([ANA])) == 1


def test_undoing_an_import_lets_what_it_overtook_count_again() -> None:
    keep_imported([answer(3, granted=False)], import_id="wrong")
    assert keep_imported([answer(2, granted=True)], import_id="right") == Kept(overtaken=1)
    assert not is_allowed()
    assert take_back_imported("wrong") == 1
    assert is_allowed()
    assert [each.granted for each in queries.consents_of([ANA])] == [True]
    assert keep_imported([answer(3, granted=False)], import_id="again") == Kept(new=1), "it can be imported again"
    assert not is_allowed()
    assert verify_consents().is_sound
    assert take_back_imported("nothing") == 0


def test_undoing_an_import_changes_nothing_that_was_said_since() -> None:
    keep_imported([answer(3, granted=True)], import_id="a")
    keep_imported([answer(2, granted=True)], import_id="b")
    now(granted=False)
    take_back_imported("a")
    assert not is_allowed()


def test_a_file_of_answers_is_imported_once_killed_or_not(tmp_path: Path, data_directory: Path) -> None:
    file, mapping = tmp_path / "letters.csv", tmp_path / "letters.toml"
    rows = [
        "ana@example.org,yes,2026-03-01,/offers",
        "bo@example.org,perhaps,2026-03-01,",
        "cy@example.org,no,2025-12-01,",
    ]
    file.write_text("\n".join(["mail,news,at,form", *rows]) + "\n", encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    typed = ("import", str(file), "--mapping", str(mapping), "--data", str(data_directory))
    killed = tillit(*typed, TILLIT_FAULT="import.answers_kept")
    assert killed.returncode == fault.EXIT_CODE, killed.stderr
    first, again = tillit(*typed), tillit(*typed)
    assert "3 rows: 2 accepted, 0 duplicate, 1 rejected; 0 new events" in first.stdout, first.stderr
    assert "answers of customers: 2 new, 0 on record already, 0 kept" in first.stdout
    assert "answers of customers: 0 new, 2 on record already, 0 kept" in again.stdout
    assert "answer_unreadable" in (tmp_path / "letters.csv.rejected.csv").read_text(encoding="utf-8-sig")
    found = [queries.standing_of([_subject(data_directory, name)])[LETTERS] for name in ("ana", "cy")]
    assert [(each.granted, each.how, each.where) for each in found] == [
        (True, How.FILE, "letters.csv, #1, /offers"),
        (False, How.FILE, "letters.csv, #3"),
    ]


def _subject(data: Path, name: str) -> bytes:
    return hashed(IdentifierKind.EMAIL, f"{name}@example.org", key=read_or_create_key(data))
