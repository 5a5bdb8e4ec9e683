"""Who it was: persons are the connected components of accepted links, and nothing is merged for good.

Links are rows that stay; which of them count is worked out anew each time, from the rules and from what people decided.
A link that no longer counts is left out, and both lives are then exactly as if it had never been.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tillit.identity.decided import Decided, Verdict
from tillit.identity.held import HELD_SCHEMA, Contested, Held, held_table
from tillit.identity.limits import over_limits
from tillit.identity.links import KINDS, SUBJECT, LinkGraph, link_graph
from tillit.identity.rules import Rules, default_rules
from tillit.identity.territories import NOBODY, component_labels, owners
from tillit.vocabulary import IdentifierKind

# Subjects that some link names, each with its component's first subject by bytes. All others stand for themselves.
COMPONENT_SCHEMA = pa.schema(
    [pa.field("subject", SUBJECT, nullable=False), pa.field("representative", SUBJECT, nullable=False)]
)

Codes = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Identity:
    """By what persons are told: the rules, and what people have decided beside them."""

    rules: Rules = field(default_factory=default_rules)
    decided: Decided = field(default_factory=Decided)

    @property
    def digest(self) -> str:
        """Tells two ways of resolving the same links apart."""
        return f"{self.rules.digest}-{self.decided.last}"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who is one person, and what was held apart on the way.

    Attributes:
        components: Of COMPONENT_SCHEMA, in the order of the subjects. The representative is the least subject by
            bytes, so that it does not depend on the order of the links.
        held: Of HELD_SCHEMA: identifiers and links that the rules hold apart, most persons first.
    """

    components: pa.Table
    held: pa.Table


def resolve(links: pa.Table, identity: Identity | None = None, *, erased: Collection[bytes] = ()) -> Resolution:
    """The component of every subject that some link names.

    The answer is the same whatever the order or the batches in which links came.

    Args:
        links: The columns of `links.READ`, one row per observation; repeated pairs count once.
        identity: The rules and decisions; the shipped rules alone if None.
        erased: Subjects that no longer exist; every link to one of them is gone with it.
    """
    identity = identity or Identity()
    graph = link_graph(links, never=identity.rules.never, erased=erased)
    if not len(graph.subjects):
        return Resolution(COMPONENT_SCHEMA.empty_table(), HELD_SCHEMA.empty_table())
    ruled = _by_people(graph, identity.decided)
    excess = over_limits(graph, identity.rules.most, counted=ruled.stays, spared=ruled.settled)
    stays = ruled.stays & ~(excess.over[graph.low] | excess.over[graph.high])
    label, contested = _persons(graph, identity.rules, np.flatnonzero(stays), confirmed=ruled.confirmed)
    held = held_table(graph, Held(excess, contested, counted=ruled.stays, label=label))
    return Resolution(_components(graph, label), held)


@dataclass(frozen=True, slots=True)
class _Ruled:
    """What people's decisions mean for the pairs of a graph.

    Attributes:
        stays: Shape (pairs,); nobody has taken the pair out.
        confirmed: Shape (pairs,); a person has said that both are one.
        settled: Shape (subjects,); a person has said that this identifier is one person's, limits or not.
    """

    stays: Marks
    confirmed: Marks
    settled: Marks


def _by_people(graph: LinkGraph, decided: Decided) -> _Ruled:
    size = len(graph.subjects)
    settled, barred = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    settled[graph.codes_of(_said(decided, Verdict.JOINED))] = True
    barred[graph.codes_of(_said(decided, Verdict.APART, Verdict.STAFF, Verdict.KIOSK))] = True
    stays = ~(barred[graph.low] | barred[graph.high])
    confirmed = settled[graph.low] | settled[graph.high]
    if decided.links:
        code = graph.pair_code(graph.low, graph.high)
        stays &= ~np.isin(code, _pairs(graph, decided, Verdict.APART))
        confirmed |= np.isin(code, _pairs(graph, decided, Verdict.JOINED))
    return _Ruled(stays, confirmed & stays, settled)


def _said(decided: Decided, *verdicts: Verdict) -> list[bytes]:
    return [subject for subject, verdict in decided.identifiers.items() if verdict in verdicts]


def _pairs(graph: LinkGraph, decided: Decided, verdict: Verdict) -> Codes:
    wanted = [pair for pair, said in decided.links.items() if said is verdict]
    one, other = (pc.index_in(pa.array([p[s] for p in wanted], SUBJECT), value_set=graph.subjects) for s in (0, 1))
    known = pc.and_(one.is_valid(), other.is_valid())
    ends = (side.filter(known).to_numpy(zero_copy_only=False).astype(np.int64) for side in (one, other))
    return graph.pair_code(*ends)


