"""Answers that a file reports: read by the words people write, refused where a yes could be made up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.events.text_files import KEY, rows_of
from tillit.errors import MappingError
from tillit.events.mapping_toml import parse_mapping
from tillit.events.staging import Staged, stage
from tillit.events.subject import subject_of
from tillit.vocabulary import IdentifierKind

NOW = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * 1_000_000
LETTERS = """
identifiers = { email = "mail", customer = "no" }
[[consent]]
purpose = "marketing"
channel = "email"
answer = { column = "news", rename = { "ja tack" = "yes" } }
time = "at"
wording = { column = "text" }
where = { column = "form" }
"""
HEADER = "mail,no,news,at,text,form\n"


def staged(folder: Path, text: str, mapping: str = LETTERS) -> Staged:
    path = folder / "letters.csv"
    path.write_text(text, encoding="utf-8")
    how = parse_mapping(mapping, name="m")
    return stage([path], [how], key=KEY, received_at=NOW, work=folder / "work")


def who(kind: IdentifierKind, value: str) -> bytes:
    return subject_of(kind, value, key=KEY)


def test_an_answer_is_read_with_everything_that_shows_it(tmp_path: Path) -> None:
    found = staged(tmp_path, HEADER + "ana@example.org,17,Ja tack,2026-03-01T10:00:00Z,v2,/offers\n")
    (answer,) = rows_of(found.answers)
    assert answer == {
        "origin_row": 1,
        "subjects": sorted(
            [who(IdentifierKind.EMAIL, "ana@example.org"), who(IdentifierKind.CUSTOMER, "17")],
        ),
        "purpose": "marketing",
        "channel": "email",
        "granted": True,
        "wording": "v2",
        "language": "",
        "where": "/offers",
        "said_at": int(datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()) * 1_000_000,
    }
    assert found.events == ()
    assert (found.receipt.rows, found.receipt.accepted, found.receipt.rows_without_event) == (1, 1, 0)
    assert [row["value"] for row in rows_of(found.contacts)] == ["ana@example.org"], "the address that was agreed to"


@pytest.mark.parametrize(
    ("row", "granted", "code"),
    [
        ("ana@example.org,,yes,2026-03-01,,", True, None),
        ("ana@example.org,,JA,2026-03-01,,", True, None),
        ("ana@example.org,,1,2026-03-01,,", True, None),
        ("ana@example.org,,nei,2026-03-01,,", False, None),
        ("ana@example.org,,unsubscribed,2026-03-01,,", False, None),
        ("ana@example.org,,,,,", None, None),
        ("ana@example.org,,,2026-03-01,,", None, None),
        ("ana@example.org,,perhaps,2026-03-01,,", None, "answer_unreadable"),
        ("ana@example.org,,yes,,,", None, "answer_time_missing"),
        ("ana@example.org,,yes,yesterday,,", None, "time_unreadable"),
        ("ana@example.org,,yes,2026-06-02,,", None, "answer_time_ahead"),
        (",,yes,2026-03-01,,", None, "subject_missing"),
        ("guest,,yes,2026-03-01,,", None, "subject_missing"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    tmp_path: Path, row: str, granted: bool | None, code: str | None
) -> None:
    found = staged(tmp_path, f"{HEADER}{row}\n")
    assert [answer["granted"] for answer in rows_of(found.answers)] == ([] if granted is None else [granted])
    assert found.receipt.reasons == (() if code is None else ((code, 1),))


FROM_COLUMNS = """
identifiers = { email = "mail" }
[[consent]]
purpose = { column = "what", rename = { nyhetsbrev = "marketing" } }
channel = { column = "how" }
answer = { column = "news" }
time = "at"
"""


def test_purpose_and_way_of_contact_may_stand_in_columns(tmp_path: Path) -> None:
    text = (
        "mail,what,how,news,at\n"
        "ana@example.org,Nyhetsbrev,sms,yes,2026-03-01\n"
        "ana@example.org,measurement,sms,no,2026-03-01\n"
        "ana@example.org,service,,no,2026-03-01\n"
        "ana@example.org,marketing,pigeon,yes,2026-03-01\n"
    )
    found = staged(tmp_path, text, FROM_COLUMNS)
    told = [(answer["purpose"], answer["channel"], answer["granted"]) for answer in rows_of(found.answers)]
    assert told == [("marketing", "sms", True), ("measurement", None, False)]
    assert dict(found.receipt.reasons) == {"purpose_unknown": 1, "way_of_contact_unknown": 1}


BESIDE_ORDERS = """
identifiers = { email = "mail" }
event_id = "id"
[[event]]
activity = "order_completed"
time = "bought"
[[consent]]
purpose = "marketing"
channel = "email"
answer = "yes"
time = "agreed"
"""


def test_a_row_that_is_refused_gives_no_answer_either(tmp_path: Path) -> None:
    text = (
        "id,mail,bought,agreed\n"
        "1,ana@example.org,2026-03-01,2026-03-01\n"
        "2,bo@example.org,2026-03-02,\n"
        "3,cy@example.org,soon,2026-03-03\n"
        "1,di@example.org,2026-03-04,2026-03-04\n"
    )
    found = staged(tmp_path, text, BESIDE_ORDERS)
    assert dict(found.receipt.reasons) == {"time_unreadable": 1, "id_conflict": 1}
    (answer,) = rows_of(found.answers)
    assert answer["origin_row"] == 1, "whose time is empty agreed to nothing"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ('purpose = "service"', "consent 1: purpose is 'service'"),
        ('purpose = "marketing"\nchannel = "pigeon"', "consent 1: channel is 'pigeon'"),
        ('purpose = "marketing"', "consent 1: channel is missing"),
        ('purpose = "measurement"\nanswer = "maybe"', "consent 1: answer is 'maybe'"),
        ('purpose = "measurement"\nwords = "v1"', '"words" is no key of a mapping. Did you mean "wording"'),
    ],
)
def test_a_mistake_in_the_mapping_is_named(changed: str, said: str) -> None:
    answer = "" if "answer" in changed else 'answer = { column = "news" }\n'
    text = f'identifiers = {{ email = "mail" }}\n[[consent]]\n{changed}\n{answer}time = "at"\n'
    with pytest.raises(MappingError) as refused:
        parse_mapping(text, name="m")
    assert said in str(refused.value)
