"""Many book in the same moment, on a database as an installation has it: what becomes of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.core.management import call_command
from django.db import connection, connections

from tillit_web.booking import actions
from tillit_web.booking.models import Booking, Host, Kind, Occasion, Place, Room, TakenStep
from tillit_web.people.actions import describe_company

NOW = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
NINE = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
DAY, HALF = timedelta(days=1), timedelta(minutes=30)
MOST_CONNECTIONS = 90  # of the hundred that PostgreSQL allows


@contextmanager
def database(**place: Any) -> Iterator[None]:
    """A database of its own with the tables of bookings, for every thread, instead of the one that other tests share.

    Threads see nothing of a test's transaction, and the tests' SQLite is in memory, where locks are others.
    """
    before, settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = settings | place
    del connections["default"]
    try:
        call_command("migrate", "booking", verbosity=0)
        call_command("migrate", "people", verbosity=0)
        describe_company("Shop", zone="Europe/Stockholm", currency="SEK", language="en", is_simulated=False)
        yield
    finally:
        connection.close()
        connections.settings["default"], connections["default"] = settings, before


def kind_of(name: str, hosts: int, *, rooms: int = 0, places: int = 1, after: int = 0) -> Kind:
    made = Kind.objects.create(
        slug=name, language="en", name=name, where="Here", minutes=30, every=30, after=after, places=places
    )
    made.hosts.set([Host.objects.create(name=f"{name} {number}") for number in range(hosts)])
    made.rooms.set([Room.objects.create(name=f"{name} {number}") for number in range(rooms)])
    return made


def all_at_once(works: list[Callable[[], str]]) -> dict[str, int]:
    """What each came to, counted."""
    workers = min(len(works), MOST_CONNECTIONS)
    begin = threading.Barrier(workers)
    begun = threading.local()

    def do(work: Callable[[], str]) -> str:
        if not hasattr(begun, "once"):
            begun.once = True
            begin.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return dict(Counter(pool.map(do, works)))


def booker(kind: Kind, at: datetime) -> Callable[[], str]:
    def book() -> str:
        try:
            actions.hold(kind, at, network="", language="en", now=NOW)
        except actions.NotFree:
            return "none"
        return f"{at:%H:%M}"

    return book


def confirmer(row: Booking, name: str) -> Callable[[], str]:
    def confirm() -> str:
        try:
            actions.confirm(row, name=name, email="", phone="", wishes="", now=NOW)
        except actions.NotFree:
            return "too late"
        return "confirmed"

    return confirm


def ender() -> str:
    actions.end_holds(NOW + DAY)
    return "ended"


def scenes() -> dict[str, object]:
    found: dict[str, object] = {}
    for bookers in (50, 100):
        kind = kind_of(f"overlap-{bookers}", 2, after=15)
        found[f"overlapping {bookers}"] = all_at_once([booker(kind, NINE + n % 2 * HALF) for n in range(bookers)])
    kind = kind_of("back", 1)
    found["back to back"] = all_at_once([booker(kind, NINE + n % 3 * HALF) for n in range(24)])
    kind = kind_of("room", 3, rooms=1)
    found["one room"] = all_at_once([booker(kind, NINE)] * 20)
    kind = kind_of("group", 1, places=7)
    found["a group of seven"] = all_at_once([booker(kind, NINE)] * 20)

    held = [actions.hold(kind_of(f"two-{n}", 1), NINE, network="", language="en", now=NOW) for n in range(6)]
    works = [confirmer(row, name) for row in held for name in ("Ana", "Bo")]
    found["two confirmations"] = all_at_once(works)
    found["names"] = Booking.objects.filter(pk__in=[row.pk for row in held], name__in=("Ana", "Bo")).count()

    held = [actions.hold(kind_of(f"end-{n}", 1), NINE, network="", language="en", now=NOW) for n in range(6)]
    all_at_once([confirmer(row, "Cy") for row in held] + [ender] * 6)
    rows = Booking.objects.filter(pk__in=[row.pk for row in held])
    found["confirmed with its time or ended without"] = all(
        (row.state == "confirmed") == (row.place is not None) for row in rows
    )

    kind = kind_of("leaving", 1, places=3)
    last = [actions.hold(kind, NINE, network="", language="en", now=NOW) for _ in range(3)]
    leave: list[Callable[[], str]] = [lambda row=row: f"{actions.cancel(row, now=NOW)}" for row in last]  # type: ignore[misc]
    all_at_once(leave + [booker(kind, NINE)] * 6)
    found["after leaving and joining"] = Booking.objects.filter(kind=kind, state="held").count()
    found["sound"] = sound()
    return found


def sound() -> bool:
    """Counted anew, without any constraint: no host and no room meets twice at once, nobody sits on another's place."""
    spans: dict[tuple[str, int], list[tuple[datetime, datetime]]] = {}
    for meeting in Occasion.objects.select_related("kind"):
        span = meeting.starts_at, meeting.starts_at + timedelta(minutes=meeting.kind.minutes + meeting.kind.after)
        for what, key in (("host", meeting.host_id), ("room", meeting.room_id)):
            if key is not None:
                spans.setdefault((what, key), []).append(span)
    apart = all(one[1] <= other[0] for found in spans.values() for one, other in pairwise(sorted(found)))
    seats = Booking.objects.filter(state__in=("held", "confirmed")).values_list("place", flat=True)
    taken = {(step.host_id, step.step) for step in TakenStep.objects.all()}
    return (
        apart
        and None not in seats
        and len(set(seats)) == len(seats) <= Place.objects.count()
        and len(taken) == TakenStep.objects.count()
    )
