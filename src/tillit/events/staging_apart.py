"""Files staged each by itself, wherever the work runs: one task per file, and one look at their ids together."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from tillit.engine.addresses import File, fetched
from tillit.engine.parts import MapParts
from tillit.engine.protocol import Engine
from tillit.engine.statement import load_statement
from tillit.events.mapping import Mapping
from tillit.events.staging import Staged, stage


def stage_apart(
    files: Sequence[File],
    mappings: Sequence[Mapping | None],
    *,
    key: bytes,
    received_at: int,
    work: Path,
    run: MapParts,
    engine: Engine,
    timezone: str | None = None,
) -> Staged | None:
    """As `stage` of these files, if no two of them give an event of the same id; None if they do.

    Ids are settled inside each file by its task. Where files share an id, which of them is kept depends on all rows
    before it, so such files are staged together.

    Args:
        run: Where the files are read; whoever does it sees them and `work`.
        engine: Looks at the ids of all files together.

    Raises:
        FileError, MappingError, AmbiguityError: As `stage`.
        EngineError: An address cannot be read.
    """
    work.mkdir(parents=True, exist_ok=True)

    def stage_one(numbered: tuple[int, File, Mapping | None]) -> Staged:
        number, file, mapping = numbered
        with tempfile.TemporaryDirectory(prefix="tillit-") as copies:
            # A task that is done again begins anew, beside what an unfinished one may have left.
            own = Path(tempfile.mkdtemp(dir=work, prefix=f"{number:05}-"))
            here = fetched(file, Path(copies))
            return stage([here], [mapping], key=key, received_at=received_at, work=own, timezone=timezone)

    staged = run(stage_one, [(number, *read) for number, read in enumerate(zip(files, mappings, strict=True))])
    together = _together(staged)
    if len(staged) > 1 and together.events:
        engine.offer("drafts", together.events)
        if engine.fetch(load_statement("tillit.events", "one_repeated"), {}).num_rows:
            return None
    return together


def _together(staged: Sequence[Staged]) -> Staged:
    receipts = [one.receipt for one in staged]
    return Staged(
        events=tuple(path for one in staged for path in one.events),
        links=tuple(path for one in staged for path in one.links),
        contacts=tuple(path for one in staged for path in one.contacts),
        answers=tuple(path for one in staged for path in one.answers),
        rejected=tuple(path for one in staged for path in one.rejected),
        receipt=sum(receipts[1:], receipts[0]),
        mappings=tuple(mapping for one in staged for mapping in one.mappings),
        notes=tuple(dict.fromkeys(note for one in staged for note in one.notes)),
    )
