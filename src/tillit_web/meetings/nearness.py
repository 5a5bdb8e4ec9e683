"""What is said of a customer who is here, as a decision keeps it: chances, and why they are left in peace."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET, UnsetType

from tillit.meetings.moment import Near
from tillit.readiness.now import Hold, Now
from tillit.readiness.recipe import Want
from tillit.vocabulary import Stage


def near_of(said: Mapping[Want, Now], *, left_alone: bool) -> Near | UnsetType:
    """Unset where nothing is said.

    Args:
        left_alone: The customer asked for it, which holds whatever is switched on.
    """
    stands = {hold for now in said.values() for hold in now.holds}
    if left_alone:
        stands.add(Hold.LEFT_ALONE)
    if not said and not stands:
        return UNSET
    chances = {want.value: now.chance for want, now in said.items()}
    return Near(chances, tuple(hold for hold in Hold if hold in stands))


def stage_of(said: Mapping[Want, Now]) -> Stage | None:
    """Where they were last; every want says the same."""
    return next((now.stage for now in said.values()), None)
