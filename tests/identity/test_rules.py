"""The rules file: the shipped one, a company's own over it, and what is said when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.identity.made import links_of, persons_of
from tillit.errors import FileError
from tillit.identity.resolve import Identity, resolve
from tillit.identity.rules import UNVERIFIED_CLAIM, default_rules, load_rules, parse_rules, rules_in
from tillit.vocabulary import IdentifierKind

EMAIL, PHONE, ORDER = IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.ORDER


def test_the_shipped_rules() -> None:
    rules = default_rules()
    assert rules.strong == (EMAIL, IdentifierKind.LOYALTY)
    assert rules.never == {UNVERIFIED_CLAIM}
    assert rules.most[EMAIL][PHONE] == 3


def test_what_a_file_leaves_out_is_as_shipped(tmp_path: Path) -> None:
    assert rules_in(tmp_path) is default_rules()
    (tmp_path / "identity.toml").write_text("[most.email]\nphone = 9\n", encoding="utf-8")
    rules = rules_in(tmp_path)
    assert rules.most[EMAIL] == {**default_rules().most[EMAIL], PHONE: 9}
    assert rules.most[ORDER] == default_rules().most[ORDER]
    assert (rules.strong, rules.middle) == (default_rules().strong, default_rules().middle)
    assert rules.digest != default_rules().digest


def test_an_empty_file_is_the_shipped_rules() -> None:
    assert parse_rules("", name="identity.toml").digest == default_rules().digest


def test_a_file_cannot_let_unsigned_claims_join() -> None:
    assert UNVERIFIED_CLAIM in parse_rules("never = []", name="identity.toml").never


def test_a_company_may_let_a_phone_join_addresses() -> None:
    """Where every e-mail is a shared one and phones are people's own."""
    rules = parse_rules('strong = ["phone"]\nmiddle = []', name="identity.toml")
    found = resolve(links_of([("email:ana", "phone:1"), ("email:ana2", "phone:1")]), Identity(rules))
    assert persons_of(found) == {frozenset({"email:ana", "email:ana2", "phone:1"})}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("strong = [", "is no TOML"),
        ("weak = []", 'has a part "weak"'),
        ('strong = ["e-mail"]', 'a kind "e-mail"'),
        ("strong = 1", '"strong" is a list'),
        ('strong = ["phone"]', '"phone" both strong and middle'),
        ("never = 1", '"never" is a list'),
        ("most = 3", r"\[most.phone\]"),
        ("[most]\nphone = 3", r"\[most.phone\]"),
        ("[most.phone]\nemail = -1", "a limit is -1"),
        ("[most.phone]\nemail = true", "a limit is True"),
        ("[most.fax]\nemail = 1", 'a kind "fax"'),
    ],
)
def test_what_rules_cannot_say(text: str, said: str) -> None:
    with pytest.raises(FileError, match=said):
        parse_rules(text, name="identity.toml")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        load_rules(tmp_path / "none.toml")
