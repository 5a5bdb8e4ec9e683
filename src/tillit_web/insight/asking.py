"""Funnels and paths as an address holds them: read from it, written to it, changed by its buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from tillit.journeys.funnel import FunnelSpec
from tillit.journeys.paths import PathSpec
from tillit.vocabulary import Unit

HOUR = 3_600
DAY = 86_400
WINDOWS_SECONDS = (HOUR, 4 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY)
MOST_STEPS = 8
DEEPEST = 6
DEFAULT_DEPTH = 3

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FunnelAsked:
    """What the funnel's form holds; it becomes a question once two steps are chosen.

    Attributes:
        steps: Activities in their order; "" is a step not chosen yet.
        step_within: For each step the seconds since the one before, None without a limit; the first is always None.
    """

    steps: tuple[str, ...] = ()
    within: float | None = None
    step_within: tuple[float | None, ...] = ()
    ordered: bool = True
    exclude: str = ""
    unit: Unit = Unit.PERSON

    @classmethod
    def read(cls, address: QueryDict) -> FunnelAsked:
        steps = tuple(address.getlist("step"))[:MOST_STEPS]
        limits = tuple(_seconds(text) for text in address.getlist("step_within"))[: len(steps)]
        return cls(
            steps=steps,
            within=_seconds(address.get("within", "")),
            step_within=(None, *limits[1:], *([None] * (len(steps) - max(len(limits), 1))))[: len(steps)],
            ordered=address.get("order") != "any",
            exclude=address.get("without", ""),
            unit=_unit(address, Unit.PERSON),
        )

    @classmethod
    def of(cls, spec: FunnelSpec) -> FunnelAsked:
        """The form that asks this question."""
        steps = tuple(step if isinstance(step, str) else min(step) for step in spec.steps)
        return cls(
            steps=steps,
            within=spec.within_seconds,
            step_within=(None, *(spec.per_step_seconds or (None,) * (len(steps) - 1))),
            ordered=spec.ordered,
            exclude=min(spec.exclude, default=""),
            unit=spec.unit,
        )

    def changed(self, button: str) -> FunnelAsked:
        """The form after one of its buttons: `add`, `remove-2`, `up-2` (places count from 1). Others change nothing."""
        name, _, place_text = button.partition("-")
        steps = list(zip(self.steps, self.step_within, strict=True))
        if name == "add" and len(steps) < MOST_STEPS:
            steps.append(("", None))
        place = int(place_text) - 1 if place_text.isdecimal() else -1
        if name == "remove" and 0 <= place < len(steps):
            del steps[place]
        if name == "up" and 0 < place < len(steps):
            steps[place - 1], steps[place] = steps[place], steps[place - 1]
        return FunnelAsked(
            steps=tuple(step for step, _ in steps),
            within=self.within,
            step_within=tuple(limit if place else None for place, (_, limit) in enumerate(steps)),
            ordered=self.ordered,
            exclude=self.exclude,
            unit=self.unit,
        )

    def spec(self) -> FunnelSpec | None:
        """The question, or None while fewer than two steps are chosen.

        Raises:
            QueryError: The conditions contradict each other.
        """
        chosen = [(step, limit) for step, limit in zip(self.steps, self.step_within, strict=True) if step]
        if len(chosen) < 2:
            return None
        limits = tuple(limit for _, limit in chosen[1:])
        return FunnelSpec(
            steps=tuple(step for step, _ in chosen),
            within_seconds=self.within,
            # Without an order there is no step before, so a limit from it means nothing.
            per_step_seconds=limits if self.ordered and any(limits) else (),
            ordered=self.ordered,
            exclude=frozenset([self.exclude] if self.exclude else []),
            unit=self.unit,
        )

    def pairs(self) -> Pairs:
        """What stands in the address."""
        pairs: list[tuple[str, str]] = []
        for step, limit in zip(self.steps, self.step_within, strict=True):
            pairs += [("step", step), ("step_within", _text(limit))]
        if not any(self.step_within):
            pairs = [pair for pair in pairs if pair[0] == "step"]
        if self.within:
            pairs.append(("within", _text(self.within)))
        if not self.ordered:
            pairs.append(("order", "any"))
        if self.exclude:
            pairs.append(("without", self.exclude))
        if self.unit is not Unit.PERSON:
            pairs.append(("unit", self.unit.value))
        return tuple(pairs)


@dataclass(frozen=True, slots=True)
class PathsAsked:
    """What the form of paths holds; it becomes a question once an activity is chosen."""

    anchor: str = ""
    forward: bool = True
    depth: int = DEFAULT_DEPTH
    unit: Unit = Unit.JOURNEY

    @classmethod
    def read(cls, address: QueryDict) -> PathsAsked:
        depth = address.get("depth", "")
        return cls(
            anchor=address.get("anchor", ""),
            forward=address.get("look") != "back",
            depth=min(max(int(depth), 1), DEEPEST) if depth.isdecimal() else DEFAULT_DEPTH,
            unit=_unit(address, Unit.JOURNEY),
        )

    @classmethod
    def of(cls, spec: PathSpec) -> PathsAsked:
        """The form that asks this question."""
        return cls(spec.anchor, spec.forward, spec.depth, spec.unit)

    def spec(self) -> PathSpec | None:
        """The question, or None while no activity is chosen."""
        if not self.anchor:
            return None
        return PathSpec(anchor=self.anchor, forward=self.forward, depth=self.depth, unit=self.unit)

    def pairs(self) -> Pairs:
        pairs = [("anchor", self.anchor)] if self.anchor else []
        if not self.forward:
            pairs.append(("look", "back"))
        if self.depth != DEFAULT_DEPTH:
            pairs.append(("depth", str(self.depth)))
        if self.unit is not Unit.JOURNEY:
            pairs.append(("unit", self.unit.value))
        return tuple(pairs)


def window_choices(*chosen: float | None) -> Sequence[float]:
    """The windows that a form offers: ours, and those in the address that are none of ours."""
    return sorted({*map(float, WINDOWS_SECONDS), *(seconds for seconds in chosen if seconds)})


def _unit(address: QueryDict, usual: Unit) -> Unit:
    text = address.get("unit", "")
    return Unit(text) if text in set(Unit) else usual


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 < seconds < 1e10 else None


def _text(seconds: float | None) -> str:
    if not seconds:
        return ""
    return str(int(seconds)) if seconds == int(seconds) else str(seconds)
