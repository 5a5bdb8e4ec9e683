"""What the kernels answer: frozen values that pages, reports and the command line print. No arrays, no codes."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.vocabulary import Stage


@dataclass(frozen=True, slots=True)
class ActivityCount:
    name: str
    events: int
    persons: int
    journeys: int


@dataclass(frozen=True, slots=True)
class Follow:
    """One arrow of the directly-follows graph: `count` pairs inside `journeys` journeys, with their waiting time."""

    source: str
    target: str
    count: int
    persons: int
    p50_seconds: float
    p90_seconds: float
    journeys: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How many journeys start (or end) with an activity."""

    activity: str
    journeys: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The directly-follows graph of a selection of journeys, with its totals."""

    events: int
    persons: int
    journeys: int
    goals: int  # journeys that reached the goal; 0 where no goal was set
    first_at: int | None  # microseconds UTC of the first and the last event
    last_at: int | None
    activities: tuple[ActivityCount, ...]  # most events first, ties by name
    follows: tuple[Follow, ...]  # highest count first, ties by source, target
    starts: tuple[Endpoint, ...]
    ends: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    activities: tuple[str, ...]
    journeys: int
    persons: int
    p50_seconds: float  # median length of these journeys


@dataclass(frozen=True, slots=True)
class Variants:
    total_journeys: int
    total_variants: int
    variants: tuple[Variant, ...]  # most journeys first, ties by the activities


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """`reached` units (persons, or journeys) got this far; `of_previous` and `of_first` are shares of counts."""

    name: str
    reached: int
    dropped: int  # reached the step before, not this one
    of_previous: float
    of_first: float
    p50_seconds_from_previous: float | None
    p90_seconds_from_previous: float | None


@dataclass(frozen=True, slots=True)
class Funnel:
    unit: str  # "person" or "journey"
    total: int
    steps: tuple[FunnelStep, ...]


@dataclass(frozen=True, slots=True)
class PathNode:
    depth: int  # 0 is the anchor; 1 the first step after it (or before it, when looking backward)
    activity: str  # or results.STOP, or results.OTHER
    units: int


@dataclass(frozen=True, slots=True)
class PathEdge:
    depth: int  # from depth to depth + 1
    source: str
    target: str
    units: int


@dataclass(frozen=True, slots=True)
class Paths:
    """Where units went after (or came from before) an anchor. At every depth the nodes sum to the anchor's units.

    The edges out of a node sum to its units too; a unit that stopped has no edge from STOP, it stays there.
    """

    anchor: str
    forward: bool
    unit: str
    units: int
    nodes: tuple[PathNode, ...]  # by depth, then most units first, ties by activity
    edges: tuple[PathEdge, ...]


OTHER = "…"  # activities with too few units at this depth to stand alone
STOP = "∎"  # the journey ended (looking forward) or began (looking backward) here


@dataclass(frozen=True, slots=True)
class StageCount:
    """In one calendar period: persons with an event in it, by where their last one left them, and events by stage."""

    period_start: int  # microseconds UTC of the local midnight that opens the period
    stage: Stage
    persons: int
    events: int


@dataclass(frozen=True, slots=True)
class StageMove:
    """Moves between stages inside journeys; `source` None is the start of a journey, `target` None its end."""

    source: Stage | None
    target: Stage | None
    moves: int
    journeys: int  # that made this move at least once
    p50_seconds: float | None  # from coming to the source stage until this move; None at the start and the end


@dataclass(frozen=True, slots=True)
class JourneyRow:
    """One journey in a drill-down list; `person` is the public pseudonym, never an internal code."""

    person: str
    number: int  # 1 = the person's first journey
    first_at: int  # of a journey by month both are its month, as `events.told.month_of` says
    last_at: int
    by_month: bool  # people of the company took part in it
    events: int
    reached_goal: bool
    first_channel: str
    amount_minor: int | None
    currency: str | None
    activities: tuple[str, ...]  # at most the first 20


@dataclass(frozen=True, slots=True)
class JourneyList:
    """A page of the journeys behind a number; `total` and `withheld` are that number.

    `withheld` are those of customers who have said no since the number was made.
    """

    total: int
    rows: tuple[JourneyRow, ...]
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in one currency, and how many events carried it."""

    currency: str
    amount_minor: int
    events: int


@dataclass(frozen=True, slots=True)
class TouchpointPath:
    """One way through channels (or functions) and what it led to; an empty way is a goal without a known touch."""

    touches: tuple[str, ...]
    conversions: int
    nulls: int  # times it was walked without reaching the goal
    value: tuple[Money, ...]  # of its conversions, by currency; those without an amount are in `conversions` only
