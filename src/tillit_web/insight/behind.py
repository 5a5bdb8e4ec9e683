"""A condition on journeys and its place in the address, so that every number can open the journeys behind it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import QueryDict

from tillit.errors import QueryError
from tillit.journeys.behind import Activity, Arrow, Condition, End, Everything, Start, VariantOf
from tillit.journeys.conditions import Dropped, InStage, Moved, OnPath, Reached
from tillit.journeys.stage_rules import default_stage_rules
from tillit.reports.outcomes import ReachedGoal
from tillit.reports.repeat import OrderedAgain
from tillit.reports.stage_reach import CameTo
from tillit.reports.unanswered import OWED, Unanswered
from tillit.sentences import sentence
from tillit.vocabulary import Stage
from tillit_web.insight.asking import FunnelAsked, Pairs, PathsAsked


def pairs_of(condition: Condition) -> Pairs:
    """What stands in the address for a condition; `condition_of` reads it back."""
    match condition:
        case Everything():
            return (("of", "all"),)
        case Activity(name):
            return (("of", "activity"), ("a", name))
        case Arrow(source, target):
            return (("of", "arrow"), ("a", source), ("b", target))
        case Start(name):
            return (("of", "start"), ("a", name))
        case End(name):
            return (("of", "end"), ("a", name))
        case VariantOf(activities):
            return (("of", "way"), *(("a", name) for name in activities))
        case ReachedGoal(begun_before):
            return (("of", "goal"), *_moments(until=begun_before))
        case OrderedAgain(order, as_of, within_days):
            return (("of", "again"), ("a", order), ("at", str(as_of)), ("days", f"{within_days:g}"))
        case Unanswered(owed):
            return (("of", "unanswered"), ("a", owed.ask))
        case Reached(spec, step):
            return (("of", "reached"), ("at", str(step)), *FunnelAsked.of(spec).pairs())
        case Dropped(spec, step):
            return (("of", "dropped"), ("at", str(step)), *FunnelAsked.of(spec).pairs())
        case OnPath(spec, at):
            places = tuple(("node", f"{depth}:{name}") for depth, name in at)
            return (("of", "path"), *PathsAsked.of(spec).pairs(), *places)
        case InStage(_, stage, start_at, end_at):
            return (("of", "stage"), ("stage", stage.value), *_moments(since=start_at, until=end_at))
        case Moved(_, source, target):
            ends = (("source", source), ("target", target))
            return (("of", "move"), *((name, stage.value) for name, stage in ends if stage))
        case CameTo(_, stage):
            return (("of", "came"), ("stage", stage.value))
    raise TypeError(f"{condition!r} has no place in an address; give it one in behind.py")


def _moments(**bounds: int | None) -> Pairs:
    return tuple((name, str(at)) for name, at in bounds.items() if at is not None)


def condition_of(address: QueryDict) -> Condition:
    """The condition that an address holds.

    Raises:
        QueryError: It holds none, or one that is not whole.
    """
    kind = address.get("of", "all")
    try:
        return READERS[kind](address)
    except (KeyError, ValueError, StopIteration) as missing:
        raise QueryError(
            sentence(
                "The address asks for the journeys behind “{kind}”, and part of it is missing. "
                "Open the list again from its number.",
                kind=kind,
            )
        ) from missing


def _one(address: QueryDict, name: str) -> str:
    text = address.get(name)
    if text is None:
        raise KeyError(name)
    return text


def _step(address: QueryDict) -> tuple[FunnelAsked, int]:
    return FunnelAsked.read(address), int(_one(address, "at"))


def _reached(address: QueryDict) -> Condition:
    form, step = _step(address)
    if (spec := form.spec()) is None:
        raise KeyError("step")
    return Reached(spec, step)


def _dropped(address: QueryDict) -> Condition:
    form, step = _step(address)
    if (spec := form.spec()) is None:
        raise KeyError("step")
    return Dropped(spec, step)


def _on_path(address: QueryDict) -> Condition:
    if (spec := PathsAsked.read(address).spec()) is None:
        raise KeyError("anchor")
    places = (text.partition(":") for text in address.getlist("node"))
    return OnPath(spec, tuple((int(depth), name) for depth, _, name in places))


def _moment(address: QueryDict, name: str) -> int | None:
    return int(_one(address, name)) if name in address else None


def _stage(address: QueryDict, name: str) -> Stage | None:
    return Stage(_one(address, name)) if name in address else None


READERS: dict[str, Callable[[QueryDict], Condition]] = {
    "all": lambda _: Everything(),
    "activity": lambda address: Activity(_one(address, "a")),
    "arrow": lambda address: Arrow(_one(address, "a"), _one(address, "b")),
    "start": lambda address: Start(_one(address, "a")),
    "end": lambda address: End(_one(address, "a")),
    "way": lambda address: VariantOf(tuple(address.getlist("a"))),
    "goal": lambda address: ReachedGoal(_moment(address, "until")),
    "again": lambda address: OrderedAgain(_one(address, "a"), int(_one(address, "at")), float(_one(address, "days"))),
    "unanswered": lambda address: Unanswered(next(owed for owed in OWED if owed.ask == _one(address, "a"))),
    "reached": _reached,
    "dropped": _dropped,
    "path": _on_path,
    "stage": lambda address: InStage(
        default_stage_rules(), Stage(_one(address, "stage")), _moment(address, "since"), _moment(address, "until")
    ),
    "move": lambda address: Moved(default_stage_rules(), _stage(address, "source"), _stage(address, "target")),
    "came": lambda address: CameTo(default_stage_rules(), Stage(_one(address, "stage"))),
}


def page_of(condition: Condition) -> tuple[str, Pairs]:
    """The page whose numbers open this list, and what it was asked."""
    match condition:
        case VariantOf():
            return "insight:ways", ()
        case OrderedAgain() | Unanswered() | ReachedGoal():
            return "insight:home", ()
        case Reached(spec, _) | Dropped(spec, _):
            return "insight:funnel", FunnelAsked.of(spec).pairs()
        case OnPath(spec, _):
            return "insight:paths", PathsAsked.of(spec).pairs()
        case InStage() | Moved():
            return "insight:stages", ()
        case CameTo():
            return "insight:our_way", ()
    return "insight:map", ()
