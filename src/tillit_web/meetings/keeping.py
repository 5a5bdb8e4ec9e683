"""Some customers stay on the first table: where that is possible, switched on and off, and what it showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tillit.errors import QueryError
from tillit.evaluation.kept_standing import Keepable, KeptStage
from tillit.evaluation.whole_way import LEAST_CUSTOMERS
from tillit.meetings.log import DecisionLog, open_log
from tillit.meetings.policy import Kept, Policy
from tillit.meetings.policy_files import parse_policy
from tillit.sentences import sentence
from tillit.vocabulary import Stage
from tillit_web.meetings import actions
from tillit_web.meetings.telling import label_of
from tillit_web.ui.templatetags.tillit import number


@dataclass(frozen=True, slots=True)
class KeepLine:
    """A stage, whether customers are kept there now, and whether some may be; `findable` in 100."""

    stage: str
    label: str
    is_kept: bool
    may_start: bool
    customers: int
    findable: float | None


def keep_lines(policy: Policy, keepable: Sequence[Keepable]) -> tuple[KeepLine, ...]:
    """Every stage in which customers came who could have been met either way, and every one where some are kept."""
    found = {one.stage: one for one in keepable}
    kept = frozenset() if policy.kept is None else policy.kept.stages
    lines = []
    for stage in Stage:
        one = found.get(stage.value)
        if one is None and stage not in kept:
            continue
        findable = None if one is None or one.findable is None else 100 * one.findable
        may_start = one is not None and one.may_start
        customers = 0 if one is None else one.customers
        lines.append(KeepLine(stage.value, label_of(stage.value), stage in kept, may_start, customers, findable))
    return tuple(lines)


def keep(
    directory: Path, policy: Policy, keepable: Sequence[Keepable], *, chosen: str, now: datetime, currency: str | None
) -> Policy:
    """Keep one customer in twenty on the first table at a stage.

    Raises:
        QueryError: It could show nothing there, or there is no such stage.
    """
    if not any(one.stage == chosen and one.may_start for one in keepable):
        raise QueryError(sentence("Nobody is kept where a difference of 10 in 100 would not be found in half a year."))
    stage = Stage(chosen)
    if policy.kept is None:
        with open_log(directory) as log:
            first = first_policy(log, currency=currency)
        kept = Kept(now.astimezone(UTC).date().isoformat(), frozenset({stage}), first.cells, first.adds)
    else:
        kept = replace(policy.kept, stages=policy.kept.stages | {stage})
    return actions.follow(directory, replace(policy, kept=kept), currency=currency)


def let_go(directory: Path, policy: Policy, *, chosen: str, currency: str | None) -> Policy:
    """Keep nobody any longer at a stage."""
    if policy.kept is None:
        return policy
    stages = frozenset(stage for stage in policy.kept.stages if stage.value != chosen)
    kept = replace(policy.kept, stages=stages) if stages else None
    return actions.follow(directory, replace(policy, kept=kept), currency=currency)


def first_policy(log: DecisionLog, *, currency: str | None) -> Policy:
    """Version 1: what this installation began with."""
    version, _at, text = log.policy_texts()[-1]
    return parse_policy(text, name=f"policy {version}", version=version, currency=currency)


def whole_ways(kept: Sequence[KeptStage]) -> tuple[str, ...]:
    """What customers' whole way shows, stage by stage."""
    return tuple(_whole_way(one) for one in kept)


def _whole_way(one: KeptStage) -> str:
    values = {
        "stage": label_of(one.stage),
        "kept": number(one.kept),
        "others": number(one.others),
        "least": number(LEAST_CUSTOMERS),
    }
    return _compared(one, values) + _drawn_apart(one.drawn_apart)


def _drawn_apart(customers: int) -> str:
    if not customers:
        return ""
    said = ngettext(
        "%(n)s customer counts on neither side: drawn under two names before these were known to be one person's.",
        "%(n)s customers count on neither side: drawn under two names before these were known to be one person's.",
        customers,
    )
    return " " + said % {"n": number(customers)}


def _compared(one: KeptStage, values: dict[str, str]) -> str:
    if one.way is None:
        few = _("“%(stage)s”: too few to tell. %(kept)s customers stay on the first table; %(least)s are needed.")
        return few % values
    values |= {
        "now": number(100 * one.way.others),
        "then": number(100 * one.way.kept),
        "more": number(100 * one.way.difference, 1),
        "low": number(100 * one.way.low, 1),
        "high": number(100 * one.way.high, 1),
    }
    said = _(
        "“%(stage)s”: by today's table %(now)s of 100 moments end well, by the first one %(then)s. That is %(more)s "
        "more (%(low)s to %(high)s; %(kept)s customers are kept by lot, %(others)s are not)."
    )
    return said % values
