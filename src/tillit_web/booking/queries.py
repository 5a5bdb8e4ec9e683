"""What pages read of bookings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from tillit.booking.calendars import Appointment
from tillit.booking.slots import MINUTE, STEP_MINUTES, Slot, Span, apart, free_slots, merged
from tillit.booking.slots import Host as FreeHost
from tillit.booking.slots import Room as FreeRoom
from tillit.journeys.opening import COUNTRIES, OpeningHours
from tillit_web.booking.clocks import is_other_clock, on_clocks
from tillit_web.booking.models import (
    Booking,
    BusyCalendar,
    BusySpan,
    Host,
    Kind,
    Occasion,
    OutgoingMail,
    Room,
    TakenStep,
)
from tillit_web.mail import can_mail
from tillit_web.people.queries import CompanyFacts, being_erased, company
from tillit_web.ui.outgoing_words import why_no_answer
from tillit_web.ui.templatetags.tillit import said

WEEK = timedelta(days=7)
FURTHEST_WEEK = 26
DAY = 86_400_000_000
PROMISED_DAYS = 14
UID_HOME = "tillit"


def instant(at: int) -> datetime:
    """Microseconds UTC as an aware instant."""
    return datetime.fromtimestamp(at // 1_000_000, UTC)


def micros(at: datetime) -> int:
    """An aware instant as microseconds UTC."""
    return round(at.timestamp()) * 1_000_000


def slots_of(kind: Kind, *, first: int, last: int, now: datetime, room: Room | None = None) -> tuple[Slot, ...]:
    """What is free from `first` to before `last` (microseconds UTC), no further ahead than the kind allows.

    Args:
        room: The only one that is wanted; None for any.
    """
    furthest = micros(now + timedelta(days=kind.ahead_days))
    if first >= furthest or last <= micros(now):
        return ()
    here = company()
    silent = set(silent_hosts(now))
    hosts = [host for host in kind.hosts.filter(is_active=True).order_by("pk") if host.pk not in silent]
    rooms = list(kind.rooms.order_by("pk"))
    wanted = [one for one in rooms if one.is_active and room in (None, one)]
    taken = _taken(kind, hosts, wanted, first, last)
    begun = _begun(kind, room if rooms else None, first, last)
    free = [
        FreeHost(host.pk, _hours(host.hours, here), merged(taken["host", host.pk]), tuple(begun[host.pk]))
        for host in hosts
    ]
    places = [
        FreeRoom(one.pk, _hours(one.hours, here) if one.hours else None, merged(taken["room", one.pk]))
        for one in wanted
    ]
    return free_slots(
        kind.meeting,
        free,
        here.timezone,
        first=first,
        last=min(last, furthest),
        now=micros(now),
        rooms=places if rooms else None,
    )


def _hours(text: str, here: CompanyFacts) -> OpeningHours:
    return OpeningHours.parse(text, holidays=here.country if here.country in COUNTRIES else "")


def _taken(
    kind: Kind, hosts: Sequence[Host], rooms: Sequence[Room], first: int, last: int
) -> defaultdict[tuple[str, int], list[Span]]:
    """What hosts and rooms have taken around a stretch, by ("host" or "room", its key)."""
    step = STEP_MINUTES * MINUTE
    margin = (kind.minutes + kind.before + kind.after) * MINUTE
    near = TakenStep.objects.filter(step__gte=(first - margin) // step, step__lte=(last + margin) // step)
    taken: defaultdict[tuple[str, int], list[Span]] = defaultdict(list)
    rows = near.filter(Q(host__in=hosts) | Q(room__in=rooms)).values_list("host_id", "room_id", "step")
    for host, place, at in rows:
        span = at * step, (at + 1) * step
        taken["host", host].append(span)
        taken["room", place].append(span)
    busy = BusySpan.objects.filter(calendar__host__in=hosts, ends__gt=first - margin, starts__lt=last + margin)
    for host, starts, ends in busy.values_list("calendar__host_id", "starts", "ends"):
        taken["host", host].append((starts, ends))
    return taken


@dataclass(frozen=True, slots=True)
class CalendarNow:
    """A calendar as its page shows it: fresh, soon too old (`is_ending`), or too old to book by."""

    row: BusyCalendar
    age_seconds: float | None
    is_fresh: bool
    is_ending: bool
    why: str
    untold: int  # bookings that could not be put into it


def calendars_now(now: datetime) -> list[CalendarNow]:
    """Every calendar that is read, by host."""
    untold = Count("copies", filter=~Q(copies__reason=""))
    return [
        CalendarNow(
            row,
            None if row.heard_at is None else _rounded(now - row.heard_at),
            row.is_fresh(now),
            row.warned_from is not None and row.is_fresh(now) and now >= row.warned_from,
            why(row),
            row.untold,
        )
        for row in BusyCalendar.objects.select_related("host").annotate(untold=untold)
    ]


def _rounded(age: timedelta) -> float:
    """Seconds in whole minutes, hours from two hours on, days from two days on."""
    seconds = age.total_seconds()
    unit = next((unit for unit in (86_400, 3_600) if seconds >= 2 * unit), 60)
    return float(seconds // unit * unit)


def silent_hosts(now: datetime) -> list[int]:
    """Hosts of whom a calendar has not been heard for longer than its owner allows: they cannot be booked."""
    rows = BusyCalendar.objects.only("host_id", "heard_at", "fresh_hours")
    return [row.host_id for row in rows if not row.is_fresh(now)]


def _begun(kind: Kind, room: Room | None, first: int, last: int) -> defaultdict[int, list[int]]:
    """Starts at which hosts meet a group that has a place left, by host."""
    begun: defaultdict[int, list[int]] = defaultdict(list)
    if kind.places > 1:
        within = Q(starts_at__gte=instant(first), starts_at__lt=instant(last))
        meetings = Occasion.objects.filter(within, kind=kind, places__booking=None).distinct()
        for host, starts_at in meetings.filter(**({"room": room} if room else {})).values_list("host", "starts_at"):
            begun[host].append(micros(starts_at))
    return begun


def free_times(skill: str, at: int) -> tuple[int, ...]:
    """Times that customers who need a skill may be promised for a call, each once for each host who is free then.

    They are of what customers can book that names the skill, within `PROMISED_DAYS`, on the kind's own notice; no two
    of one host overlap, so all of them can be kept. Nothing is held: a time that is offered may be gone once it is
    chosen. It asks the database some five questions a kind: keep what it says for a minute, and call it in a thread.

    Args:
        skill: As on *Who can meet customers when*.
        at: Microseconds UTC; now.

    Returns:
        Microseconds UTC, in order; none where nothing names the skill.
    """
    now, last = instant(at), at + PROMISED_DAYS * DAY
    kinds = Kind.objects.filter(is_open=True, skill=skill, places=1)
    found = (apart(kind.meeting, slots_of(kind, first=at, last=last, now=now)) for kind in kinds)
    # Two kinds of one skill share their hosts; the one that offers most can be kept, both together perhaps not.
    return max(found, key=len, default=())


@dataclass(frozen=True, slots=True)
class Week:
    """A week of free starts: how many weeks from now, its days that have any, and whether there is a next one."""

    number: int
    days: list[tuple[datetime, list[datetime]]]
    has_next: bool


def week_of(kind: Kind, number: int | None, *, now: datetime, room: Room | None = None) -> Week:
    """The free starts of a week on the company's clock; of the first that has any where none is asked for.

    Args:
        number: 0 is the week of `now`.
    """
    zone = ZoneInfo(company().timezone)
    last = min(kind.ahead_days // 7 + 1, FURTHEST_WEEK)
    asked = (0, last) if number is None else (min(number, last),) * 2
    first, until = (micros(monday_of(now, week)) for week in (asked[0], asked[1] + 1))
    slots = slots_of(kind, first=first, last=until, now=now, room=room)
    starts = [datetime.fromtimestamp(slot.starts // 1_000_000, zone) for slot in slots]
    shown = asked[0]
    if number is None and starts:
        shown = (starts[0].date() - monday_of(now, 0).date()).days // 7
        end = monday_of(now, shown + 1)
        starts = [at for at in starts if at < end]
    days = [(times[0], times) for _, times in ((day, list(found)) for day, found in groupby(starts, datetime.date))]
    return Week(shown, days, shown < last)


def monday_of(at: datetime, weeks: int) -> datetime:
    """Midnight of a Monday on the company's clock, some weeks from that of `at`."""
    local = at.astimezone(ZoneInfo(company().timezone))
    day = local.date() - timedelta(days=local.weekday()) + weeks * WEEK
    return datetime(day.year, day.month, day.day, tzinfo=local.tzinfo)