def _persons(
    graph: LinkGraph, rules: Rules, pairs: Codes, *, confirmed: Marks
) -> tuple[Codes, dict[IdentifierKind, Contested]]:
    """The person of every subject, numbered from 0, and what was taken out because two claim it.

    Args:
        pairs: Places of the pairs that may join.
        confirmed: Shape (all pairs,); a person has said that both are one.
    """
    size = len(graph.subjects)
    label = component_labels(graph.low[pairs], graph.high[pairs], size)
    nodes = np.flatnonzero(_has_two_of_a_kind(graph, rules, label))
    if not len(nodes):
        return label, {}
    place = np.full(size, -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    inside = pairs[place[graph.low[pairs]] >= 0]
    part = LinkGraph(
        graph.subjects.take(pa.array(nodes)), graph.kind[nodes], place[graph.low[inside]], place[graph.high[inside]]
    )
    kept, contested = _uncontested(part, rules, confirmed=confirmed[inside])
    label[nodes] = size + component_labels(part.low[kept], part.high[kept], len(nodes))
    return label, {kind: replace(found, pairs=inside[found.pairs]) for kind, found in contested.items()}


def _has_two_of_a_kind(graph: LinkGraph, rules: Rules, label: Codes) -> Marks:
    """Which subjects stand in a component with two of a strong or middle kind: nobody else can be contested."""
    several = np.zeros(len(label), np.bool_)
    for kind in (*rules.strong, *rules.middle):
        several |= np.bincount(label[graph.kind == KINDS.index(kind)], minlength=len(label)) > 1
    found: Marks = several[label]
    return found


def _uncontested(graph: LinkGraph, rules: Rules, *, confirmed: Marks) -> tuple[Marks, dict[IdentifierKind, Contested]]:
    """Take out links until no person has two of a strong kind, or two of a middle one by something weaker.

    Returns:
        Which pairs stay, and for each kind those that were taken out for it.
    """
    size = len(graph.subjects)
    # What a person has joined is one node, and no rule divides it.
    node = component_labels(graph.low[confirmed], graph.high[confirmed], size) if confirmed.any() else np.arange(size)
    low, high = node[graph.low], node[graph.high]
    holds = np.zeros(size, np.uint8)  # which kinds stand in a node, a bit for each
    np.bitwise_or.at(holds, node, np.left_shift(np.uint8(1), graph.kind.astype(np.uint8)))
    kept = np.ones(len(low), np.bool_)
    contested: dict[IdentifierKind, Contested] = {}
    stronger = np.uint8(0)
    for kind in (*rules.strong, *rules.middle):
        bit = np.uint8(1 << KINDS.index(kind))
        stronger |= bit
        claimant = np.where(holds & bit, np.arange(size), NOBODY)
        if kind in rules.middle:
            strong_enough = (holds & stronger) != 0
            through = kept & strong_enough[low] & strong_enough[high]
            core = component_labels(low[through], high[through], size)
            has = np.zeros(size, np.bool_)
            has[core[claimant != NOBODY]] = True
            claimant = np.where(has[core] & strong_enough, core, NOBODY)
        owner = owners(low[kept], high[kept], claimant)
        apart = np.flatnonzero(kept & (owner[low] != owner[high]) & (np.maximum(owner[low], owner[high]) >= 0))
        if len(apart):
            kept[apart] = False
            contested[kind] = Contested(apart, owner[low[apart]], owner[high[apart]])
    return kept, contested


def _components(graph: LinkGraph, label: Codes) -> pa.Table:
    # Subjects are sorted, so the first position of a label is its least subject.
    first = np.full(int(label.max()) + 1, len(label), np.int64)
    np.minimum.at(first, label, np.arange(len(label)))
    return pa.table([graph.subjects, graph.subjects.take(pa.array(first[label]))], schema=COMPONENT_SCHEMA)


def changed_subjects(before: pa.Table, after: pa.Table, moved: pa.Array) -> pa.Array:
    """The subjects whose persons are not what they were: whole components, as they were and as they are.

    Args:
        before: Components at the last resolution, of COMPONENT_SCHEMA.
        after: Components now.
        moved: Subjects that changed for another reason (new events, erased).
    """
    named = pc.unique(pa.chunked_array([*before["subject"].chunks, *after["subject"].chunks, moved], SUBJECT))
    was, now = _representatives(named, before), _representatives(named, after)
    # A component's representative names it, so two resolutions differ exactly where a representative does.
    differs = pc.or_(pc.not_equal(was, now), pc.is_in(named, value_set=moved))
    touched = pc.unique(pa.concat_arrays([was.filter(differs), now.filter(differs)]))
    return named.filter(pc.or_(pc.is_in(was, value_set=touched), pc.is_in(now, value_set=touched)))


def _representatives(subjects: pa.Array, components: pa.Table) -> pa.Array:
    place = pc.index_in(subjects, value_set=components["subject"])
    return pc.coalesce(components["representative"].take(place).combine_chunks(), subjects)
