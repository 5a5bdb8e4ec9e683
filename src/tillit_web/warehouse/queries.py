"""What others may read of the warehouse: the current build as a view, and how old it is."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tillit.events.absence import Proof, recorded
from tillit.events.builds import Build, current_build, made_at, reading
from tillit.events.erasures import Receipt, erased_persons, receipts, totals
from tillit.events.segments import SegmentKind, damage
from tillit.identity.decisions import decided
from tillit.journeys.format import read_manifest
from tillit.journeys.permission import Permission
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import CaseRule, Selection, View
from tillit.sentences import Sentence
from tillit.vocabulary import Purpose
from tillit_web.people.erasure import token_digest
from tillit_web.people.queries import company, permission, permission_for_offers
from tillit_web.warehouse import robots
from tillit_web.warehouse.cached import StillCounting as StillCounting
from tillit_web.warehouse.cached import cached as cached
from tillit_web.warehouse.folders import data_directory, key_of_stores, open_log
from tillit_web.warehouse.models import Import

# Builds that this process keeps from being removed: the newest, and the one that slow requests may still be in.
OPEN_BUILDS = 2
# What requests share: 21 bytes a journey each, once it was asked. More would be kept for whom nobody looks at.
VIEWS = 2
EVERY_JOURNEY = Selection()


@dataclass(frozen=True, slots=True)
class _OpenBuild:
    build: Build
    made_at: datetime
    store: OrderedStore
    kept: ExitStack


_lock = threading.Lock()
_open: OrderedDict[tuple[Path, int], _OpenBuild] = OrderedDict()
_views: OrderedDict[tuple[OrderedStore, CaseRule, Permission], View] = OrderedDict()
_instead: ContextVar[_OpenBuild | None] = ContextVar("instead", default=None)


def current_store() -> OrderedStore | None:
    """The store that readers take now; None before the first import is built.

    It stays readable for as long as this process is not two builds further.
    """
    found = _current()
    return None if found is None else found.store


@contextmanager
def looking_at(build: Build, *, made: datetime) -> Iterator[None]:
    """Within the block a build is read as if it were the current one: for the job that made it and shows it next."""
    store = OrderedStore.open(build.directory, key=key_of_stores())
    token = _instead.set(_OpenBuild(build, made, store, ExitStack()))
    try:
        yield
    finally:
        _instead.reset(token)


def current_view(
    rule: CaseRule | None = None, selection: Selection = EVERY_JOURNEY, *, purpose: Purpose
) -> View | None:
    """The journeys of the current store, cut by a rule (the company's if None); None before the first build.

    Only what the consents allow for the purpose is in it: persons as of this moment, aggregates as of the build or of
    the last midnight UTC, so that a no leaves every number within 24 hours and every list and timeline at once.

    Raises:
        PurposeError: No purpose is stated.
        QueryError: The rule's goal is no activity of these data.
    """
    found = _current()
    if found is None:
        return None
    allowed = permission(purpose, aggregates_as_of=max(found.made_at, _last_midnight()))
    return _of_all(found.store, company_rule(found.store) if rule is None else rule, allowed).choosing(selection)


def _of_all(store: OrderedStore, rule: CaseRule, allowed: Permission) -> View:
    """The view of every journey, the same for requests that follow each other: it remembers where journeys begin."""
    key = (store, rule, allowed)
    with _lock:
        view = _views.get(key)
        if view is None:
            view = _views[key] = View(store, rule, purpose=allowed.purpose, permission=allowed)
        _views.move_to_end(key)
        while len(_views) > VIEWS:
            _views.popitem(last=False)
    return view


def view_for_offers(view: View) -> View:
    """The same store and rule as staff may read it to suit an offer: as for service, and only of those who said yes."""
    return View(view.store, view.rule, purpose=Purpose.SERVICE, permission=permission_for_offers())


def _last_midnight() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def company_rule(store: OrderedStore) -> CaseRule:
    """The company's goal and lapse; without the goal where the data have no such activity yet."""
    facts = company()
    goal = facts.goal_activity if facts.goal_activity in store.names.activity else None
    return CaseRule(goal=goal, lapse_days=facts.lapse_days)


def customers() -> int:
    """How many persons have events in the current build, whatever they said of being counted: how much work it is."""
    found = _current()
    return 0 if found is None else sum(bucket.persons for bucket in found.store.buckets)


def counted_only() -> int:
    """How many events of the current build's log are only counted: nobody's, in no journey and number of customers."""
    with open_log() as log:
        build = current_build(log)
    return 0 if build is None else robots.counted_only(build.directory)


def as_of() -> datetime | None:
    """When the current build became current; pages say it."""
    with open_log() as log:
        at = made_at(log)
    return None if at is None else datetime.fromtimestamp(at / 1_000_000, UTC)


def has_imports() -> bool:
    """Whether anything was ever brought in."""
    return Import.objects.filter(state__in=[Import.State.DONE, Import.State.UNDONE]).exists()


def is_imported(file_name: str) -> bool:
    """Whether a file of this name is in the log."""
    return Import.objects.filter(file_name=file_name, state=Import.State.DONE).exists()


def being_read() -> str | None:
    """The name of the file that is on its way into the log now, or None."""
    moving = Import.objects.filter(state__in=[Import.State.UPLOADED, Import.State.RUNNING]).first()
    return None if moving is None else moving.file_name


def is_changing() -> bool:
    """Whether events or decisions are on their way in, so that the current build is older than they are."""
    if Import.objects.filter(state__in=[Import.State.RUNNING, Import.State.UNDOING]).exists():
        return True
    with open_log() as log:
        build = current_build(log)
        if build is None:
            return False
        kept = [segment for kind in (SegmentKind.EVENTS, SegmentKind.LINKS) for segment in log.segments(kind)]
        if build.segments - {segment.id for segment in kept}:
            return True
        if not read_manifest(build.directory).identity.endswith(f"-{decided(log).last}"):
            return True
        # A damaged segment is left out of every build: it is told of elsewhere, and waiting for it would never end.
        return any(segment.id not in build.segments and damage(segment) is None for segment in kept)


def damaged() -> tuple[Sentence, ...]:
    """What is withheld because its bytes changed, a sentence each; pages say what is missing."""
    with open_log() as log:
        return tuple(damage.sentence for damage in log.damaged())


def erasure_receipt(token: str) -> Receipt | None:
    """The receipt that a token opens."""
    with open_log() as log:
        return next(iter(receipts(log, receipt_digest=token_digest(token))), None)


def found_of_erased() -> Proof | None:
    """The last nightly search for whoever was erased, if it found something or could not look everywhere."""
    with open_log() as log:
        last = next(iter(recorded(log, most=1)), None)
    return None if last is None or last.is_clean else last


def erased_in_totals() -> tuple[int, int]:
    """How many persons are erased, and how many of their events stay counted in totals."""
    with open_log() as log:
        return erased_persons(log), sum(total.events for total in totals(log))


def _current() -> _OpenBuild | None:
    if (instead := _instead.get()) is not None:
        return instead
    with open_log() as log:
        build = current_build(log)
        if build is None:
            return None
        key = (data_directory(), build.number)
        with _lock:
            if key not in _open:
                kept = ExitStack()
                if not kept.enter_context(reading(build)):
                    raise RuntimeError(f"build {build.number} was current a moment ago and is gone")
                made = datetime.fromtimestamp((made_at(log) or 0) / 1_000_000, UTC)
                _open[key] = _OpenBuild(build, made, OrderedStore.open(build.directory, key=key_of_stores()), kept)
                while len(_open) > OPEN_BUILDS:
                    _open.popitem(last=False)[1].kept.close()
            return _open[key]
