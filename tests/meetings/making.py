"""Random moments, desks and hostile policies, from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import fields, replace

from msgspec import UNSET

from tillit.meetings.actions import ANYONE, Action
from tillit.meetings.moment import Capacity, Moment, Near
from tillit.meetings.policy import Cell, Learning, Policy, StageRule, Stakes, Way, may_be_drawn
from tillit.meetings.policy_files import default_policy_text, parse_policy
from tillit.readiness.now import Hold
from tillit.vocabulary import Errand, Stage

DEFAULT = parse_policy(default_policy_text(), name="policy.toml", version=1, currency="SEK")
ERRANDS, STAKES, WAYS, STAGES, ACTIONS = list(Errand), list(Stakes), list(Way), list(Stage), list(Action)
AT = 1_800_000_000_000_000


class BrokenPolicy(Policy):
    """One with a bug: it gives everything to machines and calls that a floor."""

    def person_share(self, cell: Cell, *, may_vary: bool, prefers: bool | None = None) -> float:
        return 0.0

    def floor(self, cell: Cell, *, prefers: bool | None = None) -> float:
        return 1.0


def hostile_policy(dice: random.Random) -> Policy:
    """Whatever saves money: machines everywhere or anything at all, floors everywhere, learning wherever it may."""
    everywhere_machines = dice.random() < 0.5
    cells = {
        (errand, stakes): Way.MACHINE if everywhere_machines else dice.choice(WAYS)
        for errand in ERRANDS
        for stakes in STAKES
    }
    brand = tuple(dice.sample(ERRANDS, dice.randrange(4)))
    open_cells = [
        cell
        for cell, way in cells.items()
        if may_be_drawn(cell, way) and cell[0] is not Errand.COMPLAIN and cell[0] not in brand
    ]
    learning = Learning(*dice.choice(open_cells), dice.uniform(0.05, 0.95)) if open_cells else None
    made = replace(
        DEFAULT,
        cells=cells,
        brand_errands=brand,
        person_from_minor=dice.choice([None, 0, 100_000]),
        longest_wait_seconds=dice.choice([0, 600, 10**9]),
        call_within_hours=dice.choice([1, 24, 10**6]),
        learning=learning if dice.random() < 0.7 else None,
        floors=frozenset(cells) if dice.random() < 0.7 else frozenset(),
        adds={cell: dice.uniform(-1, 1) for cell in cells} if dice.random() < 0.7 else {},
        rules=tuple(_any_rule(dice, list(cells)) for _ in range(dice.randrange(4))),
    )
    if dice.random() < 0.9:
        return made
    return BrokenPolicy(**{own.name: getattr(made, own.name) for own in fields(made)})


def _any_rule(dice: random.Random, cells: list[Cell]) -> StageRule:
    ends = sorted(dice.sample([None, 0, 49_999, 100_000, 10**9], 2), key=lambda end: end or -1)
    gain = dice.choice([-(10**6), -1, 1, 10**6])
    return StageRule(dice.choice(STAGES), frozenset(dice.sample(cells, 9)), ends[0], ends[1] or None, gain)


def any_moment(dice: random.Random) -> Moment:
    """Each reason for a person one time in six, so that none and several are both common."""

    def maybe() -> bool:
        return dice.random() < 1 / 6

    return Moment(
        customer=f"c{dice.randrange(1000)}",
        at=AT + dice.randrange(10**12),
        errand=dice.choice(ERRANDS),
        stage=dice.choice([None, *STAGES]),
        stake_minor=dice.choice([0, 1, 49_999, 50_000, 100_000, 100_001, 10**9]),
        asked_for_person=maybe(),
        complaint=maybe(),
        has_stated_need=maybe(),
        is_known_customer=dice.random() < 0.5,
        has_open_case=maybe(),
        broken_promises=("call back",) if maybe() else (),
        skill=dice.choice([None, "returns", "wood"]),
        offers=tuple(dice.sample(ACTIONS, dice.randrange(len(ACTIONS) + 1))),
        may_vary=dice.random() < 0.9,
        near=Near({"buys": dice.random()}, tuple(hold for hold in Hold if maybe())) if maybe() else UNSET,
    )


def any_desk(dice: random.Random) -> Mapping[str, Capacity]:
    """From nobody at work to everybody free."""
    return {
        skill: Capacity(
            free=dice.choice([0, 0, 3]),
            queue=dice.choice([0, 10**9]),
            wait_seconds=dice.choice([None, 0.0, 240.0, 10.0**9]),
            price_minor=dice.choice([0.0, 1_000.0, 10.0**9]),
            next_call_at=dice.choice([None, 0, AT + 2 * 10**12]),
        )
        for skill in (ANYONE, "returns", "wood")
        if dice.random() < 0.7
    }
