"""Plain files as journeys on a cluster of Spark: staged, built and asked there, and thrown away again."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tillit.engine.addresses import File, fetched, files_at
from tillit.engine.on_spark import SparkEngine, SparkParts, spark_session, spark_work
from tillit.events.mapping import Mapping
from tillit.events.staging import Staged
from tillit.events.staging_apart import stage_apart
from tillit.journeys.store import OrderedStore
from tillit_cli.through_store import Beside, passing_key, staged_beside, staged_files, store_of


@contextmanager
def store_on_spark(
    args: argparse.Namespace,
    mappings: Sequence[Mapping | None],
    timezone: str | None,
    beside: Beside | None = None,
) -> Iterator[tuple[OrderedStore, Staged]]:
    """The store of `args.files`, built on the cluster `args.master`, whose kernels run there too.

    Of an address all files have the mapping of the address.

    Raises:
        EngineError: There is no Spark, no Java or no cluster.
        FileError, MappingError, AmbiguityError: As `stage`.
    """
    files: list[File] = []
    their_mappings: list[Mapping | None] = []
    for file, mapping in zip(args.files, mappings, strict=True):
        files += [file.resolve()] if isinstance(file, Path) else files_at(file)
        their_mappings += [mapping] * (len(files) - len(their_mappings))
    with spark_session(args.master) as session, spark_work(args.work, master=args.master) as work:
        run, key = SparkParts(session, work / "answers"), passing_key()
        staged = stage_apart(
            files,
            their_mappings,
            key=key,
            received_at=time.time_ns() // 1_000,
            work=work / "staged",
            run=run,
            engine=SparkEngine(session),
            timezone=timezone,
        )
        if staged is None:
            copies = [fetched(file, work / "copies" / str(number)) for number, file in enumerate(files)]
            staged = staged_files(copies, their_mappings, work / "together", timezone, key=key)
        all_staged = [staged, *staged_beside(beside, staged, work, timezone, key=key)]
        yield store_of(all_staged, work / "store", run=run), staged
