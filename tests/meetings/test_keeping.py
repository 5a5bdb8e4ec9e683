"""One customer in twenty stays on the first table: by lot, for good, and with every promise."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec import UNSET

from tests.meetings.making import AT, DEFAULT, any_desk, any_moment, hostile_policy
from tests.meetings.test_log import FREE
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.kept_standing import keepable, kept_stages
from tillit.evaluation.log_table import log_table
from tillit.evaluation.read_decisions import read_decisions
from tillit.meetings.decide import Decision, decide, replay
from tillit.meetings.export import COLUMNS, table_rows
from tillit.meetings.keeping import as_credit_reads_it, is_kept
from tillit.meetings.log import Logged, Outcome
from tillit.meetings.moment import Moment
from tillit.meetings.policy import Kept, Policy, Stakes, Way
from tillit.meetings.policy_files import parse_policy, policy_text
from tillit.meetings.unlinked import unlinked
from tillit.vocabulary import Errand, Stage

DAY = 86_400_000_000
PEOPLE_EVERYWHERE = {(errand, stakes): Way.PERSON for errand in Errand for stakes in Stakes}
KEEPING = replace(DEFAULT, kept=Kept("2026-11-22", frozenset({Stage.DECIDE}), PEOPLE_EVERYWHERE, {}))
KEPT, OTHER = (next(f"c{n}" for n in range(99) if is_kept(f"c{n}", "2026-11-22") is side) for side in (True, False))
CHOOSING = Moment(KEPT, AT, Errand.CHOOSE, stage=Stage.DECIDE)


def decided(moment: Moment, policy: Policy = KEEPING) -> Decision:
    return decide(moment, policy, FREE, draw=0.5, decision_id="d")


def test_one_in_twenty_by_a_lot_that_knows_no_other() -> None:
    """20,000 customers: a share of 0.05 scatters by 0.0015."""
    sides = np.array([[is_kept(f"c{n}", name) for name in ("one", "other")] for n in range(20_000)])
    assert np.all(np.abs(sides.mean(axis=0) - 0.05) < 0.006)
    assert abs((sides[:, 0] & sides[:, 1]).mean() - 0.0025) < 0.0015


def test_who_is_kept_goes_by_the_first_table_and_others_do_not() -> None:
    assert (decided(CHOOSING).is_machine, decided(CHOOSING).experiment) == (False, "kept:2026-11-22")
    usual = decided(replace(CHOOSING, customer=OTHER))
    assert (usual.is_machine, usual.experiment) == (True, "usual:2026-11-22")
    assert [as_credit_reads_it(one) for one in (decided(CHOOSING).experiment, usual.experiment, None)] == [
        "meetings",
        "meetings=0",
        None,
    ]
    for outside in (
        replace(CHOOSING, stage=Stage.COMPARE),
        replace(CHOOSING, stage=None),
        replace(CHOOSING, may_vary=False),
        unlinked(CHOOSING, KEEPING, decision_id="d"),
    ):
        assert (decided(outside).is_machine, decided(outside).experiment) == (True, None)


def test_what_is_promised_and_what_is_logged_hold_for_whoever_is_kept() -> None:
    dice = random.Random(2)
    seen = set()
    for _ in range(3_000):
        hostile = hostile_policy(dice)
        kept = Kept("k", frozenset(Stage), hostile.cells, {})
        policy = replace(DEFAULT, kept=kept, learning=hostile.learning, cells=hostile.cells)
        moment, desk, draw = any_moment(dice), any_desk(dice), dice.random()
        one = decide(moment, policy, desk, draw=draw, decision_id="d")
        without = decide(moment, replace(policy, kept=None), desk, draw=draw, decision_id="d")
        assert one.guardrails == without.guardrails
        assert not (one.guardrails and one.is_machine)
        if one.experiment == "kept:k":
            assert not one.is_drawn
        else:
            assert one.options == without.options
        written = msgspec.json.encode(one)
        read = msgspec.json.decode(written, type=Decision)
        assert msgspec.json.encode(replay(read, policy)) == written
        seen.add(one.experiment)
    assert seen == {None, "kept:k", "usual:k"}
    policy = replace(policy, kept=Kept('a "name"', frozenset({Stage.USE, Stage.NEED}), hostile.cells, hostile.adds))
    assert parse_policy(policy_text(policy, currency="SEK"), name="p", version=1, currency="SEK") == policy


def a_log(customers: int, *, seed: int = 4) -> list[Logged]:
    """Two moments each; of the kept 30 in 100 end well, of the others 50, and elsewhere nobody is kept."""
    dice = random.Random(seed)
    rows = []
    for place in range(2 * customers):
        stage = Stage.DECIDE if place % 4 < 3 else Stage.USE
        moment = Moment(f"c{place // 2}", AT + place * DAY // 1000, Errand.CHOOSE, stage=stage)
        one = decide(moment, KEEPING, FREE, draw=dice.random(), decision_id=f"{place:08d}")
        good = dice.random() < (0.3 if (one.experiment or "").startswith("kept") else 0.5)
        rows.append(Logged(one, None, Outcome(one.id, good=good, matured_at=moment.at + DAY)))
    return rows


def test_a_log_says_what_today_brings_over_a_whole_way(tmp_path: Path) -> None:
    rows = a_log(6_000)
    table = log_table(rows, exponent=2)
    as_of = float(table.decisions.at_days.max()) + 30
    (found,) = kept_stages(table, as_of_days=as_of)
    assert found.stage == "decide"
    assert found.way is not None
    said: dict[bool, list[bool]] = {True: [], False: []}
    for one in rows:
        if one.decision.experiment is not None and one.outcome is not None:
            said[one.decision.experiment.startswith("kept")].append(one.outcome.good)
    plain = float(np.mean(said[False]) - np.mean(said[True]))
    assert found.way.difference == pytest.approx(plain, abs=0.01), "from the first kept moment on"
    assert found.way.low <= 0.2 <= found.way.high
    assert found.way.high - found.way.low > 2 * 1.96 * (0.25 / found.kept) ** 0.5, "wider than that of one look"
    assert found.kept == found.way.kept_customers
    assert found.others >= found.way.other_customers, "those before the first kept one are in no comparison"

    path = tmp_path / "decisions.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *table_rows(rows, exponent=2)])
    whole = evaluate(read_decisions(path).decisions).whole_way
    assert whole is not None, "nobody is mixed: stages without a lot are on neither side"
    assert whole.difference == pytest.approx(plain, abs=0.01)


def test_a_side_that_was_drawn_stays_and_another_lot_is_another_draw() -> None:
    other_side = decided(replace(CHOOSING, lot="usual:2026-11-22"))
    assert (other_side.is_machine, other_side.experiment) == (True, "usual:2026-11-22")
    written = msgspec.json.encode(other_side)
    assert msgspec.json.encode(replay(msgspec.json.decode(written, type=Decision), KEEPING)) == written
    assert decided(replace(CHOOSING, lot="usual:an-earlier-one")).experiment == "kept:2026-11-22"
    assert unlinked(replace(CHOOSING, lot="kept:x"), KEEPING, decision_id="d").lot is UNSET


def test_whoever_was_drawn_under_two_names_counts_on_neither_side(tmp_path: Path) -> None:
    """Half of the persons come under two names and fare better; the table changes nothing."""
    dice = random.Random(7)
    rows: list[Logged] = []
    person_of: dict[str, str] = {}
    for person in range(5_000):
        names = (f"c{person}", f"mail{person}") if person % 2 else (f"c{person}",)
        person_of |= dict.fromkeys(names, f"c{person}")
        for name in names:
            moment = Moment(name, AT + len(rows) * DAY // 1000, Errand.CHOOSE, stage=Stage.DECIDE)
            one = decide(moment, KEEPING, FREE, draw=dice.random(), decision_id=f"{len(rows):08d}")
            good = dice.random() < (0.8 if person % 2 else 0.4)
            rows.append(Logged(one, None, Outcome(one.id, good=good, matured_at=moment.at)))
    as_of = rows[-1].decision.moment.at / DAY + 30
    (found,) = kept_stages(log_table(rows, exponent=2, person_of=person_of), as_of_days=as_of)
    assert found.drawn_apart == 2_500
    alone = [f"c{person}" for person in range(0, 5_000, 2)]
    kept = [is_kept(name, "2026-11-22") for name in alone]
    assert (found.kept, found.others) == (sum(kept), len(kept) - sum(kept))
    assert found.way is not None
    assert found.way.low <= 0 <= found.way.high
    assert abs(found.way.others - 0.4) < 0.05, "none of those with two names"
    (apart,) = kept_stages(log_table(rows, exponent=2), as_of_days=as_of)
    assert apart.drawn_apart == 0, "nobody is known to be anybody else"

    moved = decide(replace(CHOOSING, at=AT + DAY, lot="usual:2026-11-22"), KEEPING, FREE, draw=0.5, decision_id="later")
    both = [Logged(moved, None, None), Logged(decided(CHOOSING), None, None)]
    place = COLUMNS.index("experiment")
    assert [row[place] for row in table_rows(both, exponent=2)] == ["kept:2026-11-22"] * 2, "as the lot fell"
    assert log_table(both, exponent=2).drawn_apart.all()


def test_only_a_stage_with_enough_customers_may_begin() -> None:
    """45 of 100 and ten more: 19 : 1 takes 4,086 customers, by the textbook's formula for two shares."""
    few, many = (log_table(a_log(customers), exponent=2) for customers in (3_000, 6_000))
    for table, may in ((few, False), (many, True)):
        as_of = float(table.decisions.at_days.max())
        decide_stage, use = keepable(table, as_of_days=as_of)
        assert (decide_stage.stage, decide_stage.may_start, use.may_start) == ("decide", may, False)
        assert decide_stage.customers == len({one for one in range(len(table)) if one % 4 < 3 and one % 2 == 0})
    assert not keepable(log_table([], exponent=2), as_of_days=0.0)
    later = float(many.decisions.at_days.max()) + 200
    assert not keepable(many, as_of_days=later), "half a year ago is no prospect"
