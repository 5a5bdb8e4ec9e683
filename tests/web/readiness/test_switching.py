"""What is judged may be switched on by a person, and off at once; nothing speaks by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.journeys.logs import Event
from tests.web.readiness.judged import keep
from tillit.errors import QueryError
from tillit.readiness.backtest import HORIZONS_DAYS
from tillit.readiness.recipe import Want
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people.models import User
from tillit_web.readiness import actions, queries
from tillit_web.readiness.models import Judged, Switched


def test_only_what_later_dates_allow_is_switched_on(ana: User) -> None:
    with pytest.raises(QueryError, match="cannot be switched on"):
        actions.switch_on(Want.BUYS, 30, by=ana)
    keep(refused=True)
    with pytest.raises(QueryError, match="cannot be switched on"):
        actions.switch_on(Want.BUYS, 30, by=ana)
    keep()
    assert queries.speaking(Want.BUYS) is None, "judged well, and nobody has switched it on"
    actions.switch_on(Want.BUYS, 30, by=ana)
    assert queries.speaking(Want.BUYS) is not None
    assert queries.speaking(Want.PERSON) is None
    actions.switch_off(Want.BUYS, by=ana)
    actions.switch_off(Want.BUYS, by=ana)
    assert queries.speaking(Want.BUYS) is None
    assert [(one.is_on, one.by) for one in queries.switches(Want.BUYS)] == [(False, ana), (True, ana)]


def test_one_horizon_of_a_want_speaks(ana: User) -> None:
    keep(days=7)
    keep(days=90)
    actions.switch_on(Want.BUYS, 7, by=ana)
    actions.switch_on(Want.BUYS, 90, by=ana)
    assert queries.switched_on(Want.BUYS) == 90
    assert [one.horizon_days for one in queries.standings() if one.is_on] == [90]


def test_what_no_longer_can_be_believed_falls_silent_by_itself(ana: User) -> None:
    keep(earlier=1)
    actions.switch_on(Want.BUYS, 30, by=ana)
    keep(refused=True)
    assert queries.switched_on(Want.BUYS) == 30
    assert queries.speaking(Want.BUYS) is None


def test_everything_is_judged_once_a_day_and_when_asked(small_shop: list[Event]) -> None:
    actions.judge_all()
    every = len(Want) * len(HORIZONS_DAYS)
    assert Judged.objects.count() == every
    actions.judge_all()
    assert Judged.objects.count() == every
    actions.ask_again()
    do_waiting_jobs()
    assert Judged.objects.count() == 2 * every
    Judged.objects.update(judged_at=timezone.now() - timedelta(days=2))
    actions.judge_all()
    assert Judged.objects.count() == 3 * every
    assert all("Not enough data" in (one.refusal or "") for one in queries.standings())


def test_old_judgements_are_thrown_away(small_shop: list[Event]) -> None:
    for earlier in range(20):
        keep(earlier=earlier + 1)
    actions.judge_all()
    assert Judged.objects.filter(want=Want.BUYS, horizon_days=30).count() == actions.KEPT


def test_before_the_first_import_there_is_nothing_to_judge(company: object) -> None:
    actions.judge_all()
    assert not Judged.objects.exists()
    assert not Switched.objects.exists()
