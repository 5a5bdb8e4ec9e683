"""The words of credit, each written once."""

from __future__ import annotations

from enum import StrEnum


class Model(StrEnum):
    """The ways to share credit that stand side by side."""

    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"
    POSITION = "position"
    DECAY = "decay"
    MARKOV = "markov"
    SHAPLEY = "shapley"


RULES = (Model.FIRST, Model.LAST, Model.LINEAR, Model.POSITION, Model.DECAY)


class Evidence(StrEnum):
    """What stands behind a share."""

    NONE = "none"  # nobody was left out by lot: the share says who was there, not what would be without it
    FEW = "too few"  # some were, but too few to tell
    HOLDOUT = "holdout"  # enough were


LABEL = "shares, not causes"
