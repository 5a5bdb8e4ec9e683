"""Lots that fell, as the log of events has them: on record for whoever counts holdouts, and no step of a journey."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from tillit.journeys.feed import Feed
from tillit.journeys.store import Bucket, OrderedEvents
from tillit.journeys.traces import Names

Part = TypeVar("Part")

ASSIGNED = "holdout_assigned"  # says who was drawn for a holdout; whoever was met nothing by that


def steps_alone(feed: Feed) -> Feed:
    """The feed without lots, and without persons who then have no event; the feed itself where no lot ever fell."""
    return StepsAlone(feed, feed.names.activity.index(ASSIGNED)) if ASSIGNED in feed.names.activity else feed


@dataclass(frozen=True, slots=True)
class StepsAlone:
    """A feed without the events of one activity, the lots."""

    feed: Feed
    lot: int  # its code

    @property
    def names(self) -> Names:
        return self.feed.names

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        return self.feed.buckets

    def pseudonyms(self, persons: Collection[int]) -> dict[int, str]:
        return self.feed.pseudonyms(persons)

    def map(self, work: Callable[[Bucket], Part]) -> list[Part]:
        return self.feed.map(work)

    def read(self, bucket: Bucket, columns: Collection[str]) -> OrderedEvents:
        """As the feed's; `rows` says which rows of the bucket's files are left."""
        events = self.feed.read(bucket, sorted({*columns, "activity"}))
        return events.only(events.columns["activity"] != self.lot, columns)
