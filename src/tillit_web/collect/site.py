"""What is known of the line on one's own site: whether events come with its key, and if none does, what was seen."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tillit.sentences import Sentence
from tillit_web.collect.models import WriteKey
from tillit_web.collect.queries import storage
from tillit_web.collect.snippet import fetched_by

MICROS_PER_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What came by one key, and what was turned away since the key was made.

    Attributes:
        accepted: Events that were taken, each once.
        rejected: Calls that gave no event; `reason` is why the latest did not.
        other_origins: Sites that sent events with a key that is not made for them.
        has_wrong_key: Whether one of this key's sites sent events with a key that nobody has.
        has_fetched: Whether a page of one of this key's sites has asked for the script since tillit was started.
        is_mixed: Whether browsers will not load the script, since tillit is reached without TLS and the site with it.
    """

    accepted: int
    rejected: int
    reason: Sentence | None
    other_origins: tuple[str, ...]
    has_wrong_key: bool
    has_fetched: bool
    is_mixed: bool


def site_keys() -> tuple[WriteKey, ...]:
    """The keys for web pages that may send, newest first."""
    return tuple(WriteKey.objects.filter(kind=WriteKey.Kind.BROWSER, revoked_at=None).order_by("-made_at"))


def site_facts(key: WriteKey, *, own_origin: str) -> SiteFacts:
    """What is known of a key's site.

    Args:
        own_origin: Where browsers reach this tillit.
    """
    made_at = _micros(key.made_at)
    with storage() as opened:
        hours = [line for line in opened.hours(since=0) if line.key_id == key.pk]
        latest = opened.failed(limit=1, key_id=key.pk)
        alarms = [(alarm.code, alarm.detail) for alarm in opened.alarms(since=made_at)]
    origins = frozenset(key.origins)
    return SiteFacts(
        accepted=sum(line.accepted + line.duplicate for line in hours),
        rejected=sum(line.rejected for line in hours),
        reason=Sentence.from_json(json.loads(latest[0].reason)) if latest else None,
        other_origins=_others(alarms, origins),
        has_wrong_key=any(code == "key_unknown" and detail in origins for code, detail in alarms),
        has_fetched=any(map(fetched_by, origins)),
        is_mixed=own_origin.startswith("http://")
        and not own_origin.startswith(("http://127.0.0.1", "http://localhost"))
        and any(origin.startswith("https://") for origin in origins),
    )


def add_origin(key: WriteKey, origin: str) -> None:
    """Let a site that was turned away send with this key."""
    if origin not in key.origins:
        key.origins = [*key.origins, origin]
        key.save(update_fields=["origins"])


def _others(alarms: Collection[tuple[str, ...]], own: Collection[str]) -> tuple[str, ...]:
    return tuple(detail for code, detail in alarms if code == "origin_unknown" and detail not in own)[:5]


def _micros(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)
