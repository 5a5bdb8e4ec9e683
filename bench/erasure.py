"""`python -m bench.erasure`: one person erased from many events, whole and at once, and the search for what is left.

The events are those of the other measurements (`bench.law`); the person is the first of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import TypeVar

import pyarrow.parquet as pq

from bench.prepare import CONTRACT, write_contract, write_events
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.publishing import StagedParts, publish
from tillit.events.segments import SegmentKind
from tillit.journeys.absence_search import prove
from tillit_web.serving.directory import open_directory

Answer = TypeVar("Answer")


def measured(step: str, work: Callable[[], Answer]) -> Answer:
    """Do it, and print what it cost."""
    used, wall = getrusage(RUSAGE_SELF), time.perf_counter()
    answer = work()
    now = getrusage(RUSAGE_SELF)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    print(
        f"{step}: {cpu:.1f} CPU s, {time.perf_counter() - wall:.1f} s wall, {now.ru_maxrss / 1024:,.0f} MB peak so far"
    )
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.erasure", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=lambda text: int(text.replace("_", "")), default=1_000_000)
    args = parser.parse_args()
    with TemporaryDirectory(prefix="tillit-bench-") as made:
        data = Path(made) / "data"
        open_directory(data)
        from tillit_web.people.erasure import ask_erasure  # Django's tables exist only after setup
        from tillit_web.warehouse.builds import rebuild
        from tillit_web.warehouse.erasing import filter_waiting, remove_filtered

        read_or_create_key(data)
        write_events(Path(made), args.events)
        write_contract(Path(made))
        contract = Path(made) / CONTRACT
        with EventLog.open(data) as log:
            publish(log, "bench", StagedParts([contract], []), work=Path(made) / "work")
            (segment, *_) = log.segments(SegmentKind.EVENTS)
        person = pq.ParquetFile(segment.path).read_row_group(0, columns=["subject"])["subject"][0].as_py()
        contract.unlink()
        measured("build of the whole store, beside it", rebuild)
        ask_erasure([person], by="owner")
        measured("filtered", filter_waiting)
        (receipt,) = measured("files written anew", remove_filtered)
        with EventLog.open(data) as log:
            proof = measured("searched for what is left", lambda: prove(log, at=time.time_ns() // 1_000))
    print(
        f"{args.events:,} events; {receipt.rows:,} rows removed; {proof.rows:,} rows searched, clean: {proof.is_clean}"
    )


if __name__ == "__main__":
    main()
