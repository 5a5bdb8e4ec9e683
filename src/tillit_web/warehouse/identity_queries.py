"""What may be read of identity: what waits for a decision, what was decided, and why a customer is one person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.events.segments import SegmentKind
from tillit.identity.decided import Decided, Pair, Verdict, pair_of
from tillit.identity.decisions import Decision, decisions, standing
from tillit.identity.evidence import Evidence, evidence_of, kinds_of
from tillit.identity.held import HeldRow, Reason, held_rows
from tillit.journeys.known_by import persons_of, representatives
from tillit.journeys.permission import EVERYBODY
from tillit.vocabulary import Purpose
from tillit_web.people.queries import team
from tillit_web.ui.identifiers import identifier_code, identifier_label
from tillit_web.warehouse.folders import open_log
from tillit_web.warehouse.queries import current_view

MOST_LINKS = 200  # on one page; a person with more is hardly one
MEMBER = "member "  # before the number of a member, as decisions keep it

REASONS: dict[str, Promise] = {
    Reason.TOO_MANY: _("Has met more than one customer has"),
    Reason.CONTESTED: _("Belongs to several as much"),
    Reason.BETWEEN: _("Would join two customers"),
}
VERDICTS: dict[Verdict, Promise] = {
    Verdict.JOINED: _("One customer"),
    Verdict.APART: _("Kept apart"),
    Verdict.STAFF: _("Our own staff"),
    Verdict.KIOSK: _("A shared device"),
    Verdict.RULES: _("As the rules say"),
}
RULES: dict[str, Promise] = {
    "same row": _("They stood in one row"),
    "unverified claim": _("A browser said so, unsigned"),
}


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier on a page: its kind in words, and a code that tells it from others of its kind."""

    subject: bytes
    label: str
    code: str

    @property
    def hex(self) -> str:
        """For addresses and forms."""
        return self.subject.hex()