def can_be_booked() -> bool:
    """Whether customers find anything to book."""
    return Kind.objects.filter(is_open=True, hosts__is_active=True).exists()


def to_be_seen() -> QuerySet[Booking]:
    """Bookings but for customers who asked to be erased; theirs go within minutes."""
    rows = Booking.objects.exclude(subject__isnull=False, subject__in=being_erased())
    return rows.select_related("kind", "host", "room")


def mails_under_way() -> QuerySet[OutgoingMail]:
    """Mails of the outbox that have not gone, the oldest first; but for customers who asked to be erased."""
    rows = OutgoingMail.objects.exclude(state=OutgoingMail.State.SENT)
    rows = rows.exclude(booking__subject__isnull=False, booking__subject__in=being_erased())
    return rows.select_related("host", "calendar__host", "booking__kind", "booking__host", "booking__room")


def mails_in_trouble() -> QuerySet[OutgoingMail]:
    """Those that a mail server did not take, or that could not be written."""
    return mails_under_way().filter(problem__isnull=False)


def count_given_up() -> int:
    """How many mails go no more unless one of us sends them again."""
    return mails_under_way().filter(state=OutgoingMail.State.FAILED).count()


def coming(now: datetime) -> QuerySet[Booking]:
    """Bookings from an hour ago on, the next one first."""
    rows = to_be_seen().filter(state=Booking.State.CONFIRMED, starts_at__gte=now - timedelta(hours=1))
    return rows.prefetch_related("copies").order_by("starts_at", "pk")


