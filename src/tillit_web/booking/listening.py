"""Hearing when hosts are busy: their calendars are read by themselves, and what they said last counts for a while."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from tillit.booking.busy import Reader, busy_times, times_of
from tillit.errors import FileError, KeyMissing
from tillit_web.booking.caldav import Server, events_between, find_calendar
from tillit_web.booking.models import Booking, BusyCalendar, BusySpan, CalendarCopy, Host
from tillit_web.booking.queries import micros, uid_in_calendars
from tillit_web.outgoing import NoAnswer, Question, ask
from tillit_web.people.queries import company
from tillit_web.secret import lock_text, unlock_text

AHEAD = timedelta(days=190)  # a little more than anything can be booked
BEHIND = timedelta(days=1)
UNFOLDED_EVERY = timedelta(days=1)  # what recurs reaches further each day, though nothing was changed


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody types to have a calendar read."""

    source: str
    address: str
    user: str = ""
    password: str = ""


def connect(host: Host, typed: Typed, *, fresh_hours: int, now: datetime) -> BusyCalendar:
    """Read a calendar for the first time, and keep where it is only if that went well.

    Raises:
        NoAnswer: Its server is not to be had, or refuses.
        InputError: What is there is no calendar, or cannot be read; or there are several.
    """
    server = Server(typed.address.strip(), typed.user.strip(), typed.password)
    name = urlsplit(server.address).hostname or ""
    if typed.source == BusyCalendar.Source.CALDAV:
        found = find_calendar(server)
        server, name = Server(found.address, server.user, server.password), found.name
    texts = _texts(typed.source, server, now)
    with transaction.atomic():
        row = BusyCalendar.objects.create(
            host=host,
            source=typed.source,
            name=" ".join(name.split())[:120],
            locked_address=b"",
            fresh_hours=fresh_hours,
        )
        row.locked_address = locked(row, "address", server.address)
        row.locked_user = locked(row, "user", server.user)
        row.locked_password = locked(row, "password", server.password)
        row.save()
        _keep(row, texts, now)
    return row


def locked(row: BusyCalendar, what: str, text: str) -> bytes:
    """An address, user or password as this calendar keeps it; it opens in this row alone."""
    return lock_text(Path(settings.DATA_DIRECTORY), text, purpose=_purpose(row, what))


def server_of(row: BusyCalendar) -> Server:
    """Where a calendar is.

    Raises:
        KeyMissing: It was locked with another key.
    """
    kept = {"address": row.locked_address, "user": row.locked_user, "password": row.locked_password}
    directory = Path(settings.DATA_DIRECTORY)
    return Server(*(unlock_text(directory, bytes(text), purpose=_purpose(row, what)) for what, text in kept.items()))


def listen(row: BusyCalendar, *, now: datetime) -> bool:
    """Read a calendar; where that fails its last answer stays, with the reason. Whether it was read."""
    row.tried_at = now
    try:
        _keep(row, _texts(row.source, server_of(row), now), now)
    except NoAnswer as none:
        row.reason, row.problem = none.reason.value, {"status": none.status}
    except (FileError, KeyMissing) as unread:
        row.reason, row.problem = BusyCalendar.UNREADABLE, unread.sentence.to_json()
    else:
        return True
    row.save(update_fields=["tried_at", "reason", "problem"])
    return False


def forget(row: BusyCalendar) -> None:
    """Read a calendar no more; what it was told of bookings stays there, as it is its owner's."""
    row.delete()


def _purpose(row: BusyCalendar, what: str) -> str:
    return f"calendar {row.pk} {what}"


def _texts(source: str, server: Server, now: datetime) -> tuple[bytes, ...]:
    if source == BusyCalendar.Source.CALDAV:
        return events_between(server, now - BEHIND, now + AHEAD)
    # A published address may be typed as it stands behind "subscribe".
    address = server.address.replace("webcal://", "https://", 1)
    return (ask(Question(address, headers={"Accept": "text/calendar"})).require_success().body,)


def _keep(row: BusyCalendar, texts: tuple[bytes, ...], now: datetime) -> None:
    digest = hashlib.sha256(b"\0".join(sorted(texts))).hexdigest()
    until = now + AHEAD
    is_known = digest == row.digest and row.known_until is not None and until - row.known_until < UNFOLDED_EVERY
    # Read before anything of the row changes: a calendar that cannot be read was not heard.
    spans = () if is_known else busy_times(texts, _reader(row.host), first=micros(now - BEHIND), last=micros(until))
    row.tried_at = row.heard_at = now
    row.reason, row.problem, row.told = "", {}, BusyCalendar.Told.NOTHING
    with transaction.atomic():
        if not is_known:
            row.digest, row.known_until = digest, until
            row.spans.all().delete()
            BusySpan.objects.bulk_create(BusySpan(calendar=row, starts=starts, ends=ends) for starts, ends in spans)
        row.save()
        row.mails.all().delete()  # of its silence, which is over
        _compare(row, texts, now)


def _reader(host: Host) -> Reader:
    addresses = (host.email.lower(),) if host.email else ()
    return Reader(company().timezone, addresses, _own_uids(host))


def _own_uids(host: Host) -> frozenset[str]:
    """What tillit itself took of this host's time: it knows better when that is."""
    rows = Booking.objects.filter(host=host, state=Booking.State.CONFIRMED)
    return frozenset(uid_in_calendars(uid) for uid in rows.values_list("uid", flat=True))


def _compare(row: BusyCalendar, texts: tuple[bytes, ...], now: datetime) -> None:
    """See whether the host moved or deleted a booking in their calendar: the customer knows nothing of it."""
    for copy in row.copies.filter(booking__state=Booking.State.CONFIRMED, booking__starts_at__gt=now):
        booking = copy.booking
        if booking is None or copy.sequence != booking.sequence:
            continue
        uid = uid_in_calendars(booking.uid)
        found = next((times for text in texts if uid.encode() in text and (times := times_of(text, uid, "UTC"))), None)
        seen = CalendarCopy.Seen.AS_WRITTEN
        if found is None:
            seen = CalendarCopy.Seen.GONE
        elif found[0] != booking.starts_at:
            seen = CalendarCopy.Seen.MOVED
        CalendarCopy.objects.filter(pk=copy.pk).exclude(seen=seen).update(seen=seen)
