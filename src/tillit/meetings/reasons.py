"""Why a customer was met as they were: for staff and for the customer, from the logged decision alone.

Only what the decision turned on is named: change it, and the decision is another. Nothing is a score.
"""

from __future__ import annotations

import math
from dataclasses import replace

from msgspec import UNSET

from tillit.meetings.actions import Action, Option
from tillit.meetings.decide import Decision, Weighed, machines_at
from tillit.meetings.guardrails import Guardrail
from tillit.meetings.keeping import KEPT
from tillit.meetings.policy import Stakes, Way
from tillit.readiness.now import Hold
from tillit.sentences import Sentence, paragraph, sentence
from tillit.vocabulary import Errand


def staff_reason(decision: Decision) -> Sentence:
    """What was assigned, what it turned on, and whether chance had a say."""
    parts = [_assigned(decision)]
    if not any(machines_at(decision.moment)):
        parts.append(sentence("No machine can help at this place."))
    elif decision.guardrails:
        parts += [_due(guardrail, decision) for guardrail in decision.guardrails]
        parts.append(sentence("So a machine was not allowed."))
    elif decision.is_drawn:
        parts.append(
            sentence(
                "Drawn by lot, to learn about {errand} with {stakes}: {share} of 100 such moments go this way.",
                errand=errand_words(decision.moment.errand),
                stakes=stakes_words(decision.stakes),
                share=_share(decision),
            )
        )
    elif decision.weighed is not None:
        parts.append(_tipped(decision, decision.weighed))
    else:
        parts.append(
            sentence(
                "The matrix says for {errand} with {stakes}: {way}.",
                errand=errand_words(decision.moment.errand),
                stakes=stakes_words(decision.stakes),
                way=way_words(decision.way),
            )
        )
    hold = left_in_peace_by(decision)
    if hold is not None:
        parts.append(sentence("Left in peace: {why}.", why=hold_words(hold)))
    if is_for_lack_of_people(decision):
        parts.append(sentence("Nobody was free in time, so a time was promised."))
    if decision.experiment is not None and decision.experiment.startswith(KEPT):
        parts.append(sentence("Policy {version}, by the table that is kept.", version=decision.policy_version))
    else:
        parts.append(sentence("Policy {version}.", version=decision.policy_version))
    return paragraph(*parts)


def customer_reason(decision: Decision) -> Sentence:
    """The same for the customer: why, and that they can always have a person."""
    parts: list[Sentence]
    if not any(machines_at(decision.moment)):
        parts = [sentence("People help you here.")]
    elif decision.guardrails:
        parts = [_owed(guardrail) for guardrail in decision.guardrails]
    elif decision.is_drawn:
        parts = [sentence("We are learning when a person helps most, and it was decided by lot how we meet you here.")]
    elif decision.weighed is not None:
        parts = [_told(decision.weighed)]
    else:
        parts = [sentence("We meet you this way by our standing rule; we have not measured it yet.")]
    if decision.action is Action.LEAVE_ALONE:
        parts.append(sentence("We leave you in peace here."))
        parts.append(_way_to_person(decision.to_person))
    elif decision.is_machine:
        parts.append(sentence("A machine helps you here."))
        parts.append(_way_to_person(decision.to_person))
    elif decision.action is Action.BOOKED_CALL:
        if is_for_lack_of_people(decision):
            parts.append(sentence("Nobody is free right now."))
        parts.append(sentence("We call you at the time we promise here."))
    else:
        parts.append(_wait(decision.to_person))
        if any(option.skill is None for option in decision.options):
            parts.append(sentence("You can also go on by yourself."))
    return paragraph(*parts)


def is_for_lack_of_people(decision: Decision) -> bool:
    """Whether a time was promised since nobody could come in time."""
    at_once = Action.PERSON_NOW if decision.moment.skill is None else Action.SPECIALIST
    return decision.action is Action.BOOKED_CALL and at_once in decision.moment.offers


def left_in_peace_by(decision: Decision) -> Hold | None:
    """What speaks against an offer where nothing is offered for that; each that stands alone would do."""
    near = decision.moment.near
    if decision.action is not Action.LEAVE_ALONE or near is UNSET or not decision.moment.is_left_in_peace:
        return None
    first = next(machines_at(replace(decision.moment, near=UNSET)), None)
    return None if first is Action.LEAVE_ALONE else near.holds[0]


def hold_words(hold: Hold) -> Sentence:
    """Why a customer is left in peace, inside a sentence."""
    return {
        Hold.JUST_BOUGHT: sentence("the customer has just bought"),
        Hold.OPEN_COMPLAINT: sentence("a complaint of theirs is not solved"),
        Hold.LEFT_ALONE: sentence("the customer asked to be left alone"),
        Hold.CALM: sentence("the customer compares in their own time"),
    }[hold]


def errand_words(errand: Errand) -> Sentence:
    """An errand, inside a sentence."""
    return {
        Errand.LOOK_UP: sentence("looking something up"),
        Errand.CHOOSE: sentence("choosing"),
        Errand.ORDER: sentence("ordering"),
        Errand.START: sentence("getting started"),
        Errand.REPAIR: sentence("getting something repaired"),
        Errand.COMPLAIN: sentence("complaining"),
        Errand.RENEW: sentence("renewing"),
    }[errand]


