"""Which mapping each file is read by: one for all of them, one each in their order, or one for a file by its name."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tillit.engine.addresses import File, name_of
from tillit.errors import MappingError
from tillit.events.mapping import Mapping
from tillit.events.mapping_toml import load_mapping


def add_mapping_argument(parser: argparse.ArgumentParser) -> None:
    """The argument of every command that reads files through a mapping."""
    parser.add_argument(
        "--mapping",
        metavar="M",
        action="append",
        default=[],
        help="which column is what (tillit inspect writes one): one for all files; repeated, one each in their order; "
        "or FILE=M for one of them",
    )


def mappings_of(typed: Sequence[str], files: Sequence[File]) -> tuple[Mapping | None, ...]:
    """The mapping of each file; None where its own columns say it.

    Args:
        typed: As `--mapping` was given, each time. FILE=M is for the file of that path or name, M alone for all that
            are not named so, or for each of those in their order.
        files: What is read.

    Raises:
        MappingError: A mapping cannot be read, names no file or two, or there are not as many as files.
    """
    named: dict[int, str] = {}
    in_order: list[str] = []
    for text in typed:
        before, is_pair, mapping = text.rpartition("=")
        if not is_pair or Path(text).is_file():  # a path may hold "="
            in_order.append(text)
            continue
        place = _place(before, files, typed=text)
        if place in named:
            raise MappingError(f"--mapping names {before} twice: {named[place]} and {mapping}. Leave one of them out.")
        named[place] = mapping
    rest = [place for place in range(len(files)) if place not in named]
    if (len(in_order) > 1 and len(in_order) != len(rest)) or (in_order and not rest):
        raise MappingError(_uneven(in_order, [str(files[place]) for place in rest], named=bool(named)))
    for number, place in enumerate(rest if in_order else ()):
        named[place] = in_order[number if len(in_order) > 1 else 0]
    read = {mapping: load_mapping(Path(mapping)) for mapping in dict.fromkeys(named.values())}
    return tuple(read[named[place]] if place in named else None for place in range(len(files)))


def _place(name: str, files: Sequence[File], *, typed: str) -> int:
    places = [place for place, file in enumerate(files) if str(file) == name or file == Path(name)]
    places = places or [place for place, file in enumerate(files) if name_of(file) == name]
    if len(places) == 1:
        return places[0]
    listed = ", ".join(map(str, files))
    if places:
        raise MappingError(f"--mapping {typed}: {len(places)} files are called {name}. Write its whole path: {listed}.")
    raise MappingError(f"--mapping {typed}: {name} is not among the files to be read, which are {listed}.")


def _uneven(mappings: Sequence[str], files: Sequence[str], *, named: bool) -> str:
    others = "other " if named else ""
    found = f"{len(mappings)} mappings ({', '.join(mappings)})" if len(mappings) > 1 else f"the mapping {mappings[0]}"
    if not files:
        return f"Every file has a mapping by its name, and {found} is left over. Leave it out."
    read = f"{len(files)} {others}files ({', '.join(files)})" if len(files) > 1 else f"one {others}file ({files[0]})"
    return (
        f"There are {found} for {read}. Give one mapping for all of them, one for each in the order of the files, "
        "or say whose it is: --mapping FILE=MAPPING."
    )
