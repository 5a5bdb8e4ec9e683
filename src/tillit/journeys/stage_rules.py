"""The readable rules that say which stage an activity speaks of. As a value, so that a team can have its own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from tillit.errors import FileError
from tillit.vocabulary import ACTIVITY_BY_NAME, Stage

PARTS = ("activities", "after", "pattern")


@dataclass(frozen=True, slots=True)
class StageRules:
    """Rules in the order they are asked.

    Attributes:
        activities: (activity, stage), before everything else.
        after: (activity, stage the customer stands in from then on).
        patterns: (how a name starts, stage), for activities that nothing else knows.
    """

    activities: tuple[tuple[str, Stage], ...] = ()
    after: tuple[tuple[str, Stage], ...] = ()
    patterns: tuple[tuple[str, Stage], ...] = ()

    def stage_of(self, activities: Iterable[str]) -> dict[str, Stage]:
        """The stage of each activity that has one."""
        own = dict(self.activities)
        found: dict[str, Stage] = {}
        for name in activities:
            fitting = (stage for start, stage in self.patterns if name.startswith(start))
            known = ACTIVITY_BY_NAME.get(name)
            stage = own.get(name) or (known.stage if known else next(fitting, None))
            if stage:
                found[name] = stage
        return found

    def with_stages(self, stages: Mapping[str, Stage]) -> StageRules:
        """These rules, with the team's own word on some activities."""
        return replace(self, activities=tuple(sorted((dict(self.activities) | dict(stages)).items())))


def load_stage_rules(path: Path) -> StageRules:
    """The rules of a file in the form of `stages.toml`.

    Raises:
        FileError: It cannot be read, is no TOML, or names a stage or a part that does not exist.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"The stage rules {path} cannot be read: {error}. Check the path; it is UTF-8 text.") from error
    return parse_stage_rules(text, name=path.name)


def default_stage_rules() -> StageRules:
    """The rules that come with tillit."""
    text = files("tillit.journeys").joinpath("stages.toml").read_text(encoding="utf-8")
    return parse_stage_rules(text, name="stages.toml")


def parse_stage_rules(text: str, *, name: str) -> StageRules:
    """The rules of a text in the form of `stages.toml`; `name` is what errors call it.

    Raises:
        FileError: It is no TOML, or names a stage or a part that does not exist.
    """
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileError(
            f"{name} cannot be read as TOML: {error}. Compare it with the stages.toml of tillit."
        ) from error
    unknown = sorted(read.keys() - set(PARTS))
    if unknown:
        raise FileError(f"{name} has a part [{unknown[0]}]; stage rules have {', '.join(PARTS)}.")
    return StageRules(
        activities=tuple((activity, _stage(stage, name)) for activity, stage in _table(read, "activities", name)),
        after=tuple((activity, _stage(stage, name)) for activity, stage in _table(read, "after", name)),
        patterns=tuple(_pattern(entry, name) for entry in read.get("pattern", [])),
    )


def _table(read: Mapping[str, Any], part: str, name: str) -> Iterable[tuple[str, Any]]:
    table = read.get(part, {})
    if not isinstance(table, dict):
        raise FileError(f'{name}: [{part}] must be a table of lines like order_completed = "receive".')
    return table.items()


def _pattern(entry: Any, name: str) -> tuple[str, Stage]:
    if not isinstance(entry, dict) or entry.keys() != {"starts_with", "stage"} or not entry["starts_with"]:
        raise FileError(f'{name}: a [[pattern]] has exactly two lines, starts_with = "…" and stage = "…".')
    return str(entry["starts_with"]), _stage(entry["stage"], name)


def _stage(value: Any, name: str) -> Stage:
    try:
        return Stage(value)
    except ValueError as error:
        raise FileError(f"{name}: {value!r} is no stage; the stages are {', '.join(Stage)}.") from error
