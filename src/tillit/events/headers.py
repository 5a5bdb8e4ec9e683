"""Column names as a file has them, made usable: each once, none empty."""

from __future__ import annotations

from collections.abc import Sequence


def unique_names(header: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name every column once.

    Returns:
        The names, trimmed; an empty one becomes "column 3", a repeated one "Note (2)"; and a sentence
        about each change.
    """
    wanted = [name.strip().strip("\ufeff") for name in header]
    taken = set(wanted)
    names: list[str] = []
    notes: list[str] = []
    for place, name in enumerate(wanted, start=1):
        chosen = name or f"column {place}"
        count = 2
        while chosen in names or (chosen != name and chosen in taken):
            chosen = f"{name or f'column {place}'} ({count})"
            count += 1
        if not name:
            notes.append(f'Column {place} has no name; it is called "{chosen}" here.')
        elif chosen != name:
            notes.append(f'The name "{name}" stands over several columns; column {place} is called "{chosen}" here.')
        names.append(chosen)
    return tuple(names), tuple(notes)
