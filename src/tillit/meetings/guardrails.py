"""What is promised to customers before any policy is asked: where a person is due, no machine is eligible."""

from __future__ import annotations

from enum import StrEnum

from tillit.meetings.moment import Moment
from tillit.meetings.policy import Policy
from tillit.vocabulary import Errand


class Guardrail(StrEnum):
    """Why a person is due."""

    ASKED = "asked"
    COMPLAINT = "complaint"
    NEED = "need"
    OPEN_CASE = "open_case"
    BROKEN_PROMISE = "broken_promise"
    STAKE = "stake"
    BRAND = "brand"


def guardrails_of(moment: Moment, policy: Policy) -> tuple[Guardrail, ...]:
    """Every reason for which a person is due, in the order in which they weigh; empty where there is none."""
    limit = policy.person_from_minor
    holds = {
        Guardrail.ASKED: moment.asked_for_person,
        Guardrail.COMPLAINT: moment.complaint or moment.errand is Errand.COMPLAIN,
        Guardrail.NEED: moment.has_stated_need,
        Guardrail.OPEN_CASE: moment.is_known_customer and moment.has_open_case,
        Guardrail.BROKEN_PROMISE: bool(moment.broken_promises),
        Guardrail.STAKE: limit is not None and moment.stake_minor > limit,
        Guardrail.BRAND: moment.errand in policy.brand_errands,
    }
    return tuple(guardrail for guardrail, is_due in holds.items() if is_due)
