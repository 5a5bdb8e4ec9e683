"""`tillit identity`: which identifiers of files are one person, and which are held apart, with the reason."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tillit.events.reading import check_is_file
from tillit.identity.held import HeldRow, Reason, held_rows
from tillit.identity.links import read_links
from tillit.identity.resolve import Identity, Resolution, resolve
from tillit.identity.rules import default_rules, load_rules
from tillit.reports.wording import number
from tillit_cli.from_files import say
from tillit_cli.mappings import add_mapping_argument, mappings_of
from tillit_cli.tables import aligned
from tillit_cli.through_store import passing_key, staged_files

MOST_SHOWN = 20
WORDS = {
    Reason.TOO_MANY: "has met too many",
    Reason.CONTESTED: "belongs to several as much",
    Reason.BETWEEN: "would join two",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "identity",
        help="which identifiers are one person, and which are held apart",
        description="Read files and say how many persons their identifiers make, and what is held apart and why. "
        "E-mails and phones that are held apart are printed as they stand in the files.",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="CSV, JSON Lines, Parquet or XES")
    add_mapping_argument(parser)
    parser.add_argument("--rules", metavar="RULES", type=Path, help="other rules than the shipped ones")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default: table)")


def run(args: argparse.Namespace) -> int:
    """Print who is one person."""
    for path in args.files:
        check_is_file(path)
    rules = load_rules(args.rules) if args.rules else default_rules()
    mappings = mappings_of(args.mapping, args.files)
    with tempfile.TemporaryDirectory(prefix="tillit-") as folder:
        staged = staged_files(args.files, mappings, Path(folder) / "staged", None, key=passing_key())
        say(staged.receipt, staged.notes, staged.rejected, args.files)
        links = read_links(staged.links)
        found = _summary(staged.events, links.num_rows, resolve(links, Identity(rules)))
        clear = _clear_values(staged.contacts, found.held)
    print(
        json.dumps(_as_json(found, clear), ensure_ascii=False, indent=2)
        if args.format == "json"
        else _table(found, clear)
    )
    return 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What the files hold: persons with events, identifiers, observed links, and what is held apart."""

    persons: int
    identifiers: int
    links: int
    held: tuple[HeldRow, ...]


def _summary(events: Sequence[Path], links: int, found: Resolution) -> Summary:
    rows = zip(*(found.components[name].to_pylist() for name in ("subject", "representative")), strict=True)
    person = dict(rows)
    subjects = {
        subject
        for path in events
        for subject in pq.read_table(path, columns=["subject"])["subject"].unique().to_pylist()
    }
    return Summary(
        persons=len({person.get(subject, subject) for subject in subjects}),
        identifiers=len(subjects | person.keys()),
        links=links,
        held=held_rows(found.held),
    )


def _clear_values(contacts: Sequence[Path], held: Sequence[HeldRow]) -> dict[bytes, str]:
    """E-mails and phones as they stand in the files, of what is held apart."""
    wanted = {subject for row in held for subject in (row.subject, row.other) if subject is not None}
    rows = (row for path in contacts for row in pq.read_table(path).to_pylist())
    return {row["subject"]: row["value"] for row in rows if row["subject"] in wanted and row["kind"] != "name"}


def _as_json(found: Summary, clear: Mapping[bytes, str]) -> dict[str, Any]:
    return {
        "persons": found.persons,
        "identifiers": found.identifiers,
        "links": found.links,
        "held_apart": [
            {
                "identifier": _name(row.subject, row.kind, clear),
                "linked_to": None if row.other is None else _name(row.other, row.other_kind or "", clear),
                "reason": row.reason.value,
                "kind": row.about,
                "found": row.found,
                "most": row.most,
                "persons": row.persons,
            }
            for row in found.held
        ],
    }


def _table(found: Summary, clear: Mapping[bytes, str]) -> str:
    said = (
        f"{number(found.identifiers)} identifiers, {number(found.links)} links: {number(found.persons)} persons. "
        f"{number(len(found.held))} held apart."
    )
    if not found.held:
        return said
    rows = [("held apart", "why", "found", "most", "persons")]
    for row in found.held[:MOST_SHOWN]:
        other = "" if row.other is None else f" – {_name(row.other, row.other_kind or '', clear)}"
        about = f"{number(row.found)} of {row.about}"
        name = f"{_name(row.subject, row.kind, clear)}{other}"
        rows.append((name, WORDS[row.reason], about, number(row.most), number(row.persons)))
    lines = [said, "", *aligned(rows, left=2)]
    if len(found.held) > MOST_SHOWN:
        lines += ["", f"The {MOST_SHOWN} that concern most persons; --format json has all."]
    return "\n".join(lines)


def _name(subject: bytes, kind: str, clear: Mapping[bytes, str]) -> str:
    return f"{kind} {clear.get(subject, subject.hex()[:6])}"
