"""Peer: a plain loop. What strong identifiers join on FEBRL's made persons with typing errors, and what they miss.

    identity_febrl_evaluation.py DATA     part of `make evaluate`; reads DATA/identity_febrl/dataset{1,3}.csv.gz

Every record stands under its own number and names a social security number, some of them mistyped or missing. tillit
joins records by equal numbers and by nothing else: it matches no names and no dates of birth. So precision and recall,
counted over pairs of records against FEBRL's own truth, must be those of a dictionary by number; and the recall says
what a company loses that has no better identifier. Exit code 1 if the two differ.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tillit.events.subject import subject_of
from tillit.identity.links import SUBJECT
from tillit.identity.resolve import resolve
from tillit.vocabulary import IdentifierKind

KEY = b"k" * 32


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its own number, whom it is truly about, and the social security number it names ("" for none)."""

    number: str
    person: str
    social: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of records put together: how many, how many rightly, and how many there are truly."""

    joined: int
    right: int
    true: int

    def __str__(self) -> str:
        return (
            f"{self.joined:,} pairs joined, {self.right:,} rightly: precision {self.right / self.joined:.4f}, "
            f"recall {self.right / self.true:.4f} of {self.true:,}"
        )


def read(path: Path) -> list[Record]:
    """FEBRL's records; `rec-12-dup-3` is about person 12."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [{name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(file)]
    return [Record(row["rec_id"], row["rec_id"].split("-")[1], row["soc_sec_id"]) for row in rows]


def by_number(records: Sequence[Record]) -> dict[str, Hashable]:
    """The peer: each record's group, records with the same number being one."""
    return {record.number: record.social or record.number for record in records}


def by_tillit(records: Sequence[Record]) -> dict[str, Hashable]:
    """The same from links and rules, as an import has them: the number is a customer's, the record an order's."""
    own = {record.number: subject_of(IdentifierKind.ORDER, record.number, key=KEY) for record in records}
    linked = [record for record in records if record.social]
    customers = [subject_of(IdentifierKind.CUSTOMER, record.social, key=KEY) for record in linked]
    links = pa.table(
        {
            "left": pa.array(customers, SUBJECT),
            "left_kind": _same("customer", len(linked)),
            "right": pa.array([own[record.number] for record in linked], SUBJECT),
            "right_kind": _same("order", len(linked)),
            "rule": _same("same row", len(linked)),
        }
    )
    found = resolve(links).components
    person = dict(zip(found["subject"].to_pylist(), found["representative"].to_pylist(), strict=True))
    return {number: person.get(subject, subject) for number, subject in own.items()}


def pairs(records: Sequence[Record], group: Mapping[str, Hashable]) -> Pairs:
    """Pairs within groups, within persons, and within both."""
    both: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for record in records:
        both[group[record.number]][record.person] += 1
    return Pairs(
        joined=sum(_pairs_of(sum(each.values())) for each in both.values()),
        right=sum(_pairs_of(count) for each in both.values() for count in each.values()),
        true=sum(map(_pairs_of, Counter(record.person for record in records).values())),
    )


def _pairs_of(count: int) -> int:
    return count * (count - 1) // 2


def _same(word: str, count: int) -> pa.Array:
    return pa.array([word] * count).dictionary_encode()


def main() -> int:
    differ = 0
    for name in ("dataset1", "dataset3"):
        records = read(Path(sys.argv[1]) / "identity_febrl" / f"{name}.csv.gz")
        ours, peer = pairs(records, by_tillit(records)), pairs(records, by_number(records))
        print(f"{name}, {len(records):,} records: {ours}")
        if ours != peer:
            print(f"  a dictionary by number: {peer}")
            differ = 1
    return differ


if __name__ == "__main__":
    sys.exit(main())
