"""Write `docs/glossary.md` from the vocabulary: `python -m tillit_cli.glossary`, with `--check` only compare."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from tillit import vocabulary

WRITTEN = Path(__file__).parents[2] / "docs" / "glossary.md"
LISTS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("Stages", vocabulary.Stage),
    ("Errands", vocabulary.Errand),
    ("Channels", vocabulary.Channel),
    ("Functions", vocabulary.Function),
    ("Actors", vocabulary.Actor),
    ("Kinds of identifier", vocabulary.IdentifierKind),
    ("Purposes", vocabulary.Purpose),
    ("Ways of contact", vocabulary.ContactChannel),
    ("Why a contact detail may be opened", vocabulary.ContactBasis),
    ("How far a company measures", vocabulary.MeasurementMode),
    ("Roles", vocabulary.Role),
    ("How a row of a file ends", vocabulary.RowOutcome),
)


def glossary() -> str:
    """The glossary as Markdown, in the vocabulary's own order."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Glossary"
    yield ""
    yield "The words of the house, each written once, in `src/tillit/vocabulary.py`. This page is made from there by"
    yield "`python -m tillit_cli.glossary`; a test compares the two."
    for title, words in LISTS:
        yield ""
        yield f"## {title}"
        yield ""
        yield " ".join((words.__doc__ or "").split())
        yield ""
        yield " · ".join(f"`{word}`" for word in words)
    yield ""
    yield "## Known activities"
    yield ""
    yield "An activity outside this list is welcome: it keeps its name and has no stage until a stage rule names it."
    yield ""
    yield "| activity | stage | function | who acts |"
    yield "|---|---|---|---|"
    for activity in vocabulary.ACTIVITIES:
        yield f"| `{activity.name}` | {activity.stage or '–'} | {activity.function} | {activity.actor} |"


def main() -> int:
    """Write the glossary, or with `--check` say whether the written one is up to date (exit code 1: it is not)."""
    if "--check" in sys.argv[1:]:
        current = WRITTEN.exists() and WRITTEN.read_text(encoding="utf-8") == glossary()
        print(f"{WRITTEN.name} is up to date" if current else f"{WRITTEN.name} is old: python -m tillit_cli.glossary")
        return 0 if current else 1
    WRITTEN.write_text(glossary(), encoding="utf-8")
    print(f"wrote {WRITTEN.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
