"""The filters of a page and their place in the address, so that a page can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict

from tillit.journeys.view import Selection

KNOWN = {"known": True, "new": False}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which journeys a page speaks of; `unread` holds what stood in the address and could not be used.

    Attributes:
        from_on: First local day on which a journey may have begun.
        to_on: Last such day, itself included.
        known: True, customers who had reached the goal before; False, those who had not; None, both.
    """

    from_on: date | None = None
    to_on: date | None = None
    channel: str | None = None
    place: str | None = None
    known: bool | None = None
    unread: tuple[str, ...] = ()

    @classmethod
    def read(cls, address: QueryDict) -> Filters:
        """The filters of an address. What cannot be read is left out and named, never guessed."""
        days: dict[str, date] = {}
        unread = []
        for name in ("from", "to"):
            if text := address.get(name, ""):
                try:
                    days[name] = date.fromisoformat(text)
                except ValueError:
                    unread.append(f"{name}={text}")
        known_text = address.get("customers", "")
        if known_text and known_text not in KNOWN:
            unread.append(f"customers={known_text}")
        return cls(
            from_on=days.get("from"),
            to_on=days.get("to"),
            channel=address.get("channel") or None,
            place=address.get("place") or None,
            known=KNOWN.get(known_text),
            unread=tuple(unread),
        )

    def selection(self, zone: ZoneInfo) -> Selection:
        """The same as a selection of journeys: from the first local midnight to the one after the last day."""
        after = self.to_on + timedelta(days=1) if self.to_on else None
        return Selection(
            start_at=midnight(self.from_on, zone) if self.from_on else None,
            end_at=midnight(after, zone) if after else None,
            channels=frozenset([self.channel] if self.channel else []),
            places=frozenset([self.place] if self.place else []),
            known=self.known,
        )

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What stands in the address, in one order, so that equal filters give equal addresses."""
        known = {True: "known", False: "new", None: ""}[self.known]
        given = (
            ("from", self.from_on.isoformat() if self.from_on else ""),
            ("to", self.to_on.isoformat() if self.to_on else ""),
            ("channel", self.channel or ""),
            ("place", self.place or ""),
            ("customers", known),
        )
        return tuple((name, value) for name, value in given if value)

    @property
    def any(self) -> bool:
        return bool(self.pairs())


def address(path: str, *parts: Iterable[tuple[str, str]]) -> str:
    """`path` with the pairs of all `parts` behind it."""
    query = urlencode([pair for part in parts for pair in part])
    return f"{path}?{query}" if query else path


def midnight(day: date, zone: ZoneInfo) -> int:
    """Microseconds UTC of the moment `day` begins in `zone`."""
    begins = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    return int(begins.timestamp()) * 1_000_000
