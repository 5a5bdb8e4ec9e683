"""The rules of identity as a value: which identifiers are strong, and how many others one may meet."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tillit.errors import FileError
from tillit.sentences import sentence
from tillit.vocabulary import IdentifierKind

RULES_FILE = "identity.toml"  # in a data directory
# The rule under which a link is written that a browser claims and nobody has signed.
UNVERIFIED_CLAIM = "unverified claim"
PARTS = ("strong", "middle", "never", "most")

Limits = Mapping[IdentifierKind, Mapping[IdentifierKind, int]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What links may join.

    Attributes:
        strong: Kinds of which a person has one; two never join by links alone. Strongest first.
        middle: Kinds of which two join through a stronger identifier alone. Strongest first.
        never: Names of rules whose links join nobody.
        most: How many different identifiers of the inner kind one of the outer kind may meet.
        digest: Tells these rules from others; 16 hexadecimal digits.
    """

    strong: tuple[IdentifierKind, ...]
    middle: tuple[IdentifierKind, ...]
    never: frozenset[str]
    most: Limits
    digest: str


@lru_cache(maxsize=1)
def default_rules() -> Rules:
    """The rules that come with tillit."""
    return _rules(_shipped())


def rules_in(directory: Path) -> Rules:
    """The rules of a data directory: its `identity.toml` over the shipped ones, or those alone.

    Raises:
        FileError: The file cannot be read, or says something that rules cannot say.
    """
    path = directory / RULES_FILE
    return load_rules(path) if path.exists() else default_rules()


def load_rules(path: Path) -> Rules:
    """The rules of a file in the form of `rules.toml`; what it leaves out is as shipped.

    Raises:
        FileError: It cannot be read, is no TOML, or names a part or a kind that does not exist.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            sentence(
                "The rules {path} cannot be read: {error}. Check the path; it is UTF-8 text.",
                path=str(path),
                error=str(error),
            )
        ) from error
    return parse_rules(text, name=path.name)


def parse_rules(text: str, *, name: str) -> Rules:
    """The rules of a text; `name` is what errors call it.

    Raises:
        FileError: As `load_rules`.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileError(sentence("{name} is no TOML: {error}. Mend that line.", name=name, error=str(error))) from error
    if unknown := sorted(set(found) - set(PARTS)):
        raise FileError(
            sentence(
                '{name} has a part "{part}", which rules do not have. They have {parts}.',
                name=name,
                part=unknown[0],
                parts=", ".join(PARTS),
            )
        )
    shipped = _shipped()
    limits = found.get("most", {})
    if not isinstance(limits, dict) or not all(isinstance(inner, dict) for inner in limits.values()):
        raise FileError(sentence('In {name}, "most" holds tables such as [most.phone].', name=name))
    most = {**shipped["most"], **{kind: shipped["most"].get(kind, {}) | inner for kind, inner in limits.items()}}
    return _rules({**shipped, **found, "most": most}, name=name)


def _shipped() -> dict[str, Any]:
    return tomllib.loads(files("tillit.identity").joinpath("rules.toml").read_text(encoding="utf-8"))


def _rules(found: Mapping[str, Any], *, name: str = "rules.toml") -> Rules:
    strong, middle = (_kinds(found[part], part=part, name=name) for part in ("strong", "middle"))
    if twice := set(strong) & set(middle):
        raise FileError(
            sentence('{name} calls "{kind}" both strong and middle. Choose one.', name=name, kind=str(min(twice)))
        )
    most = {}
    for outer, inner in found["most"].items():
        kind = _kind(outer, name=name)
        most[kind] = {_kind(other, name=name): _count(value, name=name) for other, value in inner.items()}
    never = found["never"]
    if not isinstance(never, list) or not all(isinstance(rule, str) for rule in never):
        raise FileError(sentence('In {name}, "never" is a list of names of rules.', name=name))
    said = repr(
        (strong, middle, sorted(never), sorted((kind, sorted(limits.items())) for kind, limits in most.items()))
    )
    return Rules(
        strong=strong,
        middle=middle,
        # Whatever a file says, what nobody signed joins nobody.
        never=frozenset(never) | {UNVERIFIED_CLAIM},
        most=MappingProxyType(most),
        digest=hashlib.sha256(said.encode()).hexdigest()[:16],
    )


def _kinds(values: Any, *, part: str, name: str) -> tuple[IdentifierKind, ...]:
    if not isinstance(values, list):
        raise FileError(sentence('In {name}, "{part}" is a list of kinds.', name=name, part=part))
    return tuple(dict.fromkeys(_kind(value, name=name) for value in values))


def _kind(value: Any, *, name: str) -> IdentifierKind:
    try:
        return IdentifierKind(value)
    except ValueError as error:
        raise FileError(
            sentence(
                '{name} names a kind "{kind}", which no identifier has. Kinds are {kinds}.',
                name=name,
                kind=str(value),
                kinds=", ".join(IdentifierKind),
            )
        ) from error


def _count(value: Any, *, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise FileError(
            sentence(
                "In {name}, a limit is {value}; it must be a whole number, 0 or more.", name=name, value=str(value)
            )
        )
    return value
