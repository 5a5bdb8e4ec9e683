"""Rules finer than a moment that wait for a person: what each would change, before and after, and to follow them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tillit.errors import QueryError
from tillit.evaluation.harm import Harm
from tillit.evaluation.proposing import ProposedRule, StageProposal
from tillit.evaluation.results import Span
from tillit.evaluation.standing import name_of
from tillit.meetings.comparing import Changed
from tillit.meetings.policy import Policy, StageRule
from tillit.sentences import sentence
from tillit_web.meetings import actions
from tillit_web.meetings.learning import LACKING, NOTHING_COMPARED
from tillit_web.meetings.telling import label_of
from tillit_web.ui.templatetags.tillit import money, number

InWords = tuple[str, str, str]  # a figure with the ends of its range


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One leaf; `gain` in money, the harms in 100 with their upper end."""

    words: str
    to_person: bool
    gain: InWords
    n: int
    complaints: tuple[str, str] | None
    asked: tuple[str, str] | None
    lacking: tuple[str | Promise, ...]


@dataclass(frozen=True, slots=True)
class StageLine:
    """What is proposed at a stage; `today` and `proposed` in 100, None where that cannot be said yet.

    Attributes:
        may: At least one rule may be approved, and those are what `last_week` and `policy` are about.
    """

    stage: str
    label: str
    rules: tuple[RuleLine, ...]
    today: InWords | None
    proposed: InWords | None
    may: bool
    last_week: Changed
    policy: Policy


def stage_lines(
    policy: Policy, proposals: Sequence[StageProposal], last_week: Mapping[str, Changed], *, currency: str | None
) -> tuple[StageLine, ...]:
    """Every stage at which something is proposed.

    Args:
        last_week: What it would have changed, by stage.
    """
    return tuple(_line(policy, one, last_week, currency) for one in proposals)


def adopt(directory: Path, lines: Sequence[StageLine], *, chosen: str, currency: str | None) -> Policy:
    """Follow what may be followed at a stage.

    Raises:
        QueryError: Nothing may, or it is not what the reader saw.
    """
    line = next((one for one in lines if one.stage == chosen and one.may), None)
    if line is None:
        raise QueryError(sentence("What was learned does not speak for this change, or not yet."))
    return actions.follow(directory, line.policy, currency=currency)


def policy_with(policy: Policy, proposal: StageProposal) -> Policy:
    """The policy with what may be followed of a proposal."""
    taken = tuple(one.rule for one in proposal.rules if not one.lacking)
    cells = {cell for rule in taken for cell in rule.cells}
    learning = policy.learning
    # The lot ends where what it was drawn for is followed.
    ends = learning is not None and (learning.errand, learning.stakes) in cells
    return replace(policy, rules=(*taken, *policy.rules), learning=None if ends else learning)


def _line(policy: Policy, proposal: StageProposal, last_week: Mapping[str, Changed], currency: str | None) -> StageLine:
    return StageLine(
        stage=proposal.stage,
        label=label_of(proposal.stage),
        rules=tuple(_rule_line(one, currency) for one in proposal.rules),
        today=_in_100(proposal.today),
        proposed=_in_100(proposal.proposed),
        may=any(not one.lacking for one in proposal.rules),
        last_week=last_week.get(proposal.stage, NOTHING_COMPARED),
        policy=policy_with(policy, proposal),
    )


def _rule_line(one: ProposedRule, currency: str | None) -> RuleLine:
    low, value, high = (money(round(end), currency) for end in (one.gain.low, one.gain.value, one.gain.high))
    return RuleLine(
        words=rule_words(one.rule, currency),
        to_person=one.rule.to_person,
        gain=(value, low, high),
        n=one.n,
        complaints=_harm_in_100(one.complaints),
        asked=_harm_in_100(one.asked_afterwards),
        lacking=tuple(LACKING[lack] for lack in one.lacking),
    )


def rule_words(rule: StageRule, currency: str | None) -> str:
    """The moments that a rule is about."""
    moments = "; ".join(label_of(name_of(cell)) for cell in sorted(rule.cells))
    above, up_to = (None if end is None else money(end, currency) for end in (rule.above_minor, rule.up_to_minor))
    if above is not None and up_to is not None:
        return _("%(moments)s, above %(above)s and up to %(up_to)s") % {
            "moments": moments,
            "above": above,
            "up_to": up_to,
        }
    if above is not None:
        return _("%(moments)s, above %(above)s") % {"moments": moments, "above": above}
    if up_to is not None:
        return _("%(moments)s, up to %(up_to)s") % {"moments": moments, "up_to": up_to}
    return moments


def _in_100(span: Span | None) -> InWords | None:
    if span is None:
        return None
    value, low, high = (number(100 * min(max(end, 0.0), 1.0)) for end in (span.value, span.low, span.high))
    return value, low, high


def _harm_in_100(harm: Harm | None) -> tuple[str, str] | None:
    return None if harm is None else (number(100 * harm.value, 1), number(100 * harm.at_most, 1))
