"""The demo's decisions, written into its log as `/v1/decide` writes them, with the truth left beside it."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from tillit.events.key import read_or_create_key
from tillit.events.subject import normalise, subject_of
from tillit.ledger.ledger import SALT_BYTES
from tillit.meetings.log import open_log
from tillit.meetings.policy_files import default_policy_text, parse_policy, policy_text
from tillit.simulate.company import Company
from tillit.simulate.decided import decided
from tillit.simulate.files import email_of
from tillit.vocabulary import IdentifierKind
from tillit_web.meetings import results, truth

# What the shop calls little, some and much, in minor units: nearly everything it sells is some.
MEDIUM_FROM, HIGH_FROM = 300_00, 12_000_00


def bring_decisions_in(
    company: Company, directory: Path, rng: np.random.Generator, *, currency: str, now: datetime
) -> None:
    """Decide as the company did, log it, leave the truth beside the log, and read the log once for its page.

    Killed anywhere and started again, it ends as if it had run once.
    """
    default = parse_policy(default_policy_text(), name="policy.toml", version=1, currency=currency)
    first = replace(default, medium_from_minor=MEDIUM_FROM, high_from_minor=HIGH_FROM)
    key = read_or_create_key(directory)
    subjects = {one.number: _subject(email_of(one.number), key) for one in company.customers}
    at = round(now.timestamp() * 1e6)
    made = decided(company, first, rng, until=at, subjects=subjects)
    (directory / truth.FILE).write_text(json.dumps(made.truth), encoding="utf-8")
    with open_log(directory) as log:
        for since, policy in made.policies[log.newest_version() :]:
            log.save_policy(policy_text(policy, currency=currency), at=since, name="policy.toml", currency=currency)
        if not log.position():
            log.append([(entry, secrets.token_bytes(SALT_BYTES)) for entry in made.entries], at=at)
    results.refresh(directory, currency=currency, now=now)


def _subject(email: str, key: bytes) -> str:
    normal = normalise(IdentifierKind.EMAIL, email)
    if normal is None:
        raise ValueError(f"{email} names nobody")
    return subject_of(IdentifierKind.EMAIL, normal, key=key).hex()
