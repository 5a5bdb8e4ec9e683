"""Measure one program in a process of its own: CPU seconds of the work, peak memory of the whole process."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.programs import QUESTIONS

RESULT = "result: "  # programs print too; the line that begins so is ours


@dataclass(frozen=True, slots=True)
class Measured:
    cpu_seconds: float  # of the work, on all threads, imports left out
    wall_seconds: float
    peak_megabytes: float
    answer: dict[str, Any]
    error: str = ""


def measure(
    question: str, program: str, folder: Path, *, timeout_seconds: float, enter: Callable[[], None] | None = None
) -> Measured:
    """Run a program once in a fresh process, which calls `enter` before it becomes the program."""
    command = [sys.executable, "-m", "bench.measure", question, program, str(folder)]
    # retentioneering reports its use to its makers unless told not to.
    environment = {**os.environ, "RETENTIONEERING_NO_TRACK": "1", "DO_NOT_TRACK": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True, preexec_fn=enter) as child:
        try:
            out, complaint = child.communicate(timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            return Measured(0, 0, 0, {}, f"over {timeout_seconds:.0f} s")
    line = next((line for line in out.splitlines() if line.startswith(RESULT)), None)
    if line is None:
        last = complaint.strip().splitlines()[-1:] or ["it said nothing"]
        return Measured(0, 0, 0, {}, f"ended with {child.returncode}: {last[0]}")
    return Measured(**json.loads(line.removeprefix(RESULT)))


def _cpu_seconds() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def main() -> None:
    question, program, folder = sys.argv[1:]
    work = QUESTIONS[question][program](Path(folder))
    cpu, wall = _cpu_seconds(), time.perf_counter()
    answer = work()
    measured = {
        "cpu_seconds": _cpu_seconds() - cpu,
        "wall_seconds": time.perf_counter() - wall,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "answer": answer,
    }
    print(RESULT + json.dumps(measured))


if __name__ == "__main__":
    main()
