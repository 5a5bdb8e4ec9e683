"""What is held apart: shared phones, tablets, staff's devices, two strong identifiers and one weaker."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.identity.made import Seen, held_of, links_of, name_of, persons_of, subject_of
from tests.identity.test_resolve import ANYBODY, any_pairs
from tillit.identity.decided import Decided, Verdict, pair_of
from tillit.identity.resolve import Identity, resolve
from tillit.identity.rules import UNVERIFIED_CLAIM, default_rules

Persons = list[str]


def decided(identifiers: dict[str, Verdict], links: dict[Seen, Verdict] | None = None) -> Identity:
    return Identity(
        decided=Decided(
            identifiers={subject_of(name): verdict for name, verdict in identifiers.items()},
            links={pair_of(*map(subject_of, pair)): verdict for pair, verdict in (links or {}).items()},
        )
    )


@pytest.mark.parametrize(
    ("seen", "persons", "held"),
    [
        pytest.param(
            ["email:ana phone:1", "email:ana order:1", "anonymous:1 email:ana"],
            ["email:ana phone:1 order:1 anonymous:1"],
            [],
            id="what meets one address belongs to it",
        ),
        pytest.param(
            ["email:ana phone:1", "email:bo phone:1"],
            ["email:ana", "email:bo", "phone:1"],
            ["phone:1 contested email"],
            id="two addresses through one phone of a household",
        ),
        pytest.param(
            ["email:ana anonymous:1", "email:bo anonymous:1", "email:ana order:1"],
            ["email:ana order:1", "email:bo", "anonymous:1"],
            ["anonymous:1 contested email"],
            id="two addresses on one tablet",
        ),
        pytest.param(
            ["email:ana anonymous:1", "anonymous:1 order:7", "order:7 anonymous:2", "anonymous:2 email:bo"],
            ["email:ana anonymous:1", "email:bo anonymous:2", "order:7"],
            ["order:7 contested email"],
            id="each side keeps what is nearest",
        ),
        pytest.param(
            ["email:ana anonymous:1", "anonymous:1 anonymous:2", "anonymous:2 email:bo"],
            ["email:ana anonymous:1", "email:bo anonymous:2"],
            ["anonymous:1–anonymous:2 between email"],
            id="a link between two who are known",
        ),
        pytest.param(
            ["email:home loyalty:1", "email:home loyalty:2", "email:home order:1"],
            ["email:home order:1", "loyalty:1", "loyalty:2"],
            ["email:home contested loyalty"],
            id="two cards under one address",
        ),
        pytest.param(
            ["email:ana phone:1", "email:ana phone:2", "email:ana customer:1", "email:ana customer:2"],
            ["email:ana phone:1 phone:2 customer:1 customer:2"],
            [],
            id="an address may have two phones and two customer numbers",
        ),
        pytest.param(
            ["customer:1 phone:1", "customer:2 phone:1"],
            ["customer:1", "customer:2", "phone:1"],
            ["phone:1 contested customer"],
            id="but a phone may not bring two customer numbers together",
        ),
        pytest.param(
            ["phone:1 anonymous:1", "phone:2 anonymous:1"],
            ["phone:1", "phone:2", "anonymous:1"],
            ["anonymous:1 contested phone"],
            id="nor a tablet two phones",
        ),
        pytest.param(
            [f"email:{n} anonymous:tablet" for n in range(4)] + ["anonymous:tablet order:9"],
            [*(f"email:{n}" for n in range(4)), "anonymous:tablet", "order:9"],
            ["anonymous:tablet too_many email"],
            id="a tablet that many have used keeps nothing",
        ),
        pytest.param(
            [f"email:info phone:{n}" for n in range(4)],
            ["email:info", *(f"phone:{n}" for n in range(4))],
            ["email:info too_many phone"],
            id="an address of a whole office",
        ),
    ],
)
def test_what_joins_and_what_is_held(seen: Persons, persons: Persons, held: Persons) -> None:
    found = resolve(links_of([(one, other) for one, other in map(str.split, seen)]))
    assert persons_of(found) == {frozenset(names.split()) for names in persons}
    assert held_of(found) == {(row.split()[0].replace("–", " – "), *row.split()[1:]) for row in held}


def test_how_many_would_be_joined_is_counted_in_persons() -> None:
    """The phone stands between Ana, who also has an order, and Bo: two persons would be one."""
    found = resolve(links_of([("email:ana", "phone:1"), ("email:bo", "phone:1"), ("email:ana", "order:1")]))
    assert [(row["persons"], row["found"], row["most"]) for row in found.held.to_pylist()] == [(2, 2, 1)]


def test_a_claim_that_nobody_signed_joins_nobody() -> None:
    found = resolve(links_of([("email:ana", "anonymous:1")], rule=UNVERIFIED_CLAIM))
    assert persons_of(found) == {frozenset({"email:ana"}), frozenset({"anonymous:1"})}
    assert not found.held.num_rows


@given(any_pairs)
def test_no_person_has_two_of_a_strong_kind(observed: list[Seen]) -> None:
    for names in persons_of(resolve(links_of(observed))):
        for kind in default_rules().strong:
            assert sum(name.startswith(f"{kind}:") for name in names) <= 1


@given(any_pairs)
def test_everybody_is_in_one_person_and_no_person_is_held_together_by_what_was_not_seen(observed: list[Seen]) -> None:
    persons = persons_of(resolve(links_of(observed)))
    named = {name for pair in observed for name in pair}
    assert sorted(name for person in persons for name in person) == sorted(named)
    for person in persons:
        start = min(person)
        walked = {start}
        inside = [pair for pair in observed if set(pair) <= person]
        while new := {b for pair in inside for a, b in (pair, pair[::-1]) if a in walked} - walked:
            walked |= new
        assert walked == person


@given(any_pairs, st.sampled_from(ANYBODY), st.sampled_from([Verdict.STAFF, Verdict.KIOSK, Verdict.APART]))
def test_what_is_marked_stands_alone_and_the_rest_is_as_if_it_were_not_there(
    observed: list[Seen], marked: str, verdict: Verdict
) -> None:
    found = resolve(links_of(observed), decided({marked: verdict}))
    others = [pair for pair in observed if marked not in pair]
    alone = {frozenset({name}) for pair in observed for name in pair if name != marked}
    without = persons_of(resolve(links_of(others)))
    # Who met nobody but the marked one is named by no other link, and stands alone too.
    named = frozenset().union(*without)
    expected = without | {person for person in alone if not person & named}
    assert persons_of(found) - {frozenset({marked})} == expected
    assert marked not in {name_of(row["subject"]) for row in found.held.to_pylist()}


def test_a_person_may_join_what_the_rules_hold() -> None:
    seen = [("email:ana", "phone:1"), ("email:bo", "phone:1"), ("email:cy", "anonymous:1")]
    found = resolve(links_of(seen), decided({"phone:1": Verdict.JOINED}))
    assert persons_of(found) == {
        frozenset({"email:ana", "email:bo", "phone:1"}),
        frozenset({"email:cy", "anonymous:1"}),
    }
    one_link = resolve(links_of(seen), decided({}, {("email:bo", "phone:1"): Verdict.JOINED}))
    assert persons_of(one_link) == {
        frozenset({"email:ana"}),
        frozenset({"email:bo", "phone:1"}),
        frozenset({"email:cy", "anonymous:1"}),
    }


def test_what_was_joined_by_hand_counts_as_one_where_it_meets_others() -> None:
    """Ana's two addresses are one person by hand; Cy's phone still keeps the three apart."""
    seen = [("email:ana", "phone:1"), ("email:ana2", "phone:1"), ("email:ana2", "phone:2"), ("email:cy", "phone:2")]
    found = resolve(links_of(seen), decided({"phone:1": Verdict.JOINED}))
    assert persons_of(found) == {
        frozenset({"email:ana", "email:ana2", "phone:1"}),
        frozenset({"email:cy"}),
        frozenset({"phone:2"}),
    }
