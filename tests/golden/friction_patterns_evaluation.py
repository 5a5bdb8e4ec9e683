"""Known truth: how often each named pattern is right, and how much of what it is about it finds.

    friction_patterns_evaluation.py [--customers 24000]     part of `make evaluate`

Journeys of `tillit.simulate.troubles`: planted troubles, look-alikes, and rare ones that no rule can tell apart. Exit
code 1 if a pattern falls below its bound.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

import numpy as np

from tillit.friction.patterns import PATTERNS, Pattern
from tillit.journeys.traces import Names, Traces
from tillit.simulate.troubles import ENDS_AT, TroubledJourney, troubled_journeys
from tillit.vocabulary import ACTIVITIES, Actor, Channel

NAMES = Names(
    activity=tuple(sorted(activity.name for activity in ACTIVITIES)),
    channel=tuple(channel.value for channel in Channel),
    function=(),
    actor=tuple(actor.value for actor in Actor),
    currency=(),
    place=(),
    campaign=(),
    source=(),
)
GOAL = "order_completed"
LEAST_PRECISION = 0.85
# A customer who likes both the shop and the web goes there and back as well, and some search for three things.
LEAST_PRECISION_OF = {"channel_ping_pong": 0.70, "repeat_search": 0.78}
LEAST_RECALL = 0.90


@dataclass(frozen=True, slots=True)
class Mark:
    """Of how many journeys a pattern speaks, of how many it should, and how many of both there are."""

    shown: int
    true: int
    both: int

    @property
    def precision(self) -> float:
        return self.both / self.shown if self.shown else 0.0

    @property
    def recall(self) -> float:
        return self.both / self.true


def marks(journeys: tuple[TroubledJourney, ...], patterns: tuple[Pattern, ...] = PATTERNS) -> dict[str, Mark]:
    """Each pattern against the truth."""
    happened = [step for journey in journeys for step in journey.happened]
    traces = Traces(
        offsets=np.concatenate([[0], np.cumsum([len(one.happened) for one in journeys])]),
        person=np.arange(len(journeys)),
        number=np.ones(len(journeys), np.int32),
        reached_goal=np.array([any(step.activity == GOAL for step in one.happened) for one in journeys]),
        activity=np.array([NAMES.activity.index(step.activity) for step in happened], np.int32),
        occurred_at=np.array([step.at * 1_000_000 for step in happened]),
        channel=np.array([NAMES.channel.index(step.channel) for step in happened], np.int32),
        actor=np.array([NAMES.actor.index(step.actor) for step in happened], np.int32),
    )
    found = {}
    for pattern in patterns:
        shown = pattern.shows(traces, NAMES, ENDS_AT * 1_000_000)
        true = np.array([pattern.name in journey.troubles for journey in journeys])
        found[pattern.name] = Mark(int(shown.sum()), int(true.sum()), int((shown & true).sum()))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", help="not needed: these journeys are made")
    parser.add_argument("--customers", type=int, default=24_000)
    journeys = troubled_journeys(np.random.default_rng(7), customers=parser.parse_args().customers)
    missed = 0
    for name, mark in marks(journeys).items():
        print(f"{name:<22} right in {mark.both} of {mark.shown} ({mark.precision:.1%}), finds {mark.recall:.1%}")
        missed += mark.precision < LEAST_PRECISION_OF.get(name, LEAST_PRECISION) or mark.recall < LEAST_RECALL
    print("every goal is met" if not missed else f"{missed} patterns are below their bounds")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
