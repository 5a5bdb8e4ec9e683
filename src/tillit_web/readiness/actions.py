"""Judge readiness on later dates, switch it on where it may speak, and off."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import numpy as np
from django.db import transaction
from django.utils import timezone

from tillit.errors import QueryError
from tillit.journeys.view import View
from tillit.readiness.backtest import HORIZONS_DAYS, backtest
from tillit.readiness.recipe import Want
from tillit.sentences import sentence
from tillit.vocabulary import Purpose
from tillit_web.jobs.actions import enqueue
from tillit_web.people.models import User
from tillit_web.people.queries import company
from tillit_web.readiness import queries
from tillit_web.readiness.models import Judged, Switched
from tillit_web.warehouse import queries as warehouse

SEED = 5  # of what a perfect model would have got: the same build gives the same figures
JUDGED_AT_MOST_EVERY = timedelta(days=1)
KEPT = 12  # of each want and horizon, as a record


def judge_all(*, at_once: bool = False) -> None:
    """Judge every want within every horizon on the current build.

    Args:
        at_once: Also if a day has not passed yet.
    """
    view = warehouse.current_view(purpose=Purpose.MEASUREMENT)
    if view is None:
        return
    day_ago = timezone.now() - JUDGED_AT_MOST_EVERY
    for want in Want:
        for horizon_days in HORIZONS_DAYS:
            last = Judged.objects.filter(want=want, horizon_days=horizon_days).first()
            # Also on the same build: somebody may have said no to measurement since.
            due = at_once or last is None or last.judged_at <= day_ago
            if due:
                _judge(view, want, horizon_days)


def ask_again() -> None:
    """Have everything judged on the current build."""
    from tillit_web.readiness.jobs import judge_now  # a job calls this module

    enqueue(judge_now)


@transaction.atomic
def switch_on(want: Want, horizon_days: int, *, by: User) -> None:
    """Let a want speak within a horizon; another horizon of the same want is silent from now on.

    Raises:
        QueryError: The later dates do not allow it.
    """
    if queries.scorer(want, horizon_days) is None:
        raise QueryError(sentence("This cannot be switched on: later dates do not show that it can be believed."))
    _switch(want, horizon_days, is_on=True, by=by)


@transaction.atomic
def switch_off(want: Want, *, by: User) -> None:
    """Silence a want at once."""
    on = queries.switched_on(want)
    if on is not None:
        _switch(want, on, is_on=False, by=by)


def _switch(want: Want, horizon_days: int, *, is_on: bool, by: User) -> None:
    Switched.objects.create(want=want, horizon_days=horizon_days, is_on=is_on, at=timezone.now(), by=by)


def _judge(view: View, want: Want, horizon_days: int) -> None:
    rng = np.random.default_rng(SEED)
    found, refusal = backtest(view, want, company().goal_activity, horizon_days, rng=rng)
    with transaction.atomic():
        Judged.objects.create(
            want=want,
            horizon_days=horizon_days,
            judged_at=timezone.now(),
            build=view.store.path.name,
            found=msgspec.to_builtins(found),
            refusal=None if refusal is None else refusal.to_json(),
        )
        kept = Judged.objects.filter(want=want, horizon_days=horizon_days)
        Judged.objects.filter(pk__in=[row.pk for row in kept[KEPT:]]).delete()
