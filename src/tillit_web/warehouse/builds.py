"""Making the ordered store anew after the log changed: in the worker or in a command, never in the web process."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tillit.events import erasures
from tillit.events.builds import Build, build_of, current_build, make_current, new_build, retire_builds
from tillit.events.left_out import counted_events
from tillit.events.log import EventLog
from tillit.events.segments import Segment, SegmentKind
from tillit.identity.decisions import decided
from tillit.identity.resolve import Identity
from tillit.identity.rules import rules_in
from tillit.journeys.build import build_store
from tillit.journeys.delta import build_delta
from tillit.journeys.format import read_manifest
from tillit_web.warehouse import robots
from tillit_web.warehouse.folders import key_of_stores, open_log
from tillit_web.warehouse.preparing import PAGES, Asked, prepare

# Beyond this share of the base's events, reading base and delta costs more than building anew saves.
MOST_IN_A_DELTA = 0.1
WITHOUT = "erased.json"  # in a build's directory: numbers of erasures, nothing about whom


def rebuild(*, gone: Collection[int] = (), asked: Asked = PAGES) -> bool:
    """Bring the current build up to the log, the rules, what people decided and who waits to be erased.

    Robots' events are left out, and whoever waits to be erased: a delta without them lies on a base that may still
    hold them until files are written anew. What is new is judged together with all that its subjects did before: a
    rule may need what came later. Events that are only counted are left out too, since they are nobody's. What pages
    will ask is answered before they see the build, unless somebody waits to be gone from the one that they see.

    Args:
        gone: Numbers of erasures that wait though the log is rewritten: whatever it holds of these persons came later.
        asked: What pages will ask.

    Returns:
        Whether a new build became current.

    Raises:
        LogBusy: Another process is building.
        FileError: The data directory's rules of identity cannot be read.
    """
    with open_log() as log:
        with new_build(log) as (build, segments):
            current = current_build(log)
            identity = Identity(rules_in(log.directory), decided(log))
            decided_by = (identity.digest, robots.digest_now(log.directory))
            hidden = [one for one in erasures.waiting(log) if one.number not in gone]
            without = {one.number for one in hidden}
            same = current is not None and current.segments == build.segments and _told_by(current) == decided_by
            if same and current is not None and _without(current) == without and _is_locked(current):
                return False
            key = key_of_stores()
            erased = frozenset[bytes]().union(*(one.subjects for one in hidden))
            base = _base_for(log, current, segments, without=without)
            events, links = _files(segments, SegmentKind.EVENTS), _files(segments, SegmentKind.LINKS)
            known = current if current is not None and current.segments <= build.segments else None
            found = robots.look(
                events,
                log.directory,
                known=None if known is None else known.directory,
                fresh=() if known is None else _since(known, segments),
            )
            news = events if base is None else _since(base, segments)
            if base is not None and not robots.still_holds(base.directory, found, news, log.directory):
                base, news = None, events
            if base is None:
                build_store(news, links, build.directory, identity=identity, erased=erased, left_out=found.out, key=key)
            else:
                build_delta(
                    base.directory,
                    news,
                    links,
                    build.directory,
                    identity=identity,
                    erased=erased,
                    left_out=found.out,
                    key=key,
                )
            (build.directory / WITHOUT).write_text(json.dumps(sorted(without)), encoding="utf-8")
            robots.note(found, build.directory, counted=counted_events(events, found.out))
            made_at = time.time_ns() // 1000
            if current is None or without <= _without(current):  # whoever asks to be erased waits for no answer
                prepare(build, made=datetime.fromtimestamp(made_at / 1_000_000, UTC), asked=asked)
            make_current(log, build, made_at=made_at, base=base)
        retire_builds(log)
        return True


def _told_by(build: Build) -> tuple[str, str]:
    return read_manifest(build.directory).identity, robots.digest_noted(build.directory)


def _is_locked(build: Build) -> bool:
    return read_manifest(build.directory).locked  # earlier versions locked nothing


def _without(build: Build) -> set[int]:
    """The erasures, of those that wait, whose persons a build was made without."""
    path = build.directory / WITHOUT
    return set(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else set()


def _since(base: Build, segments: Sequence[Segment]) -> list[Path]:
    return _files((segment for segment in segments if segment.id not in base.segments), SegmentKind.EVENTS)


def _base_for(
    log: EventLog, current: Build | None, segments: Sequence[Segment], *, without: Collection[int]
) -> Build | None:
    """The base on which a delta is worth its while; None where a whole build is needed."""
    if current is None:
        return None
    base = current if current.base is None else build_of(log, current.base)
    if not _is_locked(base):
        return None
    if not base.segments <= {segment.id for segment in segments}:
        return None  # something was undone or is withheld, and a delta only adds
    if not _without(base) <= set(without):
        return None  # somebody was left out whole, and is here again since
    events = [segment for segment in segments if segment.kind is SegmentKind.EVENTS]
    in_base = sum(segment.rows for segment in events if segment.id in base.segments)
    since = sum(segment.rows for segment in events) - in_base
    return base if since <= MOST_IN_A_DELTA * in_base else None


def _files(segments: Iterable[Segment], kind: SegmentKind) -> list[Path]:
    return [segment.path for segment in segments if segment.kind is kind]