def lately(now: datetime) -> QuerySet[Booking]:
    """Bookings of the last week, the latest first."""
    rows = to_be_seen().filter(
        state__in=(Booking.State.CONFIRMED, Booking.State.MISSED), starts_at__lt=now, starts_at__gte=now - WEEK
    )
    return rows.order_by("-starts_at", "pk")


def of_host(host: Host, now: datetime) -> QuerySet[Booking]:
    """What a host's calendar is told: the last month, what comes, and what was cancelled of it."""
    states = (Booking.State.CONFIRMED, Booking.State.CANCELLED, Booking.State.MISSED)
    rows = to_be_seen().filter(host=host, state__in=states, starts_at__gte=now - timedelta(days=30))
    return rows.order_by("starts_at")


def why(calendar: BusyCalendar) -> str:
    """Why a calendar could not be read the last time, in the reader's words; "" where it could."""
    if calendar.reason == BusyCalendar.UNREADABLE:
        return said(calendar.problem)
    return why_no_answer(calendar.reason, status=int(calendar.problem.get("status", 0)))


def _told(booking: Booking) -> tuple[str, str]:
    """What stands in the customer's own calendar: who meets them, and both clocks where theirs is another."""
    both = on_clocks(booking.starts_at, booking.zone) if is_other_clock(booking.zone, booking.starts_at) else ""
    return booking.host.name, both


def uid_of(text: str) -> UUID | None:
    """The booking's own uid in what calendars call it; None where it is none of ours."""
    name, at, home = text.strip().lower().rpartition("@")
    try:
        return UUID(name) if at and home == UID_HOME else None
    except ValueError:
        return None


def uid_in_calendars(uid: UUID) -> str:
    """What calendars call a booking, for its whole life."""
    return f"{uid}@{UID_HOME}"


def appointment(booking: Booking, *, for_host: bool) -> Appointment:
    """A booking as a calendar sees it: the host is told whom they meet, the customer by whom they are met."""
    here = company()
    other = (booking.name or booking.email) if for_host else here.name
    return Appointment(
        uid=uid_in_calendars(booking.uid),
        sequence=booking.sequence,
        starts=booking.starts_at,
        ends=booking.starts_at + timedelta(minutes=booking.kind.minutes),
        zone=here.timezone,
        summary=f"{booking.kind.name} · {other}",
        where=booking.where,
        description="\n".join(filter(None, (booking.phone, booking.wishes) if for_host else _told(booking))),
        # Replies go to the organizer: to our own mailbox where there is one.
        organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1] if can_mail() else booking.host.email,
        attendee=booking.host.email if for_host else booking.email,
        cancelled=booking.state == Booking.State.CANCELLED,
        changed_at=booking.changed_at,
    )
