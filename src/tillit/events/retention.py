"""How long each class of data is kept: the classes and their defaults, and which class an event is of."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tillit.events.erased import Marks

MICROS_PER_DAY = 86_400_000_000


class DataClass(StrEnum):
    """A class of data that ends together."""

    WEB = "web"
    ORDERS = "orders"
    CALLS = "calls"
    TEXTS = "texts"
    OTHER_EVENTS = "other_events"
    FAILED_BOX = "failed_box"
    IMPORT_FILES = "import_files"
    ACCESS_RECORD = "access_record"
    BOOKINGS = "bookings"
    CONVERSATIONS = "conversations"
    QUESTIONS = "questions"
    CORRECTIONS = "corrections"
    DECISIONS = "decisions"
    WORKING_RECORDS = "working_records"


@dataclass(frozen=True, slots=True)
class Class:
    """A class as retention.toml declares it: its default in days, and for events what they are told by."""

    days: int
    activities: frozenset[str]
    channels: frozenset[str]
    is_events: bool


def _declared() -> dict[DataClass, Class]:
    text = files("tillit.events").joinpath("retention.toml").read_text(encoding="utf-8")
    return {
        DataClass(name): Class(
            days=said["days"],
            activities=frozenset(said.get("activities", ())),
            channels=frozenset(said.get("channels", ())),
            is_events=not said.get("rows", False),
        )
        for name, said in tomllib.loads(text).items()
    }


CLASSES: Mapping[DataClass, Class] = _declared()
EVENT_CLASSES = tuple(name for name, declared in CLASSES.items() if declared.is_events)
ROW_CLASSES = tuple(name for name, declared in CLASSES.items() if not declared.is_events)


def class_of(activity: str, channel: str) -> DataClass:
    """The class that an event of this activity and channel is of."""
    for name in EVENT_CLASSES:
        if activity in CLASSES[name].activities:
            return name
    for name in EVENT_CLASSES:
        if channel in CLASSES[name].channels:
            return name
    return DataClass.OTHER_EVENTS


def classes_of(events: pa.Table) -> NDArray[np.int8]:
    """For each event its class, as a place in EVENT_CLASSES: shape (rows,)."""
    activity, channel = (events[name].combine_chunks().dictionary_encode() for name in ("activity", "channel"))
    table = np.array(
        [
            [EVENT_CLASSES.index(class_of(one, other)) for other in channel.dictionary.to_pylist()]
            for one in activity.dictionary.to_pylist()
        ],
        np.int8,
    ).reshape(len(activity.dictionary), len(channel.dictionary))
    # Both columns are required, so no index is missing.
    rows, columns = (encoded.indices.to_numpy(zero_copy_only=False) for encoded in (activity, channel))
    found: NDArray[np.int8] = table[rows, columns]
    return found


def ended(events: pa.Table, before: Mapping[DataClass, int]) -> Marks:
    """Which events came before their class's moment (microseconds UTC): shape (rows,)."""
    if not events.num_rows:
        return np.zeros(0, np.bool_)
    moments = np.array([before[name] for name in EVENT_CLASSES], np.int64)
    marks: Marks = events["received_at"].to_numpy() < moments[classes_of(events)]
    return marks
