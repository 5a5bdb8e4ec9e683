"""Column names as a file has them, made usable: each once, none empty."""

from __future__ import annotations

from collections.abc import Sequence

from tillit.sentences import Sentence, sentence


def unique_names(header: Sequence[str]) -> tuple[tuple[str, ...], tuple[Sentence, ...]]:
    """Name every column once.

    Returns:
        The names, trimmed; an empty one becomes "column 3", a repeated one "Note (2)"; and a sentence
        about each change.
    """
    wanted = [name.strip().strip("\ufeff") for name in header]
    taken = set(wanted)
    names: list[str] = []
    notes: list[Sentence] = []
    for place, name in enumerate(wanted, start=1):
        chosen = name or f"column {place}"
        count = 2
        while chosen in names or (chosen != name and chosen in taken):
            chosen = f"{name or f'column {place}'} ({count})"
            count += 1
        if not name:
            notes.append(sentence('Column {place} has no name; it is called "{name}" here.', place=place, name=chosen))
        elif chosen != name:
            notes.append(
                sentence(
                    'The name "{twice}" stands over several columns; column {place} is called "{name}" here.',
                    twice=name,
                    place=place,
                    name=chosen,
                )
            )
        names.append(chosen)
    return tuple(names), tuple(notes)
