"""The same questions, asked of each program in its own best words.

A program imports what it needs and returns the work to be measured; the work returns its answer, so that a fast wrong
one is seen. Imports stand inside, because each runs in a process of its own and loads nothing of the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import credit_programs
from bench.prepare import CONTRACT, EVENTS, STORE

Answer = dict[str, Any]
Work = Callable[[], Answer]
Program = Callable[[Path], Work]

STEPS = ("page_view:product", "cart", "checkout", "order")
WITHIN_DAYS = 7


def graph_answer(arrows: dict[tuple[str, str], int]) -> Answer:
    return {"arrows": len(arrows), "pairs": sum(arrows.values()), "most": max(arrows.values())}


def hash_limit(folder: Path) -> Work:
    """H: what it costs merely to bring each person's events together, by hashing, without their order."""
    import duckdb

    def work() -> Answer:
        row = duckdb.sql(
            f"""select count(*), sum(n), avg(epoch_us(last_at) - epoch_us(first_at)) from (
                select person_id, count(*) as n, min(time) as first_at, max(time) as last_at
                from '{folder / EVENTS}' group by person_id)"""
        ).fetchall()[0]
        return {"persons": int(row[0]), "events": int(row[1])}

    return work


def graph_tillit(folder: Path) -> Work:
    from tillit.journeys.graph import overview
    from tillit.journeys.store import OrderedStore
    from tillit.journeys.view import View
    from tillit.vocabulary import Purpose

    def work() -> Answer:
        found = overview(View(OrderedStore.open(folder / STORE), purpose=Purpose.MEASUREMENT))
        return graph_answer({(arrow.source, arrow.target): arrow.count for arrow in found.follows})

    return work


def graph_tillit_from_parquet(folder: Path) -> Work:
    """As `tillit journeys FILE` does: what the columns are is found out too."""
    import tempfile

    from tillit.journeys.graph import overview
    from tillit.journeys.plain_parquet import read_plain_parquet
    from tillit.journeys.view import View
    from tillit.vocabulary import Purpose

    def work() -> Answer:
        with tempfile.TemporaryDirectory() as rejected:
            plain = read_plain_parquet(folder / EVENTS, None, work=Path(rejected))
        if plain is None:
            raise RuntimeError("the benchmark's file was not read directly")
        found = overview(View(plain.events, purpose=Purpose.MEASUREMENT))
        return graph_answer({(arrow.source, arrow.target): arrow.count for arrow in found.follows})

    return work


def graph_duckdb(folder: Path) -> Work:
    import duckdb

    def work() -> Answer:
        rows = duckdb.sql(
            f"""select activity, next_activity, count(*), avg(wait) from (
                select activity, lead(activity) over w as next_activity, lead(time) over w - time as wait
                from '{folder / EVENTS}' window w as (partition by person_id order by time))
            where next_activity is not null group by all"""
        ).fetchall()
        return graph_answer({(source, target): count for source, target, count, _ in rows})

    return work


def graph_duckdb_quantiles(folder: Path) -> Work:
    import duckdb

    def work() -> Answer:
        rows = duckdb.sql(
            f"""select activity, next_activity, count(*), count(distinct person_id), quantile_cont(wait, [0.5, 0.9])
            from (
                select person_id, activity, lead(activity) over w as next_activity,
                    epoch_us(lead(time) over w) - epoch_us(time) as wait
                from '{folder / EVENTS}' window w as (partition by person_id order by time))
            where next_activity is not null group by all"""
        ).fetchall()
        return graph_answer({(row[0], row[1]): row[2] for row in rows})

    return work


def graph_polars(folder: Path) -> Work:
    import polars as pl

    def work() -> Answer:
        same = pl.col("person_id") == pl.col("person_id").shift(-1)
        arrows = (
            pl.scan_parquet(folder / EVENTS)
            .select("person_id", "time", pl.col("activity").cast(pl.Categorical))
            .sort("person_id", "time")
            .select(
                pl.col("activity"),
                pl.when(same).then(pl.col("activity").shift(-1)).alias("next"),
                (pl.col("time").shift(-1) - pl.col("time")).alias("wait"),
            )
            .drop_nulls("next")
            .group_by("activity", "next")
            .agg(
                pl.len().alias("count"),
                pl.col("wait").quantile(0.5).alias("p50"),
                pl.col("wait").quantile(0.9).alias("p90"),
            )
            .collect()
        )
        return graph_answer({(source, target): count for source, target, count, _, _ in arrows.rows()})

    return work


def graph_pm4py(folder: Path) -> Work:
    import pandas as pd
    import pm4py

    def work() -> Answer:
        frame = pd.read_parquet(folder / EVENTS, columns=["person_id", "time", "activity"])
        frame = frame.astype({"person_id": str, "activity": str})
        log = pm4py.format_dataframe(frame, case_id="person_id", activity_key="activity", timestamp_key="time")
        arrows, _, _ = pm4py.discover_dfg(log)
        return graph_answer(dict(arrows))

    return work


def graph_retentioneering(folder: Path) -> Work:
    import pandas as pd
    from retentioneering import Eventstream
    from retentioneering.tools.transition_matrix import TransitionMatrix

    schema = {"path_cols": ["person_id"], "event_col": "activity", "timestamp_col": "time"}

    def work() -> Answer:
        frame = pd.read_parquet(folder / EVENTS, columns=["person_id", "time", "activity"])
        matrix = TransitionMatrix(Eventstream(frame, schema=schema)).fit("count")
        added = {"path_start", "path_end"}
        return graph_answer(
            {
                (source, target): int(matrix.at[source, target])
                for source in matrix.index
                for target in matrix.columns
                if not {source, target} & added and matrix.at[source, target]
            }
        )

    return work


