"""What pages read of bookings."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from tillit.booking.calendars import Appointment
from tillit.booking.slots import MINUTE, STEP_MINUTES, Slot, free_slots, merged
from tillit.booking.slots import Host as FreeHost
from tillit.journeys.opening import COUNTRIES, OpeningHours
from tillit_web.booking.models import Booking, Host, Kind, TakenStep
from tillit_web.people.queries import company

WEEK = timedelta(days=7)


def micros(at: datetime) -> int:
    """An aware instant as microseconds UTC."""
    return round(at.timestamp()) * 1_000_000


def slots_of(kind: Kind, *, first: int, last: int, now: datetime) -> tuple[Slot, ...]:
    """What is free from `first` to before `last` (microseconds UTC), no further ahead than the kind allows."""
    furthest = micros(now + timedelta(days=kind.ahead_days))
    if first >= furthest:
        return ()
    here = company()
    holidays = here.country if here.country in COUNTRIES else ""
    hosts = list(kind.hosts.filter(is_active=True).order_by("pk"))
    step = STEP_MINUTES * MINUTE
    taken: dict[int, list[tuple[int, int]]] = {host.pk: [] for host in hosts}
    margin = (kind.minutes + kind.before + kind.after) * MINUTE
    rows = TakenStep.objects.filter(
        host__in=hosts, step__gte=(first - margin) // step, step__lte=(last + margin) // step
    )
    for host, at in rows.values_list("host_id", "step"):
        taken[host].append((at * step, (at + 1) * step))
    free = [
        FreeHost(host.pk, OpeningHours.parse(host.hours, holidays=holidays), merged(taken[host.pk])) for host in hosts
    ]
    return free_slots(kind.meeting, free, here.timezone, first=first, last=min(last, furthest), now=micros(now))


def week_of(kind: Kind, monday: datetime, *, now: datetime) -> list[tuple[datetime, list[datetime]]]:
    """The days of a week with their free starts, on the company's clock."""
    zone = ZoneInfo(company().timezone)
    slots = slots_of(kind, first=micros(monday), last=micros(monday + WEEK), now=now)
    starts = [datetime.fromtimestamp(slot.starts // 1_000_000, zone) for slot in slots]
    return [(times[0], times) for _, times in ((day, list(found)) for day, found in groupby(starts, datetime.date))]


def monday_of(at: datetime, weeks: int) -> datetime:
    """Midnight of a Monday on the company's clock, some weeks from that of `at`."""
    local = at.astimezone(ZoneInfo(company().timezone))
    day = local.date() - timedelta(days=local.weekday()) + weeks * WEEK
    return datetime(day.year, day.month, day.day, tzinfo=local.tzinfo)


def can_be_booked() -> bool:
    """Whether customers find anything to book."""
    return Kind.objects.filter(is_open=True, hosts__is_active=True).exists()


def coming(now: datetime) -> QuerySet[Booking]:
    """Bookings from an hour ago on, the next one first."""
    rows = Booking.objects.filter(state=Booking.State.CONFIRMED, starts_at__gte=now - timedelta(hours=1))
    return rows.select_related("kind", "host").order_by("starts_at", "pk")


def lately(now: datetime) -> QuerySet[Booking]:
    """Bookings of the last week, the latest first."""
    rows = Booking.objects.filter(
        state__in=(Booking.State.CONFIRMED, Booking.State.MISSED), starts_at__lt=now, starts_at__gte=now - WEEK
    )
    return rows.select_related("kind", "host").order_by("-starts_at", "pk")


def of_host(host: Host, now: datetime) -> QuerySet[Booking]:
    """What a host's calendar is told: the last month, what comes, and what was cancelled of it."""
    states = (Booking.State.CONFIRMED, Booking.State.CANCELLED, Booking.State.MISSED)
    rows = Booking.objects.filter(host=host, state__in=states, starts_at__gte=now - timedelta(days=30))
    return rows.select_related("kind", "host").order_by("starts_at")


def appointment(booking: Booking, *, for_host: bool) -> Appointment:
    """A booking as a calendar sees it: the host is told whom they meet, the customer by whom they are met."""
    here = company()
    other = (booking.name or booking.email) if for_host else here.name
    return Appointment(
        uid=f"{booking.uid}@tillit",
        sequence=booking.sequence,
        starts=booking.starts_at,
        ends=booking.starts_at + timedelta(minutes=booking.kind.minutes),
        zone=here.timezone,
        summary=f"{booking.kind.name} · {other}",
        where=booking.kind.where,
        description="\n".join(filter(None, (booking.phone, booking.wishes))) if for_host else booking.host.name,
        organizer=booking.host.email,
        attendee=booking.email,
        cancelled=booking.state == Booking.State.CANCELLED,
        changed_at=booking.changed_at,
    )
