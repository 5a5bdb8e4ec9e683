"""`make bench`: how much work tillit's answers cost beside other programs', on the same events, in one run.

Trust the ratios, not the seconds: everything is measured on this machine, now, and H (one DuckDB `group by person`)
stands beside every figure.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median_low

from bench.credit_programs import NAMES, REMOVALS
from bench.limit import forget, memory_limit
from bench.measure import Measured, measure
from bench.prepare import CONTRACT, EVENTS, STORE, paths_file
from bench.programs import CORE, LIMIT, QUESTIONS

SIZES = (1_000_000, 10_000_000)
LARGE = 50_000_000
MEMORY_GOAL_MEGABYTES = 2_048
LIMITED_GOAL = 1.2  # times the CPU of a run without a limit
MADE = (("events", EVENTS), ("contract", CONTRACT), ("store", STORE))
SLOW = ("pm4py, counts", "retentioneering, counts")  # left out at 50M, where they would need more than the machine has


def prepare(folder: Path, events: int, made: Sequence[tuple[str, str]] = MADE) -> None:
    for what, result in made:
        if not (folder / result).exists():
            subprocess.run([sys.executable, "-m", "bench.prepare", what, str(folder), str(events)], check=True)


def prepare_paths(folder: Path) -> None:
    for names in NAMES:
        if not (folder / paths_file(names)).exists():
            subprocess.run([sys.executable, "-m", "bench.prepare", "paths", str(folder), str(names)], check=True)


def best_of(question: str, program: str, folder: Path, *, repeat: int, timeout_seconds: float) -> Measured:
    """The run with the median CPU seconds, or the first that failed."""
    runs = []
    for _ in range(repeat):
        runs.append(measure(question, program, folder, timeout_seconds=timeout_seconds))
        if runs[-1].error or runs[-1].wall_seconds > 20:
            break  # it failed, or is long enough that once says it
    middle = median_low(run.cpu_seconds for run in runs)
    return next(run for run in runs if run.error or run.cpu_seconds == middle)


def compare(events: int, folder: Path, *, repeat: int, timeout_seconds: float) -> bool:
    """Print one size's table; True if every program gave the answer of the first."""
    print(f"\n{events:,} events, median of {repeat}, {os.cpu_count()} cores", flush=True)
    print(f"  {'':44}{'CPU s':>9}{'× H':>8}{'wall s':>9}{'peak MB':>9}", flush=True)
    agreed = True
    limit = None
    for question, programs in QUESTIONS.items():
        if events == LARGE and question in REMOVALS:
            continue  # tables of paths say no more from 10M on, and take minutes to make
        print(f"  {question}", flush=True)
        expected = None
        for program in programs:
            if events == LARGE and program in SLOW:
                continue
            run = best_of(question, program, folder, repeat=repeat, timeout_seconds=timeout_seconds)
            if run.error:
                print(f"    {program:42}  {run.error}", flush=True)
                agreed &= not program.startswith("tillit")
                continue
            limit = run.cpu_seconds if program == LIMIT else limit
            expected = expected or run.answer
            same = run.answer == expected
            agreed &= same
            note = "" if same else f"  another answer: {run.answer} ≠ {expected}"
            if events == LARGE and program.startswith("tillit") and run.peak_megabytes > MEMORY_GOAL_MEGABYTES:
                note += f"  over {MEMORY_GOAL_MEGABYTES} MB"
                agreed = False
            ratio = run.cpu_seconds / limit if limit else float("nan")
            figures = f"{run.cpu_seconds:9.2f}{ratio:8.2f}{run.wall_seconds:9.2f}{run.peak_megabytes:9.0f}"
            print(f"    {program:42}{figures}{note}", flush=True)
    return agreed


def compare_limited(folder: Path, *, repeat: int, timeout_seconds: float) -> bool:
    """Print what the core of the report costs within the limit and without; True if it costs little more."""
    program = next(iter(QUESTIONS[CORE]))
    free, limited = [], []
    with memory_limit(MEMORY_GOAL_MEGABYTES * 2**20) as enter_limit:
        if enter_limit is None:
            print(f"  within {MEMORY_GOAL_MEGABYTES} MB: not asked, only root may make a control group", flush=True)
            return True
        print(f"  {CORE}, within {MEMORY_GOAL_MEGABYTES} MB, kept by a control group", flush=True)
        for _ in range(repeat):  # in turns, so that whatever else the machine does meets both
            for runs, enter in ((free, None), (limited, enter_limit)):
                forget(folder / STORE)
                runs.append(measure(CORE, program, folder, timeout_seconds=timeout_seconds, enter=enter))
                run = runs[-1]
                what = "within the limit" if enter else "without a limit"
                figures = f"{run.cpu_seconds:9.2f}{'':8}{run.wall_seconds:9.2f}{run.peak_megabytes:9.0f}"
                print(f"    {what:42}{run.error or figures}", flush=True)
    if any(run.error for run in (*free, *limited)):
        return False
    ratio = median_low(run.cpu_seconds for run in limited) / median_low(run.cpu_seconds for run in free)
    print(f"    {'within it it takes':42}{ratio:9.2f} times the CPU (goal {LIMITED_GOAL})", flush=True)
    return ratio <= LIMITED_GOAL


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--large", action="store_true", help="50M events too, within 2 GB of memory")
    parser.add_argument("--events", type=lambda text: int(text.replace("_", "")), help="only this many events")
    parser.add_argument("--folder", type=Path, help="keep the made events here, for the next run")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=600, metavar="SECONDS", help="for one run of one program")
    arguments = parser.parse_args()
    sizes = [arguments.events] if arguments.events else [*SIZES, *([LARGE] if arguments.large else [])]
    agreed = True
    with tempfile.TemporaryDirectory(prefix="tillit-bench-") as made:
        for events in sizes:
            folder = (arguments.folder or Path(made)) / str(events)
            folder.mkdir(parents=True, exist_ok=True)
            prepare(folder, events)
            if events < LARGE:
                prepare_paths(folder)
            asked = {"repeat": arguments.repeat, "timeout_seconds": arguments.timeout}
            agreed &= compare(events, folder, **asked)
            agreed &= events != LARGE or compare_limited(folder, **asked)
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
