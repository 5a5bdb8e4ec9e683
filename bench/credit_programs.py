"""Credit: paths of touchpoints from the store, and Markov removal from tables of paths, beside other programs."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.prepare import STORE, paths_file

Answer = dict[str, Any]
Work = Callable[[], Answer]
NAMES = (13, 50, 200)
GOAL = "order"
Rows = list[tuple[str, int, int, int]]


def rows_of(folder: Path, names: int) -> Rows:
    """Path, conversions, value and ways without conversion."""
    with (folder / paths_file(names)).open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        return [(path, int(conversions), int(value), int(nulls)) for path, conversions, value, nulls in rows]


def agreed(shares: dict[str, float]) -> Answer:
    """What all programs should agree on, though one of them simulates and names lie close: the largest share, in
    hundredths of all credit."""
    return {"names": len(shares), "largest": round(100 * max(shares.values()) / sum(shares.values()))}


def paths_tillit(folder: Path) -> Work:
    from tillit.credit.paths import paths_from
    from tillit.journeys.store import OrderedStore
    from tillit.journeys.touchpoints import TouchpointSpec, touchpoint_paths
    from tillit.journeys.view import View
    from tillit.vocabulary import Purpose

    def work() -> Answer:
        view = View(OrderedStore.open(folder / STORE), purpose=Purpose.MEASUREMENT)
        return {"paths": len(paths_from(touchpoint_paths(view, TouchpointSpec(GOAL))).conversions)}

    return work


def markov_tillit(names: int) -> Callable[[Path], Work]:
    def program(folder: Path) -> Work:
        from tillit.credit.markov import chain_of, counted, removal_shares
        from tillit.credit.paths import Way, paths_of
        from tillit.credit.resampling import observed

        rows = rows_of(folder, names)

        def work() -> Answer:
            paths = paths_of(
                Way(tuple(path.split(" > ")), conversions, nulls, {"": value})
                for path, conversions, value, nulls in rows
            )
            chain, sums = chain_of(paths, 1)
            shares = removal_shares(counted(chain, observed(paths, sums)))
            return agreed(dict(zip(paths.names, shares.tolist(), strict=True)))

        return work

    return program


def markov_channelattribution(names: int) -> Callable[[Path], Work]:
    def program(folder: Path) -> Work:
        import pandas as pd
        from ChannelAttribution import markov_model

        columns = ["path", "total_conversions", "total_conversion_value", "total_null"]
        frame = pd.DataFrame(rows_of(folder, names), columns=columns)

        def work() -> Answer:
            found = markov_model(
                frame, "path", "total_conversions", var_value="total_conversion_value", var_null="total_null",
                order=1, seed=1, verbose=False, ncore=1,
            )  # fmt: skip
            return agreed(dict(zip(found["channel_name"], found["total_conversions"], strict=True)))

        return work

    return program


def markov_mam(names: int) -> Callable[[Path], Work]:
    def program(folder: Path) -> Work:
        import pandas as pd
        from mam import MAM

        rows = [
            (path, converts, ways)
            for path, conversions, _, nulls in rows_of(folder, names)
            for converts, ways in ((True, conversions), (False, nulls))
            if ways
        ]
        frame = pd.DataFrame(rows, columns=["path", "converts", "ways"])

        def work() -> Answer:
            model = MAM(frame, "format_3", "path", "converts", occurrences_colname="ways")
            # It shares each path by the effects of its own names; the effects themselves are what the others share by.
            effects = model.run_markov(transition_to_same_state=True).metadata["removal_effect"]
            return agreed(effects["removal_effect"].to_dict())

        return work

    return program


REMOVALS: dict[str, dict[str, Callable[[Path], Work]]] = {
    f"Markov removal of {names} names": {
        "tillit, exact": markov_tillit(names),
        "ChannelAttribution, simulated": markov_channelattribution(names),
        "marketing-attribution-models": markov_mam(names),
    }
    for names in NAMES
}
QUESTIONS = {"paths of touchpoints": {"tillit, from its store": paths_tillit}, **REMOVALS}
