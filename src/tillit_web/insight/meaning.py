"""What the journeys behind a number have in common, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tillit.credit.sales import SoldAfter, SoldAfterContent
from tillit.credit.statement import InStatement
from tillit.friction.after_meetings import Met, SilentAfter
from tillit.friction.behind import At, AtStep, Shows
from tillit.friction.conformance import Broken
from tillit.journeys.behind import Activity, AnyCondition, Arrow, End, Everything, Start, VariantOf
from tillit.journeys.conditions import Dropped, InStage, Moved, OnPath, Reached
from tillit.journeys.funnel import FunnelSpec
from tillit.journeys.touchpoints import CONTENT
from tillit.reports.outcomes import ReachedGoal
from tillit.reports.repeat import OrderedAgain
from tillit.reports.stage_reach import CameTo
from tillit.reports.unanswered import Unanswered
from tillit_web.insight.credit.words import team_label, touches_label
from tillit_web.insight.friction_words import (
    days_label,
    meeting_label,
    pattern_label,
    pattern_meaning,
    step_name,
    within_label,
)
from tillit_web.insight.words import activity_label, funnel_step_label, stage_label, step_label
from tillit_web.ui.templatetags.tillit import duration, local_time


def meaning_of(condition: AnyCondition, goal: str) -> str:
    """What the journeys have in common, as a sentence of its own that follows their number."""
    match condition:
        case Everything():
            return _("These are all of them, under these filters.")
        case Activity(name):
            return _("“%(activity)s” happened in each.") % {"activity": activity_label(name)}
        case Arrow(source, target):
            names = {"source": activity_label(source), "target": activity_label(target)}
            return _("In each, “%(target)s” came directly after “%(source)s”.") % names
        case Start(name):
            return _("Each began with “%(activity)s”.") % {"activity": activity_label(name)}
        case End(name):
            return _("“%(activity)s” was the last that happened in each.") % {"activity": activity_label(name)}
        case VariantOf(activities):
            way = " → ".join(activity_label(name) for name in activities)
            return _("Each went exactly this way: %(way)s.") % {"way": way}
        case ReachedGoal():
            return _("Each began long enough ago to be counted, and reached “%(activity)s”.") % {
                "activity": activity_label(goal)
            }
        case OrderedAgain(_order, _at, within_days):
            return _("One for each customer with a second order within %(days)d days: the journey of that order.") % {
                "days": within_days
            }
        case Unanswered(owed):
            return _("“%(activity)s” happened in each, and there is no answer since.") % {
                "activity": activity_label(owed.ask)
            }
        case Reached(spec, step):
            return _("They came to step %(step)d of the funnel, %(name)s.") % _step(spec, step)
        case Dropped(spec, step):
            return _("They came to the step before and not to step %(step)d of the funnel, %(name)s.") % _step(
                spec, step
            )
        case OnPath(spec, at):
            names = {
                "anchor": activity_label(spec.anchor),
                "steps": ", ".join(step_label(name, forward=spec.forward) for depth, name in at if depth) or "–",
            }
            if spec.forward:
                return _("After “%(anchor)s” they went on to: %(steps)s.") % names
            return _("Before “%(anchor)s” they came from: %(steps)s.") % names
        case InStage(_rules, stage, start_at, _end_at):
            names = {"stage": stage_label(stage), "day": local_time(start_at, "day")}
            return _("In the period from %(day)s their last event left them in “%(stage)s”.") % names
    return _stage_meaning(condition)


def _stage_meaning(condition: AnyCondition) -> str:
    match condition:
        case Moved(_rules, None, target) if target:
            return _("The first stage they were seen in was “%(stage)s”.") % {"stage": stage_label(target)}
        case Moved(_rules, source, None) if source:
            return _("The last stage they were seen in was “%(stage)s”.") % {"stage": stage_label(source)}
        case Moved(_rules, source, target) if source and target:
            names = {"source": stage_label(source), "target": stage_label(target)}
            return _("They moved from “%(source)s” to “%(target)s”.") % names
        case CameTo(_rules, stage):
            return _("They came to “%(stage)s”.") % {"stage": stage_label(stage)}
    return _friction_meaning(condition)


def _friction_meaning(condition: AnyCondition) -> str:
    match condition:
        case AtStep() as at:
            names = {"step": step_name(at.activity, at.by, at.part), "day": local_time(at.began_from, "day")}
            if at.did is At.LEFT:
                return _("Each began from %(day)s on, and ended at “%(step)s” without the goal.") % names
            if at.did is At.SLOW:
                wait = {"wait": duration(at.limit_seconds)}
                return _("Each began from %(day)s on, and waited more than %(wait)s at “%(step)s”.") % (names | wait)
            return _("Each began from %(day)s on, is over, and came to “%(step)s” before the goal.") % names
        case Shows(pattern):
            return _("Each shows the pattern “%(pattern)s”: %(meaning)s.") % {
                "pattern": pattern_label(pattern),
                "meaning": pattern_meaning(pattern),
            }
        case Broken(rule):
            return _("In each, “%(ask)s” had no answer within %(within)s.") % {
                "ask": activity_label(rule.ask),
                "within": within_label(rule),
            }
        case Met() | SilentAfter():
            return _meeting_meaning(condition)
        case SoldAfter() | SoldAfterContent() | InStatement():
            return _sale_meaning(condition)
    raise TypeError(f"{condition!r} has no words; give it some in meaning.py")


def _meeting_meaning(condition: Met | SilentAfter) -> str:
    names = {"meeting": meeting_label(condition.meeting), "days": ""}
    if isinstance(condition, Met):
        if condition.within_days is None:
            return _("One for each customer who had %(meeting)s: the journey with the first.") % names
        names["days"] = days_label(condition.within_days)
        return _("One for each who reached the goal within %(days)s of %(meeting)s: the journey with that.") % names
    names["days"] = days_label(condition.days)
    if condition.bought:
        return _(
            "One for each who did nothing for %(days)s after %(meeting)s and reached the goal in the week after: "
            "the journey with that."
        ) % (names)
    return _("One for each who did nothing for %(days)s after %(meeting)s: the journey with that.") % names


def _sale_meaning(condition: SoldAfter | SoldAfterContent | InStatement) -> str:
    if isinstance(condition, InStatement):
        names = {"team": team_label(condition.team) if condition.team else _("everybody"), "day": ""}
        names["day"] = local_time(condition.start_at, "day")
        if condition.web:
            return _("Each ended with a web order in the month from %(day)s that was on %(team)s’s way.") % names
        return _("Each ended with a sale at the till in the month from %(day)s, by %(team)s.") % names
    by = condition.by if isinstance(condition, SoldAfter) else CONTENT
    touches = touches_label(by, condition.touches)
    if not condition.touches:
        return _("Each ended with a sale, and no touch before it is known.")
    if condition.exactly:
        return _("Each ended with a sale, with “%(touches)s” before it and nothing else.") % {"touches": touches}
    if isinstance(condition, SoldAfter) and condition.web_only:
        return _("Each ended with a web order, and “%(touches)s” came before it.") % {"touches": touches}
    return _("Each ended with a sale, and “%(touches)s” came before it.") % {"touches": touches}


def _step(spec: FunnelSpec, step: int) -> dict[str, object]:
    return {"step": step, "name": funnel_step_label(spec, step)}
