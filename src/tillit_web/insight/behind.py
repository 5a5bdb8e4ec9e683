"""A condition on journeys and its place in the address, so that every number can open the journeys behind it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.core.signing import Signer
from django.http import QueryDict

from tillit.credit.sales import SoldAfter, SoldAfterContent
from tillit.credit.statement import InStatement
from tillit.errors import QueryError
from tillit.friction.after_meetings import DAYS, Meeting, Met, SilentAfter
from tillit.friction.behind import At, AtStep, Shows
from tillit.friction.conformance import Broken
from tillit.friction.patterns import PATTERNS
from tillit.friction.promise_rules import Clock, PromiseRule
from tillit.journeys.behind import Activity, AnyCondition, Arrow, End, Everything, Start, VariantOf
from tillit.journeys.conditions import Dropped, InStage, Moved, OnPath, Reached
from tillit.journeys.opening import OpeningHours
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.touchpoints import CONTENT, TOUCHES
from tillit.reports.outcomes import ReachedGoal
from tillit.reports.repeat import OrderedAgain
from tillit.reports.stage_reach import CameTo
from tillit.reports.unanswered import OWED, Unanswered
from tillit.sentences import sentence
from tillit.vocabulary import Stage
from tillit_web.insight.asking import FunnelAsked, Pairs, PathsAsked
from tillit_web.insight.queries import headcounts

MOMENTS = frozenset({"since", "until", "over", "at"})
SEAL = "seal"
SHORTEST_MONTH_MICROS = 27 * 86_400 * 1_000_000  # 28 days, less an hour where the clocks change


def pairs_of(condition: AnyCondition) -> Pairs:
    """What stands in the address for a condition; `condition_of` reads it back.

    A condition about moments is sealed: any number of hours of one's own choice, one taken from the other, would tell
    the sales of a shift.
    """
    pairs = tuple(_pairs_of(condition))
    if MOMENTS.isdisjoint(name for name, _ in pairs) or isinstance(condition, Reached | Dropped):
        return pairs
    return (*pairs, (SEAL, Signer(salt="insight.behind").signature(urlencode(pairs))))


def _pairs_of(condition: AnyCondition) -> Pairs:
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
    return _friction_pairs(condition)


def _friction_pairs(condition: AnyCondition) -> Pairs:
    match condition:
        case AtStep(activity, goal, did, began_from, over_by, by, part, limit):
            named = (("by", by), ("part", part), ("limit", None if limit is None else f"{limit!r}"))
            given = tuple((name, text) for name, text in named if text is not None)
            bounds = _moments(since=began_from, over=over_by)
            return (("of", "step"), ("a", activity), ("b", goal), ("did", did.value), *bounds, *given)
        case Shows(pattern, newest_at):
            return (("of", "pattern"), ("a", pattern), ("at", str(newest_at)))
        case Broken(rule, hours, timezone, newest_at):
            return (
                ("of", "broken"),
                ("a", rule.ask),
                *(("b", answer) for answer in rule.answers),
                ("hours", f"{rule.within_hours!r}"),
                ("clock", rule.clock.value),
                ("week", hours.text()),
                ("holidays", hours.holidays),
                ("zone", timezone),
                ("at", str(newest_at)),
            )
        case Met(meeting, goal, within_days):
            within = () if within_days is None else (("days", str(within_days)),)
            return (("of", "met"), ("meeting", meeting.value), ("a", goal), *within)
        case SilentAfter(meeting, goal, days, newest_at, bought):
            whom = (("of", "silent"), ("meeting", meeting.value), ("a", goal), ("days", str(days)))
            return (*whom, ("at", str(newest_at)), *((("bought", "1"),) if bought else ()))
        case SoldAfter(goal, by, touches, web_only, _, exactly):
            web = (("web", "1"),) if web_only else ()
            touched = (*(("touch", name) for name in touches), *_only(exactly))
            return (("of", "sold"), ("a", goal), ("by", by), *touched, *web)
        case SoldAfterContent(goal, touches, exactly):
            return (("of", "sold_content"), ("a", goal), *(("touch", name) for name in touches), *_only(exactly))
        case InStatement(goal, team, web_orders, start_at, end_at, _):
            who = (("function", team[0]), ("at_place", team[1])) if team else ()
            kind = (("web", "1"),) if web_orders else ()
            return (("of", "statement"), ("a", goal), *who, *kind, *_moments(since=start_at, until=end_at))
    raise TypeError(f"{condition!r} has no place in an address; give it one in behind.py")


def _only(exactly: bool) -> Pairs:
    return (("only", "1"),) if exactly else ()


def _moments(**bounds: int | None) -> Pairs:
    return tuple((name, str(at)) for name, at in bounds.items() if at is not None)


def condition_of(address: QueryDict) -> AnyCondition:
    """The condition that an address holds.

    Raises:
        QueryError: It holds none, or one that is not whole.
    """
    kind = address.get("of", "all")
    try:
        condition = READERS[kind](address)
        if address.get(SEAL) != dict(pairs_of(condition)).get(SEAL):
            raise ValueError("a moment that no page of ours asked for")
        return condition
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


def _reached(address: QueryDict) -> AnyCondition:
    form, step = _step(address)
    if (spec := form.spec()) is None:
        raise KeyError("step")
    return Reached(spec, step)


def _dropped(address: QueryDict) -> AnyCondition:
    form, step = _step(address)
    if (spec := form.spec()) is None:
        raise KeyError("step")
    return Dropped(spec, step)


def _on_path(address: QueryDict) -> AnyCondition:
    if (spec := PathsAsked.read(address).spec()) is None:
        raise KeyError("anchor")
    places = (text.partition(":") for text in address.getlist("node"))
    return OnPath(spec, tuple((int(depth), name) for depth, _, name in places))


def _moment(address: QueryDict, name: str) -> int | None:
    return int(_one(address, name)) if name in address else None


def _stage(address: QueryDict, name: str) -> Stage | None:
    return Stage(_one(address, name)) if name in address else None


def _at_step(address: QueryDict) -> AnyCondition:
    limit = address.get("limit")
    by = address.get("by")
    if by not in (None, "channel", "place"):
        raise KeyError("by")
    return AtStep(
        activity=_one(address, "a"),
        goal=_one(address, "b"),
        did=At(_one(address, "did")),
        began_from=int(_one(address, "since")),
        over_by=_moment(address, "over"),
        by=by,
        part=address.get("part"),
        limit_seconds=None if limit is None else float(limit),
    )


def _shows(address: QueryDict) -> AnyCondition:
    name = _one(address, "a")
    if name not in {pattern.name for pattern in PATTERNS}:
        raise KeyError("a")
    return Shows(name, int(_one(address, "at")))


def _broken(address: QueryDict) -> AnyCondition:
    rule = PromiseRule(
        _one(address, "a"), tuple(address.getlist("b")), float(_one(address, "hours")), Clock(_one(address, "clock"))
    )
    hours = OpeningHours.parse(_one(address, "week"), holidays=_one(address, "holidays"))
    return Broken(rule, hours, _one(address, "zone"), int(_one(address, "at")))


def _days(address: QueryDict) -> int:
    """How many days after a meeting; those of the table alone, or one list taken from another would tell a day."""
    days = int(_one(address, "days"))
    if days not in DAYS:
        raise ValueError(days)
    return days


def _met(address: QueryDict) -> AnyCondition:
    days = _days(address) if "days" in address else None
    return Met(Meeting(_one(address, "meeting")), _one(address, "a"), days)


def _silent(address: QueryDict) -> AnyCondition:
    meeting = Meeting(_one(address, "meeting"))
    return SilentAfter(meeting, _one(address, "a"), _days(address), int(_one(address, "at")), "bought" in address)


def _sold(address: QueryDict) -> AnyCondition:
    by = _one(address, "by")
    if by not in TOUCHES:
        raise ValueError(by)
    touches = tuple(address.getlist("touch"))
    return SoldAfter(_one(address, "a"), by, touches, "web" in address, headcounts(), "only" in address)


def _in_statement(address: QueryDict) -> AnyCondition:
    team = (_one(address, "function"), address.get("at_place", "")) if "function" in address else None
    since, until = int(_one(address, "since")), int(_one(address, "until"))
    if until - since < SHORTEST_MONTH_MICROS:
        raise ValueError("a statement is of a month: of a day it would be about a shift")
    return InStatement(_one(address, "a"), team, "web" in address, since, until, headcounts())


READERS: dict[str, Callable[[QueryDict], AnyCondition]] = {
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
    "step": _at_step,
    "pattern": _shows,
    "broken": _broken,
    "met": _met,
    "silent": _silent,
    "sold": _sold,
    "sold_content": lambda address: SoldAfterContent(
        _one(address, "a"), tuple(address.getlist("touch")), "only" in address
    ),
    "statement": _in_statement,
    "came": lambda address: CameTo(default_stage_rules(), Stage(_one(address, "stage"))),
}


def page_of(condition: AnyCondition) -> tuple[str, Pairs]:
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
        case AtStep() as at:
            return "insight:friction", (("by", at.by),) if at.by else ()
        case Shows() | Broken() | Met() | SilentAfter():
            return "insight:friction", ()
        case SoldAfter(_, by, _, _, _, _):
            return "insight:credit", (("by", by),)
        case SoldAfterContent():
            return "insight:credit", (("by", CONTENT),)
        case InStatement():
            return "insight:credit_statement", ()
    return "insight:map", ()
