"""Where a view's journeys come from: a store on disk, or a plain file ordered in memory. One result, two feeders."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol, TypeVar

from tillit.journeys.store import Bucket, OrderedEvents
from tillit.journeys.traces import Names

Part = TypeVar("Part")


class Feed(Protocol):
    """Events of whole persons in order, bucket by bucket; persons are never split over buckets."""

    @property
    def names(self) -> Names:
        """What the codes stand for."""
        ...

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """The parts that kernels run over side by side."""
        ...

    def map(self, work: Callable[[Bucket], Part]) -> list[Part]:
        """What `work` says of each bucket, in their order; several run at once, here or on other machines."""
        ...

    def read(self, bucket: Bucket, columns: Collection[str]) -> OrderedEvents:
        """These columns of a bucket's events."""
        ...

    def pseudonyms(self, persons: Collection[int]) -> dict[int, str]:
        """The public name of each of these internal codes."""
        ...
