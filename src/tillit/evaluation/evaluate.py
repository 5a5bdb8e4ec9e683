"""Had we met everyone with a machine, or with a person: what a log of drawn decisions says, stage by stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tillit.evaluation.claims import ALPHA, always_valid, e_value, holm, two_sided_p
from tillit.evaluation.decisions import Bools, Decisions, Floats, check_draws
from tillit.evaluation.drift import drift_of
from tillit.evaluation.maturity import seen_weights
from tillit.evaluation.outcome_model import cross_fitted
from tillit.evaluation.results import Drift, Effect, Evaluation, Observed, PolicyValue, Refusal
from tillit.evaluation.scores import aipw, always, clustered, effective_size, importance
from tillit.evaluation.whole_way import whole_way_of
from tillit.evaluation.worth import Worth, worth_of
from tillit.sentences import Sentence, sentence

LEAST_SIZE = 100.0  # effective decisions of the rarer kind; below, the interval itself is a guess
FEW = 400.0  # below, grade B
LEAST_ASKED = 0.02  # of the decisions that could go either way, those where both were really drawn from

Policy = Callable[[Decisions], Floats]


@dataclass(frozen=True, slots=True)
class _Scored:
    """Drawn decisions old enough to be judged, and what their scores are made of."""

    decisions: Decisions
    model: Floats
    seen: Floats
    worth: Worth
    asked: Bools  # both a machine and a person could have been drawn


def evaluate(decisions: Decisions, *, as_of_days: float | None = None, proposed: Policy | None = None) -> Evaluation:
    """Compare persons with the machine where both were allowed, and policies with each other.

    Args:
        decisions: The log, in order of time.
        as_of_days: When the log was cut, on the clock of `at_days`; None: with its last decision.
        proposed: A policy to value beside the machine, a person and today's; it must not have been chosen on
            these decisions.

    Returns:
        Estimates with 95 % intervals by customer, or refusals in their place.

    Raises:
        PropensityError: The logged propensities are not those of the draws.
        InputError: Outcomes are missing and nothing says how long they take.

    Source: docs/methods/evaluation.md.
    """
    drawn = decisions.take(decisions.are_drawn)
    not_drawn = len(decisions) - len(drawn)
    refusals: list[Refusal] = []
    if not_drawn:
        refusals.append(Refusal("log", "not_drawn", _not_drawn(not_drawn, len(decisions))))
    if not len(drawn):
        return _observational(decisions, refusals)
    check_draws(drawn)
    cut = float(drawn.at_days.max()) if as_of_days is None else as_of_days
    seen = seen_weights(drawn, as_of_days=cut)
    immature = float(np.isnan(drawn.outcome).mean())
    spoken_of = float(drawn.free.mean())
    old_enough = ~np.isnan(seen)
    if not (seen[old_enough] > 0).any():
        refusals.append(Refusal("log", "no_outcome", _no_outcome(len(drawn))))
        return _nothing_told(decisions, drawn, not_drawn, refusals)
    scored = _scored(drawn.take(old_enough), seen[old_enough])
    stages = range(len(decisions.stages))
    of_stage = [scored.decisions.stage == stage for stage in stages]
    overall = _effect(scored, None, np.ones(len(scored.decisions), np.bool_), refusals)
    effects = [_effect(scored, decisions.stages[stage], of_stage[stage], refusals) for stage in stages]
    policies = [
        value for name, target in _targets(scored, proposed) for value in _values(scored, name, target, of_stage)
    ]
    return Evaluation(
        decisions=len(decisions),
        not_drawn=not_drawn,
        immature_share=immature,
        spoken_of=spoken_of,
        unit=scored.worth.unit,
        overall=_claimed(overall),
        stages=_with_claims(effects),
        policies=tuple(policies),
        observed=None,
        refusals=tuple(refusals),
        drift=_drift(scored, effects),
        whole_way=whole_way_of(scored.decisions, scored.seen),
    )


def _scored(decisions: Decisions, seen: Floats) -> _Scored:
    model = cross_fitted(decisions, seen > 0)
    possible = np.nan_to_num(decisions.propensity) > 0
    asked = decisions.free & possible[:, decisions.machine] & possible[:, decisions.person]
    return _Scored(decisions, model, seen, worth_of(decisions, model, seen), asked)


def _effect(scored: _Scored, stage: str | int | None, rows: Bools, refusals: list[Refusal]) -> Effect:
    decisions = scored.decisions
    free, asked = decisions.free & rows, scored.asked & rows
    about = "overall" if stage is None else f"stage {stage}"
    if asked.sum() < LEAST_ASKED * free.sum() or not asked.any():
        refusals.append(Refusal(about, "not_asked", _not_asked(int(asked.sum()), int(free.sum()))))
        return Effect(stage, int(free.sum()), 0, None, None, "–")
    weight = np.where(asked & (scored.seen > 0), scored.seen / decisions.taken_propensity, 0.0)
    arms = [weight[decisions.action == action] for action in (decisions.person, decisions.machine)]
    size = min(effective_size(arm) for arm in arms)
    largest = max((float(arm.max()) for arm in arms if arm.size), default=0.0)
    customers = len(np.unique(decisions.customer[asked]))
    effect = Effect(stage, int(asked.sum()), customers, size, largest, "B" if size < FEW else "A")
    if size < LEAST_SIZE:
        refusals.append(Refusal(about, "too_few", _too_few(size)))
        return replace(effect, grade="–")
    estimate = clustered(_gain(scored)[asked], decisions.customer[asked])
    live_low, live_high = always_valid(estimate)
    return replace(
        effect,
        person_minus_machine=estimate.value,
        low=estimate.low,
        high=estimate.high,
        live_low=live_low,
        live_high=live_high,
        p_holm=two_sided_p(estimate),  # of this stage alone, until `_with_claims`
    )


def _gain(scored: _Scored) -> Floats:
    """Shape (n,); the score of meeting with a person less that of meeting with the machine."""
    decisions = scored.decisions
    person, machine = (
        aipw(decisions, always(decisions, action), decisions.outcome, scored.model, scored.seen)
        for action in (decisions.person, decisions.machine)
    )
    return person - machine


def _drift(scored: _Scored, effects: list[Effect]) -> Drift | None:
    told = [place for place, effect in enumerate(effects) if effect.person_minus_machine is not None]
    if not told:
        return None
    return drift_of(scored.decisions.take(scored.asked), _gain(scored)[scored.asked], told)


def _with_claims(effects: list[Effect]) -> tuple[Effect, ...]:
    told = [place for place, effect in enumerate(effects) if effect.p_holm is not None]
    adjusted = holm(np.array([effects[place].p_holm for place in told], np.float64))
    for place, p_value in zip(told, adjusted, strict=True):
        effects[place] = _claimed(replace(effects[place], p_holm=float(p_value)))
    return tuple(effects)


def _claimed(effect: Effect) -> Effect:
    if effect.p_holm is None or effect.person_minus_machine is None:
        return effect
    if effect.p_holm > ALPHA:
        claim = "none"
    else:
        claim = "person" if effect.person_minus_machine > 0 else "machine"
    return replace(effect, claim=claim, p_holm=None if effect.stage is None else effect.p_holm)


def _targets(scored: _Scored, proposed: Policy | None) -> list[tuple[str, Floats]]:
    decisions = scored.decisions
    targets = [
        ("machine", always(decisions, decisions.machine)),
        ("person", always(decisions, decisions.person)),
        ("today", np.nan_to_num(decisions.propensity)),
    ]
    return targets if proposed is None else [*targets, ("proposed", proposed(decisions))]


def _values(scored: _Scored, name: str, target: Floats, of_stage: list[Bools]) -> list[PolicyValue]:
    decisions = scored.decisions
    score = aipw(decisions, target, scored.worth.came, scored.worth.model, scored.seen)
    weight = importance(decisions, target) * scored.seen
    came = np.nan_to_num(scored.worth.came)
    found = []
    groups: list[tuple[str | int | None, Bools]] = [(None, scored.asked)]
    groups += [(stage, scored.asked & rows) for stage, rows in zip(decisions.stages, of_stage, strict=True)]
    for stage, rows in groups:
        size = effective_size(weight[rows])
        if size < LEAST_SIZE:
            continue  # the effect of the same stage says why
        estimate = clustered(score[rows], decisions.customer[rows])
        ips = float((weight[rows] * came[rows]).mean())
        snips = float((weight[rows] * came[rows]).sum() / weight[rows].sum())
        found.append(
            PolicyValue(name, stage, estimate.value, estimate.low, estimate.high, ips, snips, estimate.n, size)
        )
    return found


def _nothing_told(decisions: Decisions, drawn: Decisions, not_drawn: int, refusals: list[Refusal]) -> Evaluation:
    """No drawn decision is old enough to be judged."""
    free = drawn.free

    def waiting(stage: str | int | None, rows: Bools) -> Effect:
        return Effect(stage, int((free & rows).sum()), len(np.unique(drawn.customer[free & rows])), None, None, "–")

    return Evaluation(
        decisions=len(decisions),
        not_drawn=not_drawn,
        immature_share=1.0,
        spoken_of=float(free.mean()),
        unit="outcome",
        overall=waiting(None, np.ones(len(drawn), np.bool_)),
        stages=tuple(waiting(name, drawn.stage == place) for place, name in enumerate(drawn.stages)),
        policies=(),
        observed=None,
        refusals=tuple(refusals),
    )


def _observational(decisions: Decisions, refusals: list[Refusal]) -> Evaluation:
    """Nobody logged how it was decided: at most a hint, with how little it would take to explain it away."""
    known = ~np.isnan(decisions.outcome)
    judged = decisions.take(known)
    free = judged.free
    observed = None
    met = {action: int((free & (judged.action == action)).sum()) for action in (judged.person, judged.machine)}
    has_waited = judged.waited_days is not None and bool((judged.waited_days[free] > 0).any())
    if has_waited:
        refusals.append(Refusal("log", "met_late", _met_late()))
    elif min(met.values()) >= LEAST_SIZE:
        model = cross_fitted(judged, np.ones(len(judged), np.bool_))[free]
        person, machine = float(model[:, judged.person].mean()), float(model[:, judged.machine].mean())
        observed = Observed(person - machine, e_value(person / machine), int(free.sum()))
    grade = "–" if observed is None else "C"

    def declined(stage: str | int | None, rows: Bools) -> Effect:
        return Effect(stage, int((free & rows).sum()), len(np.unique(judged.customer[free & rows])), None, None, grade)

    return Evaluation(
        decisions=len(decisions),
        not_drawn=len(decisions),
        immature_share=float(1 - known.mean()),
        spoken_of=0.0,
        unit="outcome",
        overall=declined(None, np.ones(len(judged), np.bool_)),
        stages=tuple(declined(name, judged.stage == place) for place, name in enumerate(decisions.stages)),
        policies=(),
        observed=observed,
        refusals=tuple(refusals),
    )


def _not_drawn(missing: int, of: int) -> Sentence:
    return sentence(
        "{missing} of {of} decisions were not drawn with a logged probability, so who was met followed something that "
        "nobody wrote down, and those who were met may have been different to begin with. What a person adds is not "
        "known from them.",
        missing=missing,
        of=of,
    )


def _met_late() -> Sentence:
    return sentence(
        "Some were met only after a while, and whoever is met late has stayed until then, whatever a person adds. "
        "Compare at the moment when both were possible: one row for each time it was decided, also for those who were "
        "not met."
    )


def _no_outcome(decisions: int) -> Sentence:
    return sentence("None of the outcomes of {decisions} decisions is known yet.", decisions=decisions)


def _not_asked(asked: int, free: int) -> Sentence:
    return sentence(
        "Not asked: in {asked} of {free} decisions both a machine and a person could have been drawn.",
        asked=asked,
        free=free,
    )


def _too_few(size: float) -> Sentence:
    return sentence(
        "Too few to tell: as informative as {size} decisions of the rarer kind, and {least} are needed.",
        size=round(size),
        least=round(LEAST_SIZE),
    )