def stakes_words(stakes: Stakes) -> Sentence:
    """Stakes, inside a sentence."""
    return {
        Stakes.LOW: sentence("low stakes"),
        Stakes.MEDIUM: sentence("medium stakes"),
        Stakes.HIGH: sentence("high stakes"),
    }[stakes]


def way_words(way: Way) -> Sentence:
    """What a cell of the matrix says."""
    return {
        Way.MACHINE: sentence("a machine"),
        Way.PERSON_NEAR: sentence("a machine, with a person one click away"),
        Way.OFFER: sentence("offer a person"),
        Way.PERSON: sentence("a person"),
    }[way]


def action_words(action: Action) -> Sentence:
    """An action, as a line of its own."""
    return {
        Action.SELF_SERVICE: sentence("Self-service"),
        Action.MACHINE_ANSWER: sentence("A machine answers"),
        Action.LEAVE_ALONE: sentence("Leave alone"),
        Action.DELIGHT: sentence("Delight"),
        Action.PERSON_NOW: sentence("A person now"),
        Action.SPECIALIST: sentence("A specialist now"),
        Action.BOOKED_CALL: sentence("A call at a promised time"),
    }[action]


def _assigned(decision: Decision) -> Sentence:
    if decision.skill is None:
        return sentence("{action}.", action=action_words(decision.action))
    return sentence("{action} ({skill}).", action=action_words(decision.action), skill=decision.skill)


def _share(decision: Decision) -> int:
    taken = next(option for option in decision.options if option.action is decision.action)
    return round(100 * taken.propensity)


def _due(guardrail: Guardrail, decision: Decision) -> Sentence:
    return {
        Guardrail.ASKED: sentence("The customer asked for a person."),
        Guardrail.COMPLAINT: sentence("The customer complains."),
        Guardrail.NEED: sentence("The customer has said that a person is needed."),
        Guardrail.OPEN_CASE: sentence("A known customer has a case that is not solved."),
        Guardrail.BROKEN_PROMISE: sentence(
            "A promise was not kept: {promises}.", promises=", ".join(decision.moment.broken_promises)
        ),
        Guardrail.STAKE: sentence("More is at stake than the brand leaves to a machine."),
        Guardrail.BRAND: sentence(
            "A person is part of the brand when customers are {errand}.", errand=errand_words(decision.moment.errand)
        ),
    }[guardrail]


def _owed(guardrail: Guardrail) -> Sentence:
    return {
        Guardrail.ASKED: sentence("You asked for a person."),
        Guardrail.COMPLAINT: sentence("Something went wrong for you, so a person takes care of it."),
        Guardrail.NEED: sentence("You have told us that you want a person."),
        Guardrail.OPEN_CASE: sentence("Your earlier case is not solved, so a person takes care of it."),
        Guardrail.BROKEN_PROMISE: sentence("We did not keep a promise to you, so a person takes care of it."),
        Guardrail.STAKE: sentence("With an errand of this size, a person helps you."),
        Guardrail.BRAND: sentence("With this errand, a person always helps you."),
    }[guardrail]


def _tipped(decision: Decision, weighed: Weighed) -> Sentence:
    errand, stakes = errand_words(decision.moment.errand), stakes_words(decision.stakes)
    if weighed.rule is not UNSET:
        return _by_rule(weighed, errand)
    if weighed.is_worth_it:
        return sentence(
            "The matrix leaves {errand} with {stakes} open: a person adds more here than the minutes would elsewhere.",
            errand=errand,
            stakes=stakes,
        )
    if weighed.gain_minor > 0:
        return sentence(
            "The matrix leaves {errand} with {stakes} open: a person's minutes add more elsewhere right now.",
            errand=errand,
            stakes=stakes,
        )
    return sentence(
        "The matrix leaves {errand} with {stakes} open: as measured, a person adds less here than they cost.",
        errand=errand,
        stakes=stakes,
    )


def _by_rule(weighed: Weighed, errand: Sentence) -> Sentence:
    if weighed.is_worth_it:
        return sentence(
            "By what was learned of {errand} at this stage, a person adds more than they cost.", errand=errand
        )
    if weighed.gain_minor > 0:
        return sentence(
            "By what was learned of {errand} at this stage a person helps, but minutes add more elsewhere now.",
            errand=errand,
        )
    return sentence("By what was learned of {errand} at this stage, a machine does as well for less.", errand=errand)


def _told(weighed: Weighed) -> Sentence:
    if weighed.is_worth_it:
        return sentence("By what we have measured, a person helps with this.")
    if weighed.gain_minor > 0:
        return sentence("Our people are needed most elsewhere right now.")
    return sentence("By what we have measured, this works as well without a person.")


def _way_to_person(option: Option) -> Sentence:
    if option.wait_seconds is None:
        return sentence("You can have a person call you at a time we promise, whenever you like.")
    if not option.wait_seconds:
        return sentence("You can talk to a person now, whenever you like.")
    return sentence(
        "You can talk to a person in about {minutes} min, whenever you like.", minutes=_minutes(option.wait_seconds)
    )


def _wait(option: Option) -> Sentence:
    if not option.wait_seconds:
        return sentence("A person is free now.")
    return sentence("A person is there in about {minutes} min.", minutes=_minutes(option.wait_seconds))


def _minutes(seconds: float) -> int:
    return max(1, math.ceil(seconds / 60))