def funnel_tillit(folder: Path) -> Work:
    from tillit.journeys.funnel import FunnelSpec, funnel
    from tillit.journeys.store import OrderedStore
    from tillit.journeys.view import View
    from tillit.vocabulary import Purpose

    def work() -> Answer:
        view = View(OrderedStore.open(folder / STORE), purpose=Purpose.MEASUREMENT)
        found = funnel(view, FunnelSpec(STEPS, within_seconds=WITHIN_DAYS * 86_400))
        return {"reached": [step.reached for step in found.steps]}

    return work


def funnel_duckdb(folder: Path) -> Work:
    """Best entry in SQL: each step carries the latest start that reached the step before, in one window a step."""
    import duckdb

    def work() -> Answer:
        window = f"{WITHIN_DAYS} * 86400000000"
        names = ", ".join(f"'{step}'" for step in STEPS)
        query = (
            f"select person_id, epoch_us(time) as micros, activity from '{folder / EVENTS}' where activity in ({names})"
        )
        query = f"select *, case when activity = '{STEPS[0]}' then micros end as start0 from ({query})"
        for number, step in enumerate(STEPS[1:], start=1):
            before = (
                f"max(start{number - 1}) over (partition by person_id order by micros "
                "rows between unbounded preceding and 1 preceding)"
            )
            query = f"select *, {before} as before{number} from ({query})"
            query = (
                f"select *, case when activity = '{step}' and micros - before{number} <= {window} "
                f"then before{number} end as start{number} from ({query})"
            )
        counts = ", ".join(
            f"count(distinct case when start{number} is not null then person_id end)" for number in range(len(STEPS))
        )
        return {"reached": list(duckdb.sql(f"select {counts} from ({query})").fetchall()[0])}

    return work


def report_tillit(folder: Path) -> Work:
    """The page of `tillit report`: graph, variants, stages, funnel, the map, single cases, what hurts, and credit."""
    import contextlib

    # As in `store_tillit`.
    with contextlib.suppress(ImportError):
        import pandas  # noqa: F401

    from tillit.journeys.funnel import FunnelSpec
    from tillit.journeys.stage_rules import default_stage_rules
    from tillit.journeys.store import OrderedStore
    from tillit.journeys.view import CaseRule, View
    from tillit.reports.page import render
    from tillit.reports.report import report
    from tillit.vocabulary import Purpose

    def work() -> Answer:
        view = View(OrderedStore.open(folder / STORE), CaseRule("order", 30), purpose=Purpose.MEASUREMENT)
        funnel_spec = FunnelSpec(STEPS, within_seconds=WITHIN_DAYS * 86_400)
        page = render(report(view, default_stage_rules(), timezone="Europe/Stockholm", funnel_spec=funnel_spec))
        return {"page_is_whole": page.rstrip().endswith("</html>")}

    return work


def core_of_report_tillit(folder: Path) -> Work:
    """What the report costs without its page: the graph, friction with its ranges, and seven models with theirs."""
    import numpy as np

    from tillit.credit.paths import paths_from
    from tillit.credit.sales import UNKNOWN, spec_for
    from tillit.credit.side_by_side import credit
    from tillit.credit.vocabulary import Model
    from tillit.friction.find import friction
    from tillit.journeys.graph import overview
    from tillit.journeys.store import OrderedStore
    from tillit.journeys.touchpoints import touchpoint_paths
    from tillit.journeys.view import CaseRule, View
    from tillit.vocabulary import Purpose

    def work() -> Answer:
        view = View(OrderedStore.open(folder / STORE), CaseRule("order", 30), purpose=Purpose.MEASUREMENT)
        graph = overview(view)
        hurts = friction(view, rng=np.random.default_rng(1), timezone="Europe/Stockholm")
        paths = paths_from(touchpoint_paths(view, spec_for("order", "channel", view.names, UNKNOWN)))
        shared = credit(paths, tuple(Model), np.random.default_rng(1))
        return {"arrows": len(graph.follows), "steps": len(hurts.steps), "models": len(shared.models)}

    return work


def store_tillit(folder: Path) -> Work:
    """The build itself, from the log to the ordered store."""
    import contextlib
    import tempfile

    # Arrow loads pandas for its own use where there is one, as in this environment; imports are not what we measure.
    with contextlib.suppress(ImportError):
        import pandas  # noqa: F401

    from tillit.journeys.build import build_store

    def work() -> Answer:
        with tempfile.TemporaryDirectory(dir=folder) as out:
            build_store([folder / CONTRACT], [], Path(out) / "store")
            manifest = json.loads(next((Path(out) / "store").rglob("manifest.json")).read_text("utf-8"))
        return {"manifest": len(manifest) > 0}

    return work


LIMIT = "duckdb: group by person (H)"
CORE = "graph, friction and credit"
QUESTIONS: dict[str, dict[str, Program]] = {
    "limit": {LIMIT: hash_limit},
    "graph": {
        "tillit, from its store, exact quantiles": graph_tillit,
        "tillit, from any Parquet, exact quantiles": graph_tillit_from_parquet,
        "duckdb windows, counts and means": graph_duckdb,
        "duckdb windows, exact quantiles": graph_duckdb_quantiles,
        "polars, exact quantiles": graph_polars,
        "retentioneering, counts": graph_retentioneering,
        "pm4py, counts": graph_pm4py,
    },
    "funnel of four steps": {
        "tillit, best entry": funnel_tillit,
        "duckdb windows, best entry": funnel_duckdb,
    },
    "whole report": {"tillit, from its store": report_tillit},
    CORE: {"tillit, from its store": core_of_report_tillit},
    "building the store": {"tillit": store_tillit},
    **credit_programs.QUESTIONS,
}
