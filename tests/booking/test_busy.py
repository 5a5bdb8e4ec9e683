"""When calendars say that somebody is busy, each case placed by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tillit.booking.busy import Reader, busy_times
from tillit.errors import FileError

STOCKHOLM = ZoneInfo("Europe/Stockholm")
READER = Reader("Europe/Stockholm", ("ada@example.org",), ("own@tillit",))
FIRST = datetime(2026, 10, 19, tzinfo=STOCKHOLM)  # a Monday; the clock changes on the Sunday after
LAST = FIRST + timedelta(days=14)


def micros(at: datetime) -> int:
    return round(at.timestamp()) * 1_000_000


def calendar(*events: str, before: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", *filter(None, [before])]
    for number, event in enumerate(events):
        uid = "" if "UID:" in event else f"UID:{number}"
        lines += ["BEGIN:VEVENT", *filter(None, [uid]), "DTSTAMP:20261001T080000Z", *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def busy(*texts: bytes) -> list[str]:
    """The spans as a person in Stockholm would write them: day and time, on that day's clock."""
    spans = busy_times(texts, READER, first=micros(FIRST), last=micros(LAST))
    local = [[datetime.fromtimestamp(at // 10**6, STOCKHOLM) for at in span] for span in spans]
    return [f"{starts:%d} {starts:%H:%M}-{ends:%d} {ends:%H:%M}" for starts, ends in local]


LUNCH = "DTSTART;TZID=Europe/Stockholm:20261020T120000|DTEND;TZID=Europe/Stockholm:20261020T130000"
WEEKLY = f"UID:w|{LUNCH}|RRULE:FREQ=WEEKLY"
MOVED = LUNCH.replace("20261020T1", "20261021T1").replace("RRULE", "X-R")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([LUNCH], ["20 12:00-20 13:00"]),
        (["DTSTART:20261020T100000Z|DURATION:PT90M"], ["20 12:00-20 13:30"]),
        (["DTSTART:20261020T120000|DTEND:20261020T130000"], ["20 12:00-20 13:00"]),  # floating: the clock on the wall
        (['DTSTART;TZID="FLE Standard Time":20261020T120000|DURATION:PT1H'], ["20 11:00-20 12:00"]),  # Helsinki
        (["DTSTART;TZID=America/New_York:20261026T060000|DURATION:PT1H"], ["26 11:00-26 12:00"]),  # five hours, not six
        (["DTSTART;VALUE=DATE:20261021|DTEND;VALUE=DATE:20261023"], ["21 00:00-23 00:00"]),
        (["DTSTART;VALUE=DATE:20261021"], ["21 00:00-22 00:00"]),
        (["DTSTART;VALUE=DATE:20261025"], ["25 00:00-26 00:00"]),  # 25 hours
        ([WEEKLY], ["20 12:00-20 13:00", "27 12:00-27 13:00"]),  # at noon before and after the clock changes
        ([f"{LUNCH}|RRULE:FREQ=DAILY;COUNT=3"], [f"{day} 12:00-{day} 13:00" for day in (20, 21, 22)]),
        ([f"{WEEKLY}|EXDATE;TZID=Europe/Stockholm:20261027T120000"], ["20 12:00-20 13:00"]),
        (
            [WEEKLY, f"UID:w|RECURRENCE-ID;TZID=Europe/Stockholm:20261027T120000|{MOVED.replace('1021', '1029')}"],
            ["20 12:00-20 13:00", "29 12:00-29 13:00"],
        ),
        (  # one that was moved into the window from outside
            [
                f"{WEEKLY};UNTIL=20261231T000000Z".replace("20261020", "20261006"),
                f"UID:w|RECURRENCE-ID;TZID=Europe/Stockholm:20261013T120000|{MOVED}",
            ],
            ["20 12:00-20 13:00", "21 12:00-21 13:00", "27 12:00-27 13:00"],
        ),
        (
            [WEEKLY, f"UID:w|RECURRENCE-ID;TZID=Europe/Stockholm:20261027T120000|STATUS:CANCELLED|{MOVED}"],
            ["20 12:00-20 13:00"],
        ),
        ([f"UID:s|SEQUENCE:3|{MOVED}", f"UID:s|SEQUENCE:2|{LUNCH}"], ["21 12:00-21 13:00"]),
        ([f"UID:s|SEQUENCE:2|{LUNCH}", f"UID:s|SEQUENCE:10|{MOVED}"], ["21 12:00-21 13:00"]),
        ([f"{LUNCH}|TRANSP:TRANSPARENT"], []),
        ([f"{LUNCH}|STATUS:CANCELLED"], []),
        ([f"{LUNCH}|STATUS:TENTATIVE"], ["20 12:00-20 13:00"]),
        ([f"{LUNCH}|X-MICROSOFT-CDO-BUSYSTATUS:FREE"], []),
        ([f"{LUNCH}|X-MICROSOFT-CDO-BUSYSTATUS:OOF"], ["20 12:00-20 13:00"]),
        ([f"{LUNCH}|ATTENDEE;PARTSTAT=DECLINED:mailto:Ada@Example.org"], []),
        ([f"{LUNCH}|ATTENDEE;PARTSTAT=DECLINED:mailto:bo@example.org"], ["20 12:00-20 13:00"]),
        ([f"{LUNCH}|ATTENDEE:mailto:x@y.z|ATTENDEE;PARTSTAT=DECLINED:MAILTO:ada@example.org"], []),
        ([f"UID:own@tillit|{LUNCH}"], []),
        (["DTSTART:20261020T100000Z"], []),  # lasts no time
        (["DTSTART:20261020T100000Z|DTEND:20261020T090000Z"], ["20 11:00-20 12:00"]),  # the wrong way round
        ([LUNCH, "DTSTART:20261020T103000Z|DURATION:PT1H"], ["20 12:00-20 13:30"]),
        (["DTSTART:20261018T100000Z|DTEND:20261019T010000Z"], ["19 00:00-19 03:00"]),  # cut at the window's edge
        (["DTSTART:20251020T100000Z|DURATION:PT1H"], []),
    ],
)
def test_when_they_are_busy(events: list[str], expected: list[str]) -> None:
    assert busy(calendar(*events)) == expected


CUSTOM = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE""".replace("\n", "\r\n")


def test_a_clock_that_the_calendar_brings_along_is_read() -> None:
    event = "DTSTART;TZID=Customized Time Zone:20261020T120000|DURATION:PT1H|RRULE:FREQ=WEEKLY"
    assert busy(calendar(event, before=CUSTOM)) == ["20 11:00-20 12:00", "27 11:00-27 12:00"]


def test_published_free_and_busy_is_read() -> None:
    said = (
        "BEGIN:VFREEBUSY\r\nUID:f\r\nDTSTAMP:20261001T080000Z\r\n"
        "FREEBUSY:20261020T100000Z/PT1H,20261021T100000Z/20261021T113000Z\r\n"
        "FREEBUSY;FBTYPE=FREE:20261022T100000Z/PT1H\r\nEND:VFREEBUSY"
    )
    assert busy(calendar(before=said)) == ["20 12:00-20 13:00", "21 12:00-21 13:30"]


def test_objects_of_a_collection_are_one_calendar() -> None:
    assert busy(calendar(f"UID:a|{LUNCH}"), calendar(f"UID:b|{MOVED}")) == ["20 12:00-20 13:00", "21 12:00-21 13:00"]
    assert busy() == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "no calendar"),
        (b"<html><body>Sign in</body></html>", "no calendar"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "no calendar"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "no calendar"),
        (calendar(f"{LUNCH}|RRULE:FREQ=SECONDLY"), "more often than meetings"),
        (calendar(f"{LUNCH}|RRULE:FR\r\n EQ=MINUTELY"), "more often than meetings"),
        (calendar(f"{LUNCH}|RRULE:FREQ=HOURLY;INTERVAL=1"), "more often than meetings"),
        (calendar(f"{LUNCH}|RRULE:FREQ=DAILY;BYMINUTE={','.join(map(str, range(60)))}"), "more often"),
        (calendar(LUNCH, before=CUSTOM.replace("YEARLY", "DAILY")), "more often than meetings"),
        (calendar(*["DTSTART:18000101T000000Z|RRULE:FREQ=DAILY"] * 30), "more than is read"),
        (calendar(*["DTSTART:20260101T000000Z"] * 20_001), "more than is read"),
        (calendar("DTSTART;TZID=Nowhere/Here:20261020T120000|DURATION:PT1H"), "a zone that nobody knows: Nowhere/Here"),
        (calendar("DTSTART:tomorrow|DURATION:PT1H"), "cannot be read"),
        (calendar(f"{LUNCH}|RRULE:FREQ=WEEKLY;UNTIL=whenever"), "cannot be read"),
        (calendar("SUMMARY:without a time"), "cannot be read"),
    ],
)
def test_what_cannot_be_trusted_is_named(text: bytes, says: str) -> None:
    with pytest.raises(FileError, match=says):
        busy(text)


def test_a_zone_that_nobody_knows_does_no_harm_once_it_is_over() -> None:
    assert busy(calendar("DTSTART;TZID=Nowhere/Here:20240101T120000|DURATION:PT1H", LUNCH)) == ["20 12:00-20 13:00"]


def test_a_day_off_begins_and_ends_at_midnight_of_the_place_on_each_day_of_ten_years() -> None:
    text = calendar("DTSTART;VALUE=DATE:20260101|RRULE:FREQ=DAILY;INTERVAL=2")
    for zone in ("Europe/Stockholm", "Europe/Helsinki", "Atlantic/Reykjavik"):
        place = ZoneInfo(zone)
        since, until = (datetime(year, 1, 1, tzinfo=place) for year in (2026, 2037))
        spans = busy_times([text], Reader(zone), first=micros(since), last=micros(until))
        expected, day = [], since.date()
        while day < until.date():
            ends = min(day + timedelta(days=1), until.date())
            expected.append(tuple(micros(datetime(one.year, one.month, one.day, tzinfo=place)) for one in (day, ends)))
            day += timedelta(days=2)
        assert list(spans) == expected


def test_of_an_hour_of_the_night_that_comes_twice_both_are_taken() -> None:
    night = calendar("DTSTART;TZID=Europe/Stockholm:20261025T023000|DURATION:PT30M")
    spans = busy_times([night], READER, first=micros(FIRST), last=micros(LAST))
    assert spans == (
        (micros(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)), micros(datetime(2026, 10, 25, 2, tzinfo=UTC))),
    )
