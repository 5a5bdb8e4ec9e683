from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from tillit.friction.visits import known_before, quarters, strata_of


def strata(entry_channel: list[int], known: list[bool], at: list[datetime], timezone: str) -> list[int]:
    """The strata of single visits."""
    micros = np.array([int(moment.timestamp()) * 1_000_000 for moment in at])
    before = known_before(np.array(entry_channel), np.array(known), quarters(micros, timezone))
    different, place, visits = np.unique(before, return_inverse=True, return_counts=True)
    return list(strata_of(different.astype(np.int64), visits)[place].tolist())


def test_a_stratum_is_what_is_known_before_the_step_in_local_time() -> None:
    """23:30 UTC on a Friday is Saturday's night in Stockholm; noon on Friday is not."""
    saturday_night, friday_noon = datetime(2026, 1, 9, 23, 30, tzinfo=UTC), datetime(2026, 1, 9, 12, 0, tzinfo=UTC)
    found = strata([0] * 120, [False] * 120, [saturday_night] * 60 + [friday_noon] * 60, "Europe/Stockholm")
    assert len(set(found[:60])) == len(set(found[60:])) == 1
    assert found[0] != found[60]
    saturday_early = datetime(2026, 1, 10, 0, 30, tzinfo=UTC)
    same = strata([0] * 120, [False] * 120, [saturday_night] * 60 + [saturday_early] * 60, "Europe/Stockholm")
    assert len(set(same)) == 1, "both are Saturday between midnight and six"


def test_thin_strata_are_matched_on_less() -> None:
    """30 by day and 30 by night of one channel are one stratum; 10 of rare channels share one by new or known."""
    night, noon = datetime(2026, 1, 7, 2, tzinfo=UTC), datetime(2026, 1, 7, 12, tzinfo=UTC)
    channels = [0] * 60 + [1] * 5 + [2] * 5
    found = strata(channels, [False] * 65 + [True] * 5, [night, noon] * 35, "UTC")
    assert len(set(found[:60])) == 1
    assert len(set(found[60:65])) == len(set(found[65:])) == 1
    assert len({found[0], found[60], found[65]}) == 3
    assert set(found) == {0, 1, 2}
