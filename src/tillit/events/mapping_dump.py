"""Mappings written as TOML, the way a person would."""

from __future__ import annotations

import json
from collections import abc
from decimal import Decimal
from typing import Any

from tillit.events.mapping import CELL_KEYS, CONSENT_CELL_KEYS, Cell, Mapping, Time


def dump_mapping(mapping: Mapping) -> str:
    """Write a mapping as TOML, without what is the default; `parse_mapping` gives the same mapping back."""
    lines: list[str] = []
    top: dict[str, Any] = {
        "source": mapping.source,
        "timezone": mapping.timezone,
        "namespace": mapping.namespace,
        "region": mapping.region,
        "subjects": "hashed" if mapping.hashed else None,
        "sequence": mapping.sequence,
        "event_id": _short(mapping.event_id),
        "currency": _cell(mapping.currency),
        "decimal": mapping.decimal,
        "money": "gross" if mapping.gross else None,
        "vat_rate": mapping.vat_rate,
        "margin": None if mapping.margin is None else {"column": mapping.margin},
        "margin_rate": mapping.margin_rate,
        "constants": mapping.constants,
        "identifiers": {str(kind): _short(columns) for kind, columns in mapping.identifiers.items()},
        "properties": "*" if mapping.properties == ("*",) else list(mapping.properties),
        "names": {kind: _short(columns) for kind, columns in mapping.names.items()},
    }
    lines += _lines(top)
    for rule in mapping.events:
        lines += ["", "[[event]]"]
        lines += _lines(
            {
                "activity": _cell(rule.activity),
                "time": _time(rule.time),
                "amount": rule.amount,
                "object": rule.object,
                **{key: _cell(getattr(rule, key)) for key in CELL_KEYS},
                "refund": rule.refund or None,
                "once_per": _short(rule.once_per),
                "when": {column: list(words) for column, words in rule.when.items()},
            }
        )
    for consent in mapping.consents:
        cells = {key: _cell(getattr(consent, key)) for key in CONSENT_CELL_KEYS}
        lines += ["", "[[consent]]", *_lines(cells | {"time": _time(consent.time)})]
    return "\n".join(lines) + "\n"


def _lines(table: abc.Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in table.items() if value not in (None, {}, [], ())]


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}" if "." in f"{value:f}" else f"{value:f}.0"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # JSON's escapes are TOML's; DEL alone may stand bare in the one and not in the other.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _time(time: Time) -> str | dict[str, Any]:
    if len(time.columns) == 1 and time.format is None:
        return time.columns[0]
    named = {"column": time.columns[0]} if len(time.columns) == 1 else {"columns": list(time.columns)}
    return named if time.format is None else named | {"format": time.format}


def _short(columns: tuple[str, ...]) -> str | list[str]:
    return columns[0] if len(columns) == 1 else list(columns)


def _cell(cell: Cell | None) -> str | dict[str, Any] | None:
    if cell is None or cell.column is None:
        return None if cell is None else cell.constant
    return {"column": cell.column, **({"rename": dict(cell.rename)} if cell.rename else {})}
