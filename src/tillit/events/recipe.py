"""Recipes: mappings for the exports of well-known products, found by their column names.

A recipe is a mapping in TOML (`mapping_toml`) with one section more:

```toml
[recognise]
product = "Shopify orders"
columns = ["Name", "Financial Status", "Created at"]   # a file has all of these; or a list of such lists
notes = ["what is always said with it"]
unsure = ["what the company has to look at"]
totals_only = false                                    # true: no mapping, the file cannot become journeys

[recognise.also_called]                                # other languages and editions
"Created at" = ["Skapad", "Opprettet"]
```

The mapping uses the first names. What needs a column that a file does not have is left out, and said.
"""

from __future__ import annotations

import tomllib
from collections import abc
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tillit.events.mapping import ALL_COLUMNS, FILE_ORDER, Cell, EventRule, Mapping, Time
from tillit.events.mapping_toml import mapping_from_table
from tillit.events.names import plain_name
from tillit.sentences import Sentence, sentence

FOLDER = Path(__file__).parent / "recipes"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One product's export. `mapping` is None where the file holds totals only."""

    product: str
    signatures: tuple[tuple[str, ...], ...]
    also_called: abc.Mapping[str, tuple[str, ...]]
    mapping: Mapping | None
    notes: tuple[Sentence, ...] = ()
    unsure: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognised:
    """A recipe with the names that a file uses. `left_out` are sentences about what its columns do not allow."""

    product: str
    mapping: Mapping | None
    notes: tuple[Sentence, ...] = ()
    unsure: tuple[Sentence, ...] = ()
    left_out: tuple[Sentence, ...] = field(default=())


def recognise(columns: Sequence[str]) -> Recognised | None:
    """Find the recipe whose columns a file has; of several the one that asks for most."""
    present = {plain_name(column): column for column in reversed(columns)}
    fitting = [
        (len(signature), recipe)
        for recipe in all_recipes()
        for signature in recipe.signatures
        if all(_find(recipe, column, present) is not None for column in signature)
    ]
    if not fitting:
        return None
    _, best = max(fitting, key=lambda found: found[0])
    if best.mapping is None:
        return Recognised(best.product, None, best.notes, best.unsure)
    adapted = _Adapted(best, present)
    mapping = adapted.mapping(best.mapping)
    return Recognised(best.product, mapping, best.notes, best.unsure, tuple(adapted.left_out))


@cache
def all_recipes() -> tuple[Recipe, ...]:
    """Every recipe that comes with tillit, by file name."""
    return tuple(load_recipe(path) for path in sorted(FOLDER.glob("*.toml")))


def load_recipe(path: Path) -> Recipe:
    """Read one recipe.

    Raises:
        MappingError: Its mapping is none, or has a key that no mapping has.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    about: dict[str, Any] = table.pop("recognise")
    columns = about["columns"]
    signatures = columns if isinstance(columns[0], list) else [columns]
    return Recipe(
        product=about["product"],
        signatures=tuple(map(tuple, signatures)),
        also_called={name: tuple(others) for name, others in about.get("also_called", {}).items()},
        mapping=None if about.get("totals_only") else mapping_from_table(table, name=path.name),
        notes=tuple(Sentence(line, {}) for line in about.get("notes", ())),
        unsure=tuple(Sentence(line, {}) for line in about.get("unsure", ())),
    )


def _find(recipe: Recipe, column: str, present: abc.Mapping[str, str]) -> str | None:
    names = (column, *recipe.also_called.get(column, ()))
    return next((present[plain_name(name)] for name in names if plain_name(name) in present), None)


class _Adapted:
    """Rewrites a recipe's mapping with a file's own column names."""

    def __init__(self, recipe: Recipe, present: abc.Mapping[str, str]) -> None:
        self._recipe = recipe
        self._present = present
        self.left_out: list[Sentence] = []

    def mapping(self, mapping: Mapping) -> Mapping:
        rules = tuple(rule for rule in map(self._rule, mapping.events) if rule is not None)
        sequence = mapping.sequence if mapping.sequence in (None, FILE_ORDER) else self._column(mapping.sequence)
        return replace(
            mapping,
            events=rules,
            identifiers={kind: found for kind, names in mapping.identifiers.items() if (found := self._columns(names))},
            sequence=sequence,
            event_id=self._columns(mapping.event_id),
            currency=self._cell(mapping.currency),
            margin=self._column(mapping.margin),
            properties=mapping.properties if ALL_COLUMNS in mapping.properties else self._columns(mapping.properties),
            names={kind: found for kind, names in mapping.names.items() if (found := self._columns(names))},
        )

    def _rule(self, rule: EventRule) -> EventRule | None:
        needed = (*rule.time.columns, *rule.when, *([rule.activity.column] if rule.activity.column else []))
        missing = [column for column in needed if self._column(column) is None]
        if missing:
            self.left_out.append(
                sentence(
                    'No {activity} events: the file has no column "{column}".', activity=rule.label, column=missing[0]
                )
            )
            return None
        if rule.amount is not None and self._column(rule.amount) is None:
            self.left_out.append(
                sentence(
                    '{activity} has no amount: the file has no column "{column}".',
                    activity=rule.label,
                    column=rule.amount,
                )
            )
        return replace(
            rule,
            activity=self._cell(rule.activity) or rule.activity,
            time=Time(self._columns(rule.time.columns), rule.time.format),
            amount=self._column(rule.amount),
            object=self._column(rule.object),
            channel=self._cell(rule.channel),
            function=self._cell(rule.function),
            actor=self._cell(rule.actor),
            place=self._cell(rule.place),
            campaign=self._cell(rule.campaign),
            once_per=self._columns(rule.once_per),
            when={found: words for column, words in rule.when.items() if (found := self._column(column))},
        )

    def _column(self, name: str | None) -> str | None:
        return None if name is None else _find(self._recipe, name, self._present)

    def _columns(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(found for name in names if (found := self._column(name)) is not None)

    def _cell(self, cell: Cell | None) -> Cell | None:
        if cell is None or cell.column is None:
            return cell
        found = self._column(cell.column)
        return None if found is None else replace(cell, column=found)
