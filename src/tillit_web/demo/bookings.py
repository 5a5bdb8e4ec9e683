"""Who can be met at the simulated company, and who has booked them."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files

from tillit_web.booking import actions
from tillit_web.booking.models import Host, Kind
from tillit_web.booking.queries import micros, slots_of

AHEAD = timedelta(days=7)


def make_bookings(now: datetime) -> None:
    """Make the hosts and meetings of `written/bookings.toml`, and book as a customer would."""
    read = tomllib.loads(files("tillit_web.demo").joinpath("written/bookings.toml").read_text(encoding="utf-8"))
    hosts = {one["name"]: Host.objects.create(**one) for one in read["host"]}
    kinds: dict[str, Kind] = {}
    for one in read["kind"]:
        met_by = one.pop("hosts")
        kinds[one["slug"]] = Kind.objects.create(**one)
        kinds[one["slug"]].hosts.set(hosts[name] for name in met_by)
    for one in read["booked"]:
        kind, place = kinds[one.pop("kind")], one.pop("free")
        free = slots_of(kind, first=micros(now), last=micros(now + AHEAD), now=now)
        starts_at = datetime.fromtimestamp(free[place].starts // 1_000_000, UTC)
        held = actions.hold(kind, starts_at, network="", language=kind.language, now=now)
        actions.confirm(held, now=now, **one)
