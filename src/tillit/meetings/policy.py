"""A policy: the brand's word, the readable matrix of errand and stakes, and what is being learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tillit.errors import QueryError
from tillit.sentences import sentence
from tillit.vocabulary import Errand, Stage

MOST_BRAND_ERRANDS = 3
LARGEST_WEIGHT = 20
LEAST_SHARE = 1 / LARGEST_WEIGHT
MICROS_PER_HOUR = 3_600_000_000


class Stakes(StrEnum):
    """How much an errand matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Way(StrEnum):
    """What a cell of the matrix says."""

    MACHINE = "machine"
    PERSON_NEAR = "machine, person one click away"
    OFFER = "offer a person"
    PERSON = "person"

    @property
    def prefers_person(self) -> bool:
        return self in (Way.OFFER, Way.PERSON)


Cell = tuple[Errand, Stakes]


@dataclass(frozen=True, slots=True)
class Learning:
    """The one moment at which it is drawn by lot who meets a customer."""

    errand: Errand
    stakes: Stakes
    person_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Costs:
    """What meeting a customer costs, in minor units."""

    person_minute_minor: int
    minutes: int
    delight_minor: int


@dataclass(frozen=True, slots=True)
class StageRule:
    """A leaf of what was learned at a stage, approved by somebody: finer than a cell, and read as easily.

    Attributes:
        cells: Those in which it was drawn, and that it is about: nothing is said of others.
        above_minor: With `up_to_minor` the stakes that it is about, in minor units; None leaves a side open.
        gain_minor: What a person brought over a machine at such a moment, less what they cost, when it was approved;
            below 0, a machine did better.
    """

    stage: Stage
    cells: frozenset[Cell]
    above_minor: int | None
    up_to_minor: int | None
    gain_minor: int

    @property
    def to_person(self) -> bool:
        return self.gain_minor > 0

    def is_about(self, stage: Stage | None, cell: Cell, stake_minor: int) -> bool:
        """Whether a moment is one of these."""
        return (
            stage is self.stage
            and cell in self.cells
            and (self.above_minor is None or stake_minor > self.above_minor)
            and (self.up_to_minor is None or stake_minor <= self.up_to_minor)
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """The earlier table that some customers stay on.

    Attributes:
        name: Of the lot; another name draws other customers.
        stages: Where they stay on it.
        cells: The table, and with `adds` what tipped it.
    """

    name: str
    stages: frozenset[Stage]
    cells: Mapping[Cell, Way]
    adds: Mapping[Cell, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """How customers are met, as the owner and a shop manager wrote it.

    Attributes:
        version: 1 is the first that an installation had.
        known_for: The owner's sentence: what the company wants to be known for.
        brand_errands: At most three, where a person is part of the brand whatever the numbers say.
        cells: One way for each errand and stakes.
        medium_from_minor: From which stake an errand matters; `high_from_minor` likewise.
        person_from_minor: Above this stake a machine never decides alone; None for no limit.
        longest_wait_seconds: Who would wait longer is promised a time instead.
        call_within_hours: How far ahead that is where no calendar says better.
        learning: None while nothing is drawn.
        floors: Cells whose other side is drawn now and then, so that change is noticed.
        adds: By cell, how many more of one such moment end well with a person: measured, and approved by somebody. It
            counts where the matrix is unsure (`leaves_open`).
        kept: The table that some customers stay on; None while all go by this one.
        rules: What was learned at stages; the first that is about a moment counts.
    """

    version: int
    known_for: str
    brand_errands: tuple[Errand, ...]
    cells: Mapping[Cell, Way]
    medium_from_minor: int
    high_from_minor: int
    person_from_minor: int | None
    longest_wait_seconds: int
    call_within_hours: int
    costs: Costs
    learning: Learning | None = None
    floors: frozenset[Cell] = frozenset()
    adds: Mapping[Cell, float] = field(default_factory=dict)
    kept: Kept | None = None
    rules: tuple[StageRule, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a policy that leaves something open, or tries machines where nobody is near."""
        tables = [self.cells] if self.kept is None else [self.cells, self.kept.cells]
        missing = [
            f"{errand}, {stakes}"
            for errand in Errand
            for stakes in Stakes
            if any((errand, stakes) not in cells for cells in tables)
        ]
        if missing:
            raise QueryError(sentence("The matrix says nothing for {cells}.", cells="; ".join(missing)))
        if len(self.brand_errands) > MOST_BRAND_ERRANDS:
            raise QueryError(
                sentence(
                    "A person can be part of the brand in at most {most} errands; {count} are named.",
                    most=MOST_BRAND_ERRANDS,
                    count=len(self.brand_errands),
                )
            )
        if not 0 < self.medium_from_minor <= self.high_from_minor:
            raise QueryError(sentence("High stakes begin where medium ones do or above, and both above 0."))
        for (errand, stakes), share in self.adds.items():
            if not -1 <= share <= 1:
                raise QueryError(
                    sentence(
                        "A person adds between -1 and 1 good ends to a moment; {errand}, {stakes} has {share}.",
                        errand=errand.value,
                        stakes=stakes.value,
                        share=share,
                    )
                )
        if self.learning is not None:
            _check_learning(self, self.learning)

    def as_kept(self) -> Policy:
        """The policy of a customer who is kept: the earlier table, with every promise of this one; no draw."""
        if self.kept is None:
            return self
        return replace(self, cells=self.kept.cells, adds=self.kept.adds, learning=None, floors=frozenset(), rules=())

    def rule_at(self, stage: Stage | None, errand: Errand, stake_minor: int) -> StageRule | None:
        """What was learned for such a moment; a machine only where one may be tried, with a person one click away."""
        cell = (errand, self.stakes_of(stake_minor))
        rule = next((one for one in self.rules if one.is_about(stage, cell, stake_minor)), None)
        if rule is None or rule.to_person or may_be_drawn(cell, self.cells[cell]):
            return rule
        return None

    def stakes_of(self, stake_minor: int) -> Stakes:
        """How much an errand of this stake matters."""
        if stake_minor >= self.high_from_minor:
            return Stakes.HIGH
        return Stakes.MEDIUM if stake_minor >= self.medium_from_minor else Stakes.LOW

    def person_share(self, cell: Cell, *, may_vary: bool, prefers: bool | None = None) -> float:
        """P(person) at a moment that no guardrail decides.

        Args:
            prefers: Whether a person is preferred here; None: as the matrix says.
        """
        prefers = self.cells[cell].prefers_person if prefers is None else prefers
        if may_vary and self.learning is not None and cell == (self.learning.errand, self.learning.stakes):
            return self.learning.person_share
        floor = self.floor(cell, prefers=prefers) if may_vary else 0.0
        return 1.0 - floor if prefers else floor

    def floor(self, cell: Cell, *, prefers: bool | None = None) -> float:
        """The least probability of the side that is not preferred; `prefers` as for `person_share`.

        Towards people freely; towards machines only where a person stays one click away, and never for repair or high
        stakes. 0.10 where the matrix is unsure and little is at stake, 0.05 elsewhere: weights stay at 20 or below.
        """
        way = self.cells[cell]
        prefers = way.prefers_person if prefers is None else prefers
        if cell not in self.floors or (prefers and not _machine_may_be_tried(cell, way)):
            return 0.0
        return 0.10 if leaves_open(way) and cell[1] is Stakes.LOW else LEAST_SHARE


def leaves_open(way: Way) -> bool:
    """Whether the matrix is unsure: both sides are near, and what was measured may tip it."""
    return way in (Way.PERSON_NEAR, Way.OFFER)


def may_be_drawn(cell: Cell, way: Way) -> bool:
    """Whether the other side than the matrix prefers may be tried at all."""
    return not way.prefers_person or _machine_may_be_tried(cell, way)


def _machine_may_be_tried(cell: Cell, way: Way) -> bool:
    errand, stakes = cell
    return leaves_open(way) and errand is not Errand.REPAIR and stakes is not Stakes.HIGH


def _check_learning(policy: Policy, learning: Learning) -> None:
    cell = (learning.errand, learning.stakes)
    if not may_be_drawn(cell, policy.cells[cell]) or learning.errand in (Errand.COMPLAIN, *policy.brand_errands):
        raise QueryError(
            sentence(
                "Nothing is drawn at {errand} with {stakes} stakes: a person is due there, so no machine is tried.",
                errand=learning.errand.value,
                stakes=learning.stakes.value,
            )
        )
    if not LEAST_SHARE <= learning.person_share <= 1 - LEAST_SHARE:
        raise QueryError(
            sentence(
                "The share of persons while learning lies between {least} and {most}, not {share}.",
                least=LEAST_SHARE,
                most=1 - LEAST_SHARE,
                share=learning.person_share,
            )
        )
