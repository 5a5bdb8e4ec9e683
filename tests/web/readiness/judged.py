"""What a town's data say, kept as the product keeps it, without waiting for it in each test."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from django.utils import timezone

from tests.readiness.town import a_town
from tillit.journeys.plain_parquet import read_plain_parquet
from tillit.journeys.view import View
from tillit.readiness.backtest import Backtest, backtest
from tillit.readiness.recipe import Want
from tillit.sentences import sentence
from tillit.vocabulary import Purpose
from tillit_web.readiness.models import Judged


@lru_cache(maxsize=1)
def of_a_town() -> Backtest:
    """A purchase within 14 days, in a town of 600."""
    with TemporaryDirectory() as folder:
        read = read_plain_parquet(
            a_town(Path(folder) / "town.parquet", persons=600).path, None, work=Path(folder) / "work"
        )
        assert read is not None
        view = View(read.events, purpose=Purpose.MEASUREMENT)
        found, refusal = backtest(view, Want.BUYS, "order_completed", 14, rng=np.random.default_rng(1))
    assert refusal is None
    return found


def keep(want: Want = Want.BUYS, days: int = 30, *, refused: bool = False, earlier: int = 0) -> Judged:
    """Keep it as judged for a want within a horizon, or with a refusal."""
    found = replace(of_a_town(), want=want, horizon_days=days)
    refusal = None
    if refused:
        found = replace(found, scorer=None, table=None, speaking=())
        refusal = sentence("On later dates the chances were too far from what came, so none are shown.").to_json()
    return Judged.objects.create(
        want=want,
        horizon_days=days,
        judged_at=timezone.now() - timedelta(days=earlier),
        build="a build",
        found=msgspec.to_builtins(found),
        refusal=refusal,
    )