@dataclass(frozen=True, slots=True)
class HeldApart:
    """Something that waits for a person to decide.

    Attributes:
        one, other: The identifier, or both ends of a link.
        reason: Why it is held, in words.
        about: The kind of which there are too many.
        found, most: How many of it, and how many one customer has.
        persons: How many customers would become one.
    """

    one: Identifier
    other: Identifier | None
    reason: str | Promise
    about: str
    found: int
    most: int
    persons: int


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """A decision on a page. `is_last` says that no later one speaks of the same, so that it can be undone."""

    number: int
    decided_at: int
    by: str
    verdict: str | Promise
    one: Identifier
    other: Identifier | None
    why: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A link on a page: what it ties, how we know, and whether it counts.

    Attributes:
        evidence: Rule, first event, time, how often.
        rule: The rule in words.
        one, other: What it ties.
        verdict: What a person said of it, or None.
        counts: Whether it joins: not taken out, and not held by the rules.
        persons: The customer of each end, if it has events.
    """

    evidence: Evidence
    rule: str
    one: Identifier
    other: Identifier
    verdict: str | Promise | None
    counts: bool
    persons: tuple[str | None, str | None]
    decision: int | None


def waiting() -> tuple[HeldApart, ...]:
    """What the current build holds apart and nobody has decided on yet, most customers first."""
    with open_log() as log:
        said = standing(decisions(log))
    return tuple(_held(row) for row in _held_rows() if not _is_decided(row, said))


def waiting_count() -> int:
    """How many of them; every page shows it, so it is counted once for each build and decision."""
    view = current_view(purpose=Purpose.MEASUREMENT)
    if view is None:
        return 0
    with open_log() as log:
        last = standing(decisions(log)).last
    return _count(view.store.path, last)


def has_data() -> bool:
    """Whether there is a build at all."""
    return current_view(purpose=Purpose.MEASUREMENT) is not None


@lru_cache(maxsize=4)
def _count(build: Path, last_decision: int) -> int:  # noqa: ARG001 - both tell one answer from another
    return len(waiting())


def held_of(subject: bytes) -> tuple[HeldApart, ...]:
    """Why this identifier, or links of it, are held apart."""
    return tuple(_held(row) for row in _held_rows() if subject in (row.subject, row.other))


def decided_rows(about: frozenset[bytes] | None = None) -> tuple[DecidedRow, ...]:
    """Decisions, newest first: those that name one of these subjects, or all but of whoever may not be read now."""
    view = current_view(purpose=Purpose.MEASUREMENT) if about is None else None
    allows = EVERYBODY.allows if view is None else view.permission.persons.allows
    with open_log() as log:
        every = decisions(log)
        kinds = kinds_of(log.sound(SegmentKind.LINKS), {subject for row in every for subject in _ends(row)})
    last = {(row.subject, row.other): row.number for row in every}
    names = {f"{MEMBER}{user.pk}": user.email for user in team()}
    return tuple(
        DecidedRow(
            number=row.number,
            decided_at=row.decided_at,
            by=names.get(row.by, row.by),
            verdict=VERDICTS[row.verdict],
            one=_identifier(row.subject, kinds.get(row.subject, "")),
            other=None if row.other is None else _identifier(row.other, kinds.get(row.other, "")),
            why=row.why,
            is_last=last[row.subject, row.other] == row.number,
        )
        for row in reversed(every)
        if (all(map(allows, _ends(row))) if about is None else not about.isdisjoint(_ends(row)))
    )


def known_links(subjects: Collection[bytes]) -> tuple[KnownLink, ...]:
    """Every link that names one of these subjects, oldest first, with what is known of it; at most MOST_LINKS."""
    with open_log() as log:
        found = evidence_of(log.sound(SegmentKind.LINKS), subjects, most=MOST_LINKS)
        every = decisions(log)
    view = current_view(purpose=Purpose.MEASUREMENT)
    if view is None:
        return ()
    ends = {subject for evidence in found for subject in evidence.pair}
    heads = representatives(view, ends)
    persons = persons_of(view, ends)
    said = standing(every)
    last = {pair_of(row.subject, row.other): row.number for row in every if row.other is not None}
    # Whoever may not be read is on no page, and neither is a link to them.
    shown = [evidence for evidence in found if heads.keys() >= set(evidence.pair)]
    return tuple(_link(evidence, said, last, persons, heads) for evidence in shown)


def _ends(row: Decision) -> tuple[bytes, ...]:
    return (row.subject,) if row.other is None else (row.subject, row.other)


def _link(
    evidence: Evidence,
    said: Decided,
    last: Mapping[Pair, int],
    persons: Mapping[bytes, str],
    heads: Mapping[bytes, bytes],
) -> KnownLink:
    one, other = evidence.pair
    verdict = said.links.get(evidence.pair)
    return KnownLink(
        evidence=evidence,
        rule=str(RULES.get(evidence.rule, evidence.rule)),
        one=_identifier(one, evidence.kinds[0]),
        other=_identifier(other, evidence.kinds[1]),
        verdict=None if verdict is None else VERDICTS[verdict],
        counts=verdict is not Verdict.APART and heads[one] == heads[other],
        persons=(persons.get(one), persons.get(other)),
        decision=last.get(evidence.pair) if verdict is not None else None,
    )


def _held_rows() -> tuple[HeldRow, ...]:
    """What the current build holds apart, without those who may not be read."""
    view = current_view(purpose=Purpose.MEASUREMENT)
    if view is None:
        return ()
    allows = view.permission.persons.allows
    return tuple(
        row for row in held_rows(view.store.held()) if allows(row.subject) and (row.other is None or allows(row.other))
    )


def _is_decided(row: HeldRow, said: Decided) -> bool:
    if row.other is not None and (pair_of(row.subject, row.other) in said.links or row.other in said.identifiers):
        return True
    return row.subject in said.identifiers


def _held(row: HeldRow) -> HeldApart:
    return HeldApart(
        one=_identifier(row.subject, row.kind),
        other=None if row.other is None else _identifier(row.other, row.other_kind or ""),
        reason=REASONS[row.reason],
        about=identifier_label(row.about),
        found=row.found,
        most=row.most,
        persons=row.persons,
    )


def _identifier(subject: bytes, kind: str) -> Identifier:
    return Identifier(subject, identifier_label(kind), identifier_code(subject))
