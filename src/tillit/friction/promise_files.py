"""Promises as a file in the form of `promises.toml` holds them; a page keeps them in its own tables."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from tillit.errors import FileError, QueryError
from tillit.friction.promise_rules import HOURS_A_DAY, Clock, PromiseRule, Promises
from tillit.journeys.opening import OpeningHours

_WITHIN = re.compile(r"(?P<amount>\d+(\.\d+)?) ?(?P<unit>opening hours?|hours?|days?)")


def load_promises(path: Path) -> Promises:
    """The promises of a file in the form of `promises.toml`.

    Raises:
        FileError: It cannot be read, is no TOML, or says something that is no promise.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"The promises {path} cannot be read: {error}. Check the path; it is UTF-8 text.") from error
    return parse_promises(text, name=path.name)


def default_promises() -> Promises:
    """The promises that come with tillit, until a company writes its own."""
    text = files("tillit.friction").joinpath("promises.toml").read_text(encoding="utf-8")
    return parse_promises(text, name="promises.toml")


def parse_promises(text: str, *, name: str) -> Promises:
    """The promises of a text in the form of `promises.toml`; `name` is what errors call it.

    Raises:
        FileError: It is no TOML, or says something that is no promise.
    """
    try:
        read = tomllib.loads(text)
        unknown = sorted(read.keys() - {"opening_hours", "holidays", "promise"})
        if unknown:
            raise FileError(f"{name} has a part {unknown[0]}; promises have opening_hours, holidays and [[promise]].")
        hours = OpeningHours.parse(str(read.get("opening_hours", "")), holidays=str(read.get("holidays", "")))
        return Promises(tuple(_rule(entry, name) for entry in read.get("promise", [])), hours)
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"{name} cannot be read as TOML: {error}. Compare it with tillit's promises.toml.") from error
    except QueryError as error:
        raise FileError(f"{name}: {error}") from error


def _rule(entry: Any, name: str) -> PromiseRule:
    if not isinstance(entry, dict) or entry.keys() != {"ask", "answers", "within"}:
        raise FileError(f'{name}: a [[promise]] has exactly the lines ask = "…", answers = ["…"] and within = "…".')
    answers = entry["answers"] if isinstance(entry["answers"], list) else [entry["answers"]]
    found = _WITHIN.fullmatch(str(entry["within"]).strip().lower())
    if found is None:
        raise FileError(
            f'{name}: within = "{entry["within"]}" cannot be read; write "4 opening hours", "24 hours" or "3 days".'
        )
    hours = float(found["amount"]) * (HOURS_A_DAY if found["unit"].startswith("day") else 1)
    clock = Clock.OPENING if found["unit"].startswith("opening") else Clock.CALENDAR
    return PromiseRule(str(entry["ask"]), tuple(map(str, answers)), hours, clock)
