"""Looking for a person in texts that are not events: refused calls, rejected rows, files that wait."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from tillit.events.subject import Subjects
from tillit.vocabulary import IdentifierKind

SHORTEST_VALUE = 5  # a shorter name stands inside too many other words; it still counts where it is the whole text


class Sought:
    """A person, by subjects and by clear values."""

    def __init__(
        self,
        subjects: Collection[bytes],
        values: Collection[str],
        *,
        key: bytes,
        region: str | None,
        namespaces: Sequence[str | None] = (None,),
    ) -> None:
        """
        Args:
            subjects: The person's, 16 bytes each.
            values: Clear e-mails, phones and names of theirs.
            key: The data directory's.
            region: Country of phone numbers without a code.
            namespaces: Of the mappings that may have hashed these identifiers; None is without one.
        """
        self.subjects = frozenset(subjects)
        self.values = frozenset(value.strip().lower() for value in values if value.strip())
        self._readers = [Subjects(key, region=region, namespace=namespace) for namespace in namespaces]

    def named_in(self, texts: Collection[str]) -> frozenset[str]:
        """Those of these texts that are an identifier of the person, or hold a clear value of theirs."""
        each = list(dict.fromkeys(texts))
        found = {text for text in each if self._has_value(text.lower())}
        # What is long is a sentence, not an identifier.
        short = pa.array([text for text in each if len(text) <= 400], pa.string())
        for reader in self._readers:
            for kind in IdentifierKind:
                subjects = reader.identify(kind, short).subjects.to_pylist()
                found.update(
                    text for text, subject in zip(short.to_pylist(), subjects, strict=True) if subject in self.subjects
                )
        return frozenset(found)

    def without_values(self, text: str) -> str:
        """A text with the person's clear values blotted out, whatever their letters' case."""
        lowered = text.lower()
        for value in sorted(self.values, key=len, reverse=True):
            if len(lowered) != len(text):
                return "…" if self._has_value(lowered) else text  # a letter that grows in lower case: places differ
            while len(value) >= SHORTEST_VALUE and (place := lowered.find(value)) >= 0:
                text = text[:place] + "…" + text[place + len(value) :]
                lowered = text.lower()
        return text

    def _has_value(self, lowered: str) -> bool:
        return holds_value(lowered, self.values)


def holds_value(lowered: str, values: Collection[str]) -> bool:
    """Whether a text holds one of these clear values; all in lower case."""
    return any(value in lowered if len(value) >= SHORTEST_VALUE else value == lowered.strip() for value in values)


def texts_of(raw: bytes) -> list[str]:
    """The texts and numbers in a JSON document, however deep; where it is none, the whole and its words."""
    try:
        return list(_leaves(msgspec.json.decode(raw)))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        whole = raw.decode("utf-8", "replace")
        return [whole, *(word.strip("\"'{}[]():,;<>") for word in whole.split())]


def _leaves(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, str | int | float):
            yield str(one)
