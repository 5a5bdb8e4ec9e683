"""Who may be read for what: the gate between a store and every reader of it.

A purpose filters rows by their subject, never persons or links. What a reader may see of persons follows the consents
of this moment; aggregates follow those of the build, so that a number and its page do not change under the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tillit.errors import PurposeError
from tillit.journeys.feed import Feed
from tillit.journeys.format import SUBJECT
from tillit.journeys.store import Bucket, OrderedEvents, OrderedStore
from tillit.journeys.traces import Names
from tillit.vocabulary import READING_ACTIVITIES, Purpose

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Mask:
    """Whose events may be read: everybody's but those named, or only those named.

    Attributes:
        readers: Whose reading (vocabulary.READING_ACTIVITIES) may be seen too; None: as all the rest.
    """

    everyone: bool
    named: frozenset[bytes] = frozenset()
    readers: frozenset[bytes] | None = None

    @property
    def hides_nothing(self) -> bool:
        return self.everyone and not self.named and self.readers is None

    def allows(self, subject: bytes) -> bool:
        """May events of this subject be read at all?"""
        return (subject in self.named) != self.everyone

    def allowed(self, subjects: pa.Array, activity: NDArray[Any], names: Names) -> NDArray[np.bool_]:
        """Per event: may it be read?

        Args:
            subjects: The subject of each event, 16 bytes.
            activity: Its activity as a code of `names`.
        """
        kept: NDArray[np.bool_] = _is_in(subjects, self.named) != self.everyone
        if self.readers is not None:
            is_reading = np.array([*(name in READING_ACTIVITIES for name in names.activity), False], np.bool_)
            kept &= ~is_reading[activity] | _is_in(subjects, self.readers)
        return kept


EVERYBODY = Mask(everyone=True)


@dataclass(frozen=True, slots=True)
class Permission:
    """What one purpose may see.

    Attributes:
        persons: For whatever shows one person: timelines, lists, search, exports. As of this moment.
        aggregates: For whatever shows counts alone. As of the build, or the beginning of the day.
    """

    purpose: Purpose
    persons: Mask
    aggregates: Mask


def granted(purpose: Purpose, permission: Permission | None) -> Permission:
    """The permission that a reader has for a purpose.

    Whoever reads files of their own brings no permission: those may be measured, and nothing else.

    Raises:
        PurposeError: No purpose is stated, or nobody said whose events it may see, or it was said for another purpose.
    """
    if not isinstance(purpose, Purpose):
        raise PurposeError(
            f"a reader states its purpose, one of {', '.join(Purpose)}; {purpose!r} is none, so nothing is read"
        )
    if permission is None:
        if purpose is not Purpose.MEASUREMENT:
            raise PurposeError(
                f"nothing says who agreed to '{purpose}', so nothing may be read for it; "
                f"without consents only '{Purpose.MEASUREMENT}' can be served"
            )
        return Permission(purpose, EVERYBODY, EVERYBODY)
    if permission.purpose is not purpose:
        raise PurposeError(
            f"the reader states the purpose '{purpose}' and brings a permission for '{permission.purpose}'; "
            "ask for the permission of the purpose that it has"
        )
    return permission


def gated(feed: Feed, mask: Mask) -> Feed:
    """The feed as a mask lets it be seen; the feed itself where it hides nothing.

    Raises:
        PurposeError: The feed is a plain file, whose subjects nobody can look up consents for.
    """
    if mask.hides_nothing:
        return feed
    if not isinstance(feed, OrderedStore):
        raise PurposeError("a plain file has no consents beside it; import it to read it for a purpose")
    return GatedStore(feed, mask)


@dataclass(frozen=True, slots=True)
class GatedStore:
    """A store without the events that a mask hides, and without the persons who then have none."""

    store: OrderedStore
    mask: Mask

    @property
    def names(self) -> Names:
        return self.store.names

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        return self.store.buckets

    def pseudonyms(self, persons: Collection[int]) -> dict[int, str]:
        return self.store.pseudonyms(persons)

    def map(self, work: Callable[[Bucket], Part]) -> list[Part]:
        return self.store.map(work)

    def read(self, bucket: Bucket, columns: Collection[str]) -> OrderedEvents:
        """As the store's; `rows` says which rows of the bucket's files are left."""
        events = self.store.read(bucket, sorted({*columns, "activity"}))
        if self._untouched(bucket):
            kept = np.ones(len(events.columns["activity"]), np.bool_)
        else:
            subjects = bucket.read("details", ["subject"])["subject"]
            if events.rows is not None:
                subjects = subjects.take(pa.array(events.rows))
            kept = self.mask.allowed(subjects, events.columns["activity"], self.names)
        return events.only(kept, columns)

    def _untouched(self, bucket: Bucket) -> bool:
        """Does the mask hide nothing here? Then the subject of each event need not be read, which costs most."""
        if not self.mask.everyone or self.mask.readers is not None:
            return False
        return not _is_in(bucket.read("subjects", ["subject"])["subject"], self.mask.named).any()


def _is_in(subjects: pa.Array, wanted: frozenset[bytes]) -> NDArray[np.bool_]:
    if not wanted:
        return np.zeros(len(subjects), np.bool_)
    found: NDArray[np.bool_] = np.asarray(pc.is_in(subjects, value_set=pa.array(sorted(wanted), SUBJECT)))
    return found
