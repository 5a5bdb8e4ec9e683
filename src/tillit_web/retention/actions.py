"""What may be done about retention: choose how long, take a choice back, and end what is over."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from tillit import fault
from tillit.errors import InputError
from tillit.events.builds import remove_old_builds
from tillit.events.retention import EVENT_CLASSES, DataClass
from tillit.events.retiring import living, retire, retire_links
from tillit.sentences import sentence
from tillit_web.collect.sealing import seal_all
from tillit_web.people.contacts import forget_contacts_without
from tillit_web.people.models import User
from tillit_web.retention.ending import ending_rows, micros
from tillit_web.retention.models import KeptFor, Run
from tillit_web.retention.queries import Kept, kept_class, over_before, would_go
from tillit_web.warehouse import builds, queries
from tillit_web.warehouse.folders import open_log
from tillit_web.warehouse.turns import until_free

WAIT = timedelta(days=7)
SHORTEST, LONGEST = 1, 3650
LINKS, CONTACTS = "links", "contacts"  # what goes with events: of persons who have none left
SECONDS_TO_LET_GO = 2.0
RUNS_KEPT = 400


class OtherCount(InputError):
    """A shorter length was confirmed with another number than would go now."""


def choose(name: DataClass, days: int, *, now: datetime, by: User | None = None, confirmed: int | None = None) -> Kept:
    """Keep a class for so many days.

    A longer time holds at once. A shorter one waits for seven days, in which it can be taken back, unless it is
    confirmed with the number of rows that go because of it.

    Args:
        confirmed: How many the person was told would go.

    Raises:
        InputError: No such length.
        OtherCount: Another number would go now; nothing was changed.
    """
    if not SHORTEST <= days <= LONGEST:
        raise InputError(
            sentence(
                "{days} days cannot be chosen; choose from {least} to {most}.", days=days, least=SHORTEST, most=LONGEST
            )
        )
    before = kept_class(name, now=now)
    waits = days < before.days and confirmed is None
    if days < before.days and confirmed is not None:
        found = would_go(over_before(now=now, changed={name: days}))[name]
        if found != confirmed:
            raise OtherCount(
                sentence(
                    "{found} would go now, not {confirmed}. Nothing was changed.", found=found, confirmed=confirmed
                )
            )
    KeptFor.objects.update_or_create(
        data_class=name.value,
        defaults={
            "days": before.days if waits else days,
            "waiting_days": days if waits else None,
            "waiting_until": now + WAIT if waits else None,
            "changed_by": by,
        },
    )
    return kept_class(name, now=now)


def keep_as_it_is(name: DataClass, *, now: datetime) -> None:
    """Take a shorter length back that still waits."""
    KeptFor.objects.filter(data_class=name.value, waiting_until__gt=now).update(waiting_days=None, waiting_until=None)


def end_what_is_over(*, now: datetime) -> Mapping[str, int]:
    """Take out everything whose time is over; how many rows went, by class. Killed anywhere, the next run completes it.

    Raises:
        LogBusy: Another process has the log or its builds, for too long.
    """
    run = Run.objects.create(began_at=now)
    before = over_before(now=now)
    until_free(seal_all)
    removed: Counter[str] = Counter()
    removed.update(until_free(lambda: _end_events(before)))
    for rows in ending_rows():
        removed[rows.data_class] += rows.end(before[rows.data_class])
        fault.point("retire.table")
    removed[CONTACTS] += _end_contacts(now)
    fault.point("retire.rows")
    if queries.is_changing():
        until_free(builds.rebuild)
    until_free(_remove_old_builds)
    fault.point("retire.built")
    with transaction.atomic():
        gone = {str(name): rows for name, rows in removed.items() if rows}
        run.removed = gone
        run.finished_at = now
        run.save()
        Run.objects.filter(began_at__lt=now - timedelta(days=RUNS_KEPT)).delete()
    return gone


def _end_events(before: Mapping[DataClass, datetime]) -> Counter[str]:
    with open_log() as log, log.writing():
        gone = Counter({name.value: rows for name, rows in retire(log, _in_micros(before)).items()})
        if links := retire_links(log):
            gone[LINKS] = links
        return gone


def _in_micros(before: Mapping[DataClass, datetime]) -> dict[DataClass, int]:
    return {name: micros(before[name]) for name in EVENT_CLASSES}


def _end_contacts(now: datetime) -> int:
    if queries.being_read() is not None:
        return 0  # contacts may come before their events
    with open_log() as log, log.writing():
        # While a segment is damaged nobody can say who has an event.
        return 0 if log.damaged() else forget_contacts_without(living(log), now=now)


def _remove_old_builds() -> None:
    with open_log() as log:
        # A request that reads an old build now is finished soon; the next one opens the new build.
        remove_old_builds(log, let_go=lambda: time.sleep(SECONDS_TO_LET_GO))
