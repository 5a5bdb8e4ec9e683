"""Times of all the ways in which programs write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.errors import AmbiguityError, MappingError
from tillit.events.faults import Faults
from tillit.events.mapping import Time
from tillit.events.times import TimeReader
from tillit.sentences import Sentence

ZERO = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.datetimes(datetime(1970, 1, 2), datetime(2100, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def read(
    values: pa.Array | list[str | None], *, pattern: str | None = None, zone: str | None = None
) -> tuple[list[datetime | None], dict[int, str], tuple[Sentence, ...]]:
    """Read a whole column: the times (None: none), the codes of refused places, the notes."""
    table = pa.table({"at": values})
    reader, faults = TimeReader(Time(("at",), pattern), zone), Faults(table.num_rows)
    numbers = np.arange(1, table.num_rows + 1)
    if not reader.learn(table, numbers):
        reader.conclude()
    micros, there = reader.read(table, np.ones(table.num_rows, dtype=np.bool_), faults)
    found = [
        ZERO + timedelta(microseconds=int(value)) if is_there and not refused else None
        for value, is_there, refused in zip(micros, there, faults.refused, strict=True)
    ]
    return found, {int(place): faults.of(int(place))[0] for place in np.flatnonzero(faults.refused)}, reader.notes


WHEN = datetime(2026, 3, 5, 14, 7, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("2026-03-05T14:07:09Z", {}),
        ("2026-03-05 14:07:09", {}),
        ("2026-03-05T15:07:09+01:00", {}),
        ("2026-03-05 15:07:09 +0100", {}),
        ("2026-03-05 03:37:09-10:30", {}),
        ("2026-03-05T14:07:09.000Z", {}),
        ("2026-03-05 14:07:09 UTC", {}),
        ("20260305T140709Z", {}),
        ("2026/3/5 14:07:09", {}),
        ("05.03.2026 14:07:09", {}),
        ("5.3.26 14:07", {"second": 0}),
        ("5.3.2026 14.07", {"second": 0}),
        ("5 Mar 2026 14:07:09", {}),
        ("5 mars 2026 kl. 14:07", {"second": 0}),
        ("Thu, 05 Mar 2026 14:07:09 GMT", {}),
        ("Mar 5, 2026, 2:07 PM", {"second": 0}),
        ("Mar 5, 2026, 2:07\u202fPM", {"second": 0}),
        ("2026-03-05", {"hour": 0, "minute": 0, "second": 0}),
        ("20260305", {"hour": 0, "minute": 0, "second": 0}),
        ("1772719629", {}),
        ("1772719629000", {}),
        ("1772719629000000", {}),
    ],
)
def test_a_form_needs_no_format(text: str, lost: dict[str, int]) -> None:
    assert read([text])[0] == [WHEN.replace(**lost)]  # type: ignore[arg-type]


@given(st.lists(moments, min_size=1, max_size=20), st.sampled_from([" ", "T"]), st.integers(-720, 840))
def test_iso_8601_comes_back_to_the_microsecond(found: list[datetime], separator: str, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    texts: list[str | None] = [moment.astimezone(zone).isoformat(separator) for moment in found]
    assert read(texts)[:2] == (found, {})


@given(moments)
@pytest.mark.parametrize("pattern", ["%d.%m.%Y %H:%M:%S", "%m/%d/%y %I:%M:%S %p", "%Y%m%d%H%M%S", "%d %b %Y %H.%M.%S"])
def test_a_given_format_is_read_as_strptime_does(pattern: str, moment: datetime) -> None:
    text = moment.strftime(pattern)
    wanted = datetime.strptime(text, pattern).replace(tzinfo=UTC)
    if "%y" in pattern and wanted.year < 1970:
        wanted = wanted.replace(year=wanted.year + 100)
    if wanted.year < 2070 or "%y" not in pattern:  # two digits mean 1970 to 2069, here as with strptime but for 1969
        assert read([text], pattern=pattern)[0] == [wanted]


def test_dates_are_day_first_when_one_row_says_so() -> None:
    found, refused, notes = read(["03/04/2026 10:00", "25/04/2026 10:00", None])
    assert found == [datetime(2026, 4, 3, 10, tzinfo=UTC), datetime(2026, 4, 25, 10, tzinfo=UTC), None]
    assert refused == {}
    assert any("day first" in note and "25/04/2026" in note for note in notes)


def test_dates_are_month_first_when_one_row_says_so() -> None:
    assert read(["03/04/2026", "04/25/2026"])[0][0] == datetime(2026, 3, 4, tzinfo=UTC)


def test_dates_that_tell_nothing_are_refused_with_both_remedies() -> None:
    with pytest.raises(AmbiguityError, match=r"row 2\).*%d/%m/%Y.*%m/%d/%Y"):
        read([None, "03/04/2026", "05/05/2026"])


@pytest.mark.parametrize("text", ["26-03-01", "26-03-31 10:15"])
def test_a_short_year_that_may_stand_first_or_last_is_asked_for(text: str) -> None:
    """The 31st of March 2026 in Sweden; read day first it would be the 26th of March 2031."""
    with pytest.raises(AmbiguityError, match=r"row 2\).*first or last.*%y-%m-%d.*%d-%m-%y"):
        read([None, text])


@pytest.mark.parametrize(
    "text",
    ["03/04/2026", "03-04-2026 10:15", "3/4/26, 10.15.30", "03/04/2026 3:15 PM", "03/04/2026T10:15:30.250+02:00"],
)
def test_the_format_that_a_remedy_names_reads_what_it_was_asked_for(text: str) -> None:
    with pytest.raises(AmbiguityError) as asked:
        read([text])
    day_first, month_first = re.findall(r'format = "([^"]+)"', str(asked.value))
    found = [read([text], pattern=pattern)[0][0] for pattern in (day_first, month_first)]
    assert [moment and moment.month for moment in found] == [4, 3]


def test_dates_that_contradict_each_other_name_both_rows() -> None:
    with pytest.raises(AmbiguityError, match=r"row 3\).*day first.*row 1\).*month first"):
        read(["04/25/2026", "03/04/2026", "25/04/2026"])


def test_a_date_that_is_the_same_both_ways_is_read() -> None:
    assert read(["05/05/2026"])[0] == [datetime(2026, 5, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("soon", "time_unreadable"),
        ("2026-02-30", "time_unreadable"),
        ("2026-13-01", "time_unreadable"),
        ("2026-03-05 24:00", "time_unreadable"),
        ("13:00 PM 2026-01-01", "time_unreadable"),
        ("46000.25", "time_unreadable"),
        ("2026-03-05 " + "1" * 60, "time_unreadable"),
        ("1900-01-01", "time_absurd"),
        ("9999-12-31", "time_absurd"),
        ("0001-01-01 00:00:00", "time_absurd"),
    ],
)
def test_what_is_no_time_is_refused(text: str, code: str) -> None:
    found, refused, _ = read(["2026-01-01", text])
    assert (found[1], refused) == (None, {1: code})


@pytest.mark.parametrize("nothing", ["", "  ", "NULL", "NaT", "nan", "-", "0000-00-00 00:00:00"])
def test_nothing_is_no_time_and_no_fault(nothing: str) -> None:
    assert read(["2026-01-01", nothing])[:2] == ([datetime(2026, 1, 1, tzinfo=UTC), None], {})


def test_a_zone_that_is_missing_is_said_and_a_given_one_is_used() -> None:
    found, _, notes = read(["2026-07-01 12:00"])
    assert found == [datetime(2026, 7, 1, 12, tzinfo=UTC)]
    assert any("UTC" in note and "timezone =" in note for note in notes)
    found, _, notes = read(["2026-07-01 12:00", "2026-07-01T12:00Z"], zone="Europe/Stockholm")
    assert found == [datetime(2026, 7, 1, 10, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)]
    assert notes == ()


def test_skipped_and_repeated_hours_are_counted() -> None:
    _, _, notes = read(["2026-03-29 02:30", "2026-10-25 02:30", "2026-10-25 03:30"], zone="Europe/Oslo")
    assert [note.values["count"] for note in notes] == [1, 1]


@pytest.mark.parametrize(
    ("values", "zone"),
    [
        (pa.array([WHEN], pa.timestamp("us", "UTC")), None),
        (pa.array([WHEN], pa.timestamp("ns", "Europe/Oslo")), None),
        (pa.array([WHEN.replace(tzinfo=None, hour=15)], pa.timestamp("ms")), "Europe/Oslo"),
        (pa.array([1772719629], pa.int64()), "Europe/Oslo"),
        (pa.array([1772719629000.0], pa.float64()), None),
        (pa.array(["2026-03-05T14:07:09Z"]).dictionary_encode(), None),
    ],
)
def test_typed_columns(values: pa.Array, zone: str | None) -> None:
    assert read(pa.concat_arrays([values, pa.nulls(1, values.type)]), zone=zone)[0] == [WHEN, None]


def test_typed_dates_are_local_midnights() -> None:
    found, _, _ = read(pa.array([date(2026, 3, 5)]), zone="Europe/Helsinki")
    assert found == [datetime(2026, 3, 4, 22, tzinfo=UTC)]


@pytest.mark.parametrize("pattern", ["%Y-%m-%d %Q", "%H:%M", "%Y-%m-%d %Y"])
def test_a_format_that_cannot_be_is_refused(pattern: str) -> None:
    with pytest.raises(MappingError, match="time format"):
        read(["x"], pattern=pattern)


@pytest.mark.parametrize("values", [["45123.5", "45123,5"], pa.array([45123.5, 45123.5])])
def test_a_spreadsheets_serial_dates_are_named_and_read_when_told(values: pa.Array | list[str | None]) -> None:
    table = pa.table({"at": values})
    faults, asked = Faults(2), np.ones(2, dtype=np.bool_)
    TimeReader(Time(("at",)), None).read(table, asked, faults)
    assert faults.refused.all()
    assert 'write format = "excel" in the mapping' in faults.of(0)[1]
    summer_noon = datetime(2023, 7, 16, 10, tzinfo=UTC)
    assert read(values, pattern="excel", zone="Europe/Stockholm")[0] == [summer_noon] * 2


@given(moments.map(lambda moment: moment.replace(microsecond=0)))
def test_serial_dates_come_back_to_the_second(moment: datetime) -> None:
    days = (moment - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)
    assert read([f"{days:.10f}"], pattern="excel")[0] == [moment]
    if moment.year < 2100:
        assert read(pa.array([days]), pattern="excel")[0] == [moment]
