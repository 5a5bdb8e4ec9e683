"""A made town whose truth is known: households that share phones, offices, shop tablets, staff who act for customers.

Every observed row names the identifiers that met in it; `users` says whose each identifier really is. A household's
landline is all its members', a shop's tablet and a device of staff no customer's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from typing import Any

import pyarrow as pa

from tests.identity.made import Seen, links_of, subject_of
from tillit.identity.resolve import Resolution


@dataclass(slots=True)
class Person:
    """Everything one person is known by."""

    name: str
    emails: list[str]
    phones: list[str]
    cards: list[str]
    customers: list[str]
    devices: list[str]


@dataclass(slots=True)
class Town:
    """What was seen, and whose every identifier is."""

    seen: list[Seen] = field(default_factory=list)
    users: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def links(self) -> pa.Table:
        return links_of(self.seen)

    def meet(self, *identifiers: str) -> None:
        """One row: each other identifier is tied to the first, as an import ties them."""
        self.seen += [(identifiers[0], other) for other in identifiers[1:]]


def town(persons: int, seed: int) -> Town:
    """A town of about so many persons."""
    random, made = Random(seed), Town()
    people: list[Person] = []
    while len(people) < persons:
        people += _household(made, random, len(people))
    for number in range(persons // 250):
        _shop_tablet(made, random, people, number)
        _staff(made, random, people, number)
        _office(made, random, people, number)
    random.shuffle(made.seen)
    return made


def _household(made: Town, random: Random, first: int) -> list[Person]:
    home = f"home {first}"
    size = random.choices([1, 2, 3, 4], [40, 35, 13, 12])[0]
    members = [_person(made, random, f"{first + place}") for place in range(size)]
    shared = {f"phone:{home}": 0.25, f"email:{home}": 0.04, f"loyalty:{home}": 0.10, f"anonymous:{home}": 0.35}
    there = [name for name, chance in shared.items() if size > 1 and random.random() < chance]
    made.users.update({name: frozenset(person.name for person in members) for name in there})
    for person in members:
        for order in range(random.choices([0, 1, 2, 4], [20, 40, 25, 15])[0]):
            _order(made, random, person, f"order:{person.name}-{order}", there)
        for device in person.devices:
            if random.random() < 0.6 and person.emails:
                made.meet(person.emails[0], device)  # signed in
        if person.customers:
            made.meet(*person.customers[:1], *person.emails[:1], *person.phones[:1], *person.cards[:1])
        if len(person.customers) > 1:
            made.meet(*person.customers[1:], *person.emails[-1:])
    return members


def _person(made: Town, random: Random, name: str) -> Person:
    def some(kind: str, counts: list[int], weights: list[int]) -> list[str]:
        found = [f"{kind}:{name}-{n}" for n in range(random.choices(counts, weights)[0])]
        made.users.update(dict.fromkeys(found, frozenset({name})))
        return found

    return Person(
        name,
        emails=some("email", [0, 1, 2], [8, 82, 10]),
        phones=some("phone", [0, 1, 2], [10, 84, 6]),
        cards=some("loyalty", [0, 1, 2], [50, 47, 3]),
        customers=some("customer", [0, 1, 2], [40, 55, 5]),
        devices=some("anonymous", [1, 2, 3, 5], [30, 40, 20, 10]),
    )


def _order(made: Town, random: Random, person: Person, order: str, shared: list[str]) -> None:
    made.users[order] = frozenset({person.name})
    names = [random.choice(kind) for kind in (person.emails, person.phones, person.cards) if kind]
    row = [name for name in names if random.random() < 0.75] or names[:1]
    # Now and then what the home shares is used instead: the landline, the family's card or tablet.
    row = [next((s for s in shared if _kind(s) == _kind(name) and random.random() < 0.2), name) for name in row]
    family = [name for name in shared if name.startswith("anonymous:")]
    device = random.choice(family if family and random.random() < 0.15 else person.devices)
    if random.random() < 0.7:
        row.append(device)
    made.meet(order, *row)


def _shop_tablet(made: Town, random: Random, people: list[Person], number: int) -> None:
    """Customers sign up on it, one after another."""
    tablet = f"anonymous:tablet {number}"
    made.users[tablet] = frozenset()
    for person in random.sample(people, 30):
        made.meet(tablet, *person.emails[:1], *person.cards[:1])


def _staff(made: Town, random: Random, people: list[Person], number: int) -> None:
    """Bo of the support sees what a customer sees, from his own device; some days one customer, some days many."""
    device = f"anonymous:staff {number}"
    made.users[device] = frozenset()
    for person in random.sample(people, random.choice([1, 2, 3, 12])):
        if person.emails:
            made.meet(person.emails[0], device)


def _office(made: Town, random: Random, people: list[Person], number: int) -> None:
    """info@ and its switchboard, with which several employees order for themselves."""
    address, switchboard = f"email:info {number}", f"phone:info {number}"
    employees = random.sample(people, random.choice([3, 6, 15]))
    made.users.update(dict.fromkeys((address, switchboard), frozenset(person.name for person in employees)))
    for person in employees:
        order = f"order:{person.name}-office"
        made.users[order] = frozenset({person.name})
        made.meet(order, address, *(person.phones[:1] if random.random() < 0.7 else [switchboard]))
        if person.customers:
            made.meet(person.customers[0], address)


def _kind(name: str) -> str:
    return name.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Measured:
    """Pairs of identifiers that links name.

    Attributes:
        precision: Of the pairs put in one person, the share that somebody uses both of.
        recall: Of the pairs that are one person's own, the share put in one person.
        pairs: How many were put in one person.
    """

    precision: float
    recall: float
    pairs: int


def measured(found: Resolution, users: Mapping[str, frozenset[str]]) -> Measured:
    """Hold persons against the truth."""
    representative = dict(zip(*(found.components[c].to_pylist() for c in ("subject", "representative")), strict=True))
    person = {name: representative[subject_of(name)] for name in users if subject_of(name) in representative}
    together: dict[bytes, list[str]] = {}
    for name, who in person.items():
        together.setdefault(who, []).append(name)
    right = sum(bool(users[a] & users[b]) for names in together.values() for a, b in combinations(names, 2))
    own = {name: users[name] for name in person if len(users[name]) == 1}
    joined = _pairs(Counter(person.values()))
    return Measured(
        precision=right / joined,
        recall=_pairs(Counter((person[name], who) for name, who in own.items())) / _pairs(Counter(own.values())),
        pairs=joined,
    )


def _pairs(sizes: Counter[Any]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
