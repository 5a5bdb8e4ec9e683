"""An activity's name where there is little room."""

from __future__ import annotations

LABEL_CHARACTERS = 16  # small letters on one line of a box


def broken(name: str) -> tuple[str, ...]:
    """An activity's name in words, on at most two lines that fit its box; what does not fit ends in "…"."""
    lines: list[str] = [""]
    for word in name.replace("_", " ").split():
        joined = f"{lines[-1]} {word}".strip()
        if _fits(joined) or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    kept = lines[:2]
    if len(lines) > 2:
        kept[1] = f"{kept[1]} …"
    return tuple(line if _fits(line) else _cut(line) for line in kept)


def _fits(line: str) -> bool:
    # A capital letter is about a third wider than a small one in the fonts that systems have.
    return sum(4 if letter.isupper() else 3 for letter in line) <= 3 * LABEL_CHARACTERS


def _cut(line: str) -> str:
    while not _fits(f"{line}…"):
        line = line[:-1]
    return f"{line.rstrip(' …')}…"
