"""Flat tables: columns that know the outcome are named, the rest is tested on later rows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tillit.errors import FileError, QueryError
from tillit.readiness.leads import Leads, leads
from tillit.readiness.quality import auc
from tillit.readiness.read_table import read_table
from tillit_cli.__main__ import main


def made(rows: int = 4000, seed: int = 1) -> tuple[dict[str, pa.Array], np.ndarray, np.ndarray]:
    """Leads by a known law: visits and origin matter, city does not; minutes are written when it is over."""
    rng = np.random.default_rng(seed)
    visits, origin = rng.poisson(3, rows), rng.choice(["search", "friend", "fair"], rows)
    odds = -1.6 + 0.4 * (visits - 3) + np.select([origin == "friend", origin == "fair"], [0.9, -0.5], 0.0)
    chance = 1 / (1 + np.exp(-odds))
    outcome = (rng.random(rows) < chance).astype(float)
    columns = {
        "lead": pa.array([f"L{place}" for place in range(rows)]),
        "visits": pa.array(visits),
        "origin": pa.array(origin),
        "city": pa.array(rng.choice(["Malmö", "Oslo"], rows)),
        "minutes": pa.array(rng.gamma(2 + 6 * outcome, 1.0)),
    }
    return columns, outcome, chance


def asked(columns: dict[str, pa.Array], outcome: np.ndarray, **known: tuple[str, ...]) -> Leads:
    before, after = known.get("before", ()), known.get("after", ())
    return leads(columns, outcome, known_before=before, known_after=after, rng=np.random.default_rng(1))


def test_chances_are_those_of_the_law_and_the_column_from_afterwards_is_named() -> None:
    columns, outcome, chance = made()
    found = asked(columns, outcome)
    assert {one.column: one.why for one in found.left} == {"lead": "silent", "minutes": "suspect"}
    later = ~np.isnan(found.chances)
    assert later.tolist() == [place >= 3200 for place in range(4000)]
    assert found.tested is not None
    best = auc(chance[later], outcome[later] == 1)
    assert found.tested.auc > best - 0.02
    assert np.abs(found.chances[later] - chance[later]).mean() < 0.03
    assert {reason.what for reason in found.reasons[:3]} >= {"visits"}


def test_a_column_may_be_vouched_for_or_given_away() -> None:
    columns, outcome, _ = made()
    trusted = asked(columns, outcome, before=("minutes",))
    assert trusted.tested is not None
    assert trusted.tested.auc > 0.95
    told = asked(columns, outcome, after=("minutes", "visits"))
    assert {(one.column, one.why) for one in told.left} >= {("minutes", "after"), ("visits", "after")}
    with pytest.raises(QueryError, match="no column 'mintues'"):
        asked(columns, outcome, after=("mintues",))


def test_later_rows_teach_nothing() -> None:
    """What the last fifth holds, but for its own features, changes no weight."""
    columns, outcome, _ = made()
    changed = outcome.copy()
    changed[3200:] = 1 - changed[3200:]
    assert asked(columns, outcome).reasons == asked(columns, changed).reasons or asked(columns, changed).refusal


def test_what_is_not_known_yet_gets_a_chance() -> None:
    columns, outcome, chance = made()
    outcome[-10:] = np.nan
    found = asked(columns, outcome)
    assert found.rows == 3990
    assert found.chances[-10:] == pytest.approx(chance[-10:], abs=0.12)


def test_too_few_and_noise_are_refused() -> None:
    columns, outcome, _ = made(rows=300)
    few = asked(columns, outcome)
    assert few.refusal is not None
    assert "Not enough data" in few.refusal
    columns, outcome, _ = made()
    noise = asked({"city": columns["city"]}, outcome)
    assert noise.refusal is not None
    assert np.isnan(noise.chances).all()


def test_rows_are_ordered_by_time_if_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    pa.csv.write_csv(pa.table({"day": [3, 1, 2], "won": ["ja", "", "Nej"]}), path)
    table = read_table(path, "won", at="day")
    assert table.row.tolist() == [2, 3, 1]
    assert table.outcome == pytest.approx([np.nan, 0, 1], nan_ok=True)
    pa.csv.write_csv(pa.table({"won": ["ja", "perhaps"]}), path)
    with pytest.raises(FileError, match="won is 'perhaps' in row 2"):
        read_table(path, "won")
    with pytest.raises(QueryError, match="no column 'lost'; found: won"):
        read_table(path, "lost")


def test_as_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns, outcome, _ = made()
    path = tmp_path / "leads.parquet"
    pq.write_table(pa.table({**columns, "won": pa.array(outcome == 1)}), path)
    command = ["readiness", "--table", str(path), "--outcome", "won"]
    assert main([*command, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["chances"]) == 800
    assert found["tested"]["log_loss"] < found["tested"]["constant_log_loss"]
    assert main([*command, "--known-at", "minutes=after"]) == 0
    said = capsys.readouterr().out
    assert "Not used: minutes (said to be written after the outcome)." in said
    assert main([*command, "--known-at", "minutes"]) == 2
    assert "COLUMN=before or COLUMN=after" in capsys.readouterr().err
    assert main(["readiness", "--outcome", "won"]) == 2
    assert "give the one or the other" in capsys.readouterr().err
