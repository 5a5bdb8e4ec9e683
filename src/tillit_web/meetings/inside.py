"""Decisions about customers whom the product itself meets: the same policy, people and log as over HTTP."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from msgspec import UnsetType

from tillit.errors import StoreError
from tillit.ledger.ledger import SALT_BYTES
from tillit.meetings.actions import ANYONE
from tillit.meetings.decide import Decision, decide
from tillit.meetings.log import Delivered, Entry, Grouped, Outcome, open_log
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy import Policy
from tillit.meetings.policy_files import default_policy_text, parse_policy
from tillit.meetings.staffing import Staffing
from tillit.meetings.unlinked import unlinked
from tillit.readiness.now import Now
from tillit.readiness.recipe import Want
from tillit.vocabulary import IdentifierKind
from tillit_web.meetings.desk import desk_keeper
from tillit_web.meetings.lots import LotReader
from tillit_web.meetings.nearness import near_of, stage_of
from tillit_web.meetings.needs import needs_of
from tillit_web.meetings.queries import policy as policy_in_force
from tillit_web.meetings.staffing import staffed
from tillit_web.people.queries import company
from tillit_web.people.standing import Standing, StandingReader
from tillit_web.readiness.now import customer_here_now

logger = logging.getLogger("tillit_web.meetings")


class NotDecided(Exception):
    """The log could not be written, so nothing was decided: a person meets the customer."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """What is known of who can meet customers now."""

    policy: Policy
    staffing: Staffing
    capacity: Capacity


def at_work(skill: str, *, at: int) -> AtWork:
    """Who has a skill now, and what they can take on (`at` in microseconds UTC)."""
    policy = _policy()
    keeper = desk_keeper(_directory())
    keeper.refresh_now(policy, skill, at=at)
    return AtWork(policy, staffed().staffing, keeper.capacity(skill, at=at))


def meet(
    moment: Moment, subject: bytes | None, *, groups: Mapping[str, str], kind: IdentifierKind | None = None
) -> Decision:
    """Decide how a customer is met now, and log it.

    Args:
        moment: What is known; whose it is stays out of it unless they allowed that.
        subject: Who it is, if they have shown that; None: nobody's history and no need is looked up.
        groups: What is stated of the meeting for the audit of fairness.
        kind: Of the identifier that they have shown.

    Raises:
        NotDecided: The log did not take it.
    """
    directory, decision_id = _directory(), uuid.uuid4().hex
    known = at_work(moment.skill or ANYONE, at=moment.at)
    standing = _standing(directory, subject)
    if subject is not None and needs_of([subject]):
        moment = replace(moment, has_stated_need=True)
    if not standing.may_vary:
        moment = replace(moment, may_vary=False)
    consent_row = standing.consent_row if standing.is_counted else None
    if consent_row is None or subject is None:
        moment = unlinked(moment, known.policy, decision_id=decision_id, is_counted=standing.is_counted)
    else:
        said = _said(subject, at=moment.at)
        moment = replace(moment, near=near_of(said, left_alone=False), stage=moment.stage or stage_of(said))
        moment = replace(moment, lot=_lot(directory, moment, known.policy))
    skill = moment.skill or ANYONE
    keeper = desk_keeper(directory)
    decision = decide(
        moment,
        known.policy,
        {skill: known.capacity},
        draw=secrets.SystemRandom().random(),
        decision_id=decision_id,
        consent_row=consent_row,
        slots=keeper.slots(skill, known.policy, at=moment.at),
    )
    _put(Grouped(decision, groups, kind))
    keeper.note(decision)
    return decision


def came_of(entry: Delivered | Outcome) -> None:
    """Log how a customer was met in the end, or what came of it.

    Raises:
        NotDecided: The log did not take it.
    """
    _put(entry)
    desk_keeper(_directory()).note(entry)


def _said(subject: bytes, *, at: int) -> Mapping[Want, Now]:
    """What a customer is near, as far as it is switched on; without what cannot be read the matrix decides."""
    try:
        return customer_here_now(subject, at=at)
    except Exception:
        logger.exception("what a customer is near could not be read")
        return {}


def _lot(directory: Path, moment: Moment, policy: Policy) -> str | UnsetType:
    reader = LotReader(directory)
    try:
        return reader.of(moment, policy)
    except sqlite3.Error as error:
        raise NotDecided(str(error)) from error
    finally:
        reader.close()


def _policy() -> Policy:
    """The policy in force; the one that comes with tillit while its file cannot be read: customers wait."""
    currency = company().currency or None
    try:
        return policy_in_force(_directory(), currency=currency)
    except (sqlite3.Error, StoreError):
        logger.exception("the policy could not be read; the default one says how long a customer waits")
        return parse_policy(default_policy_text(), name="policy.toml", version=0, currency=currency)


def _put(entry: Entry) -> None:
    try:
        with open_log(_directory()) as log:
            log.append([(entry, secrets.token_bytes(SALT_BYTES))], at=time.time_ns() // 1000)
    except (sqlite3.Error, StoreError) as error:
        raise NotDecided(str(error)) from error


def _standing(directory: Path, subject: bytes | None) -> Standing:
    if subject is None:
        return Standing()
    reader = StandingReader(directory)
    try:
        return reader.of(subject)
    finally:
        reader.close()


def _directory() -> Path:
    return Path(settings.DATA_DIRECTORY)
