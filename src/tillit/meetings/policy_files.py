"""A policy as a file that a shop manager reads and changes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from typing import Any, TypeVar

from tillit.errors import FileError, QueryError
from tillit.events.currencies import exponent
from tillit.meetings.policy import Cell, Costs, Kept, Learning, Policy, StageRule, Stakes, Way
from tillit.sentences import sentence
from tillit.vocabulary import Errand, Stage

_NUMBERS = {
    "stakes": ("medium_from", "high_from"),
    "waiting": ("at_most_minutes", "call_within_hours"),
    "costs": ("person_minute", "minutes", "delight"),
}
_PARTS = {"known_for", "person_always", "learning", "floors", "adds", "kept", "rules", *_NUMBERS, *Errand}
_Word = TypeVar("_Word", bound=StrEnum)


def default_policy_text() -> str:
    """The policy that a new installation follows."""
    return files("tillit.meetings").joinpath("policy.toml").read_text(encoding="utf-8")


def parse_policy(text: str, *, name: str, version: int, currency: str | None) -> Policy:
    """The policy of a text in the form of `policy.toml`.

    Args:
        name: What errors call the text.
        currency: The amounts' (ISO 4217); None counts in hundredths.

    Raises:
        FileError: It is no TOML, or says something that is no policy; the message names the line's name.
    """
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileError(
            sentence("{name} cannot be read as TOML: {error}.", name=name, error=str(error).rstrip("."))
        ) from error
    if unknown := sorted(read.keys() - _PARTS):
        raise FileError(
            sentence("{name} has a part {part}; there are {parts}.", name=name, part=unknown[0], parts=_all(_PARTS))
        )
    numbers = {part: _numbers(read, part, name) for part in _NUMBERS}
    minor = 10 ** exponent(currency)
    limit = numbers["stakes"].get("person_from")
    try:
        return Policy(
            version=version,
            known_for=str(read.get("known_for", "")).strip(),
            brand_errands=tuple(_word(Errand, word, "person_always", name) for word in read.get("person_always", [])),
            cells=dict(_cells(read, name)),
            medium_from_minor=round(numbers["stakes"]["medium_from"] * minor),
            high_from_minor=round(numbers["stakes"]["high_from"] * minor),
            person_from_minor=None if limit is None else round(limit * minor),
            longest_wait_seconds=round(numbers["waiting"]["at_most_minutes"] * 60),
            call_within_hours=max(1, round(numbers["waiting"]["call_within_hours"])),
            costs=Costs(
                round(numbers["costs"]["person_minute"] * minor),
                round(numbers["costs"]["minutes"]),
                round(numbers["costs"]["delight"] * minor),
            ),
            learning=_learning(read["learning"], name) if "learning" in read else None,
            floors=frozenset(_cell(word, "floors", name) for word in read.get("floors", [])),
            adds=dict(_adds(read.get("adds", {}), name)),
            kept=_kept(read["kept"], name) if "kept" in read else None,
            rules=tuple(_rule(part, name, minor) for part in read.get("rules", [])),
        )
    except QueryError as error:
        raise FileError(sentence("{name}: {error}", name=name, error=error.sentence)) from error


def policy_text(policy: Policy, *, currency: str | None) -> str:
    """The policy as a file; `parse_policy` gives it back."""
    minor = 10 ** exponent(currency)

    def amount(value: int) -> str:
        return f"{value / minor:.10g}"

    lines = [
        f"known_for = {_quoted(policy.known_for)}",
        f"person_always = {_listed(policy.brand_errands)}",
    ]
    if policy.floors:
        lines.append(f"floors = {_cells_listed(policy.floors)}")
    lines += ["", "[stakes]", f"medium_from = {amount(policy.medium_from_minor)}"]
    lines.append(f"high_from = {amount(policy.high_from_minor)}")
    if policy.person_from_minor is not None:
        lines.append(f"person_from = {amount(policy.person_from_minor)}")
    lines += ["", "[waiting]", f"at_most_minutes = {policy.longest_wait_seconds / 60:.10g}"]
    lines.append(f"call_within_hours = {policy.call_within_hours}")
    lines += ["", "[costs]", f"person_minute = {amount(policy.costs.person_minute_minor)}"]
    lines += [f"minutes = {policy.costs.minutes}", f"delight = {amount(policy.costs.delight_minor)}"]
    if policy.learning is not None:
        lines += ["", "[learning]", f'errand = "{policy.learning.errand}"', f'stakes = "{policy.learning.stakes}"']
        lines.append(f"person_share = {policy.learning.person_share!r}")
    if policy.adds:
        lines += ["", "[adds]"]
        lines += _adds_text(policy.adds)
    lines += _cells_text(policy.cells)
    for rule in policy.rules:
        lines += ["", "[[rules]]", f'stage = "{rule.stage}"', f"moments = {_cells_listed(rule.cells)}"]
        ends = (("above", rule.above_minor), ("up_to", rule.up_to_minor))
        lines += [f"{word} = {amount(end)}" for word, end in ends if end is not None]
        lines.append(f"a_person_brings = {amount(rule.gain_minor)}")
    if policy.kept is not None:
        lines += [
            "",
            "[kept]",
            f"name = {_quoted(policy.kept.name)}",
            f"stages = {_listed(sorted(policy.kept.stages))}",
        ]
        if policy.kept.adds:
            lines += ["", "[kept.adds]", *_adds_text(policy.kept.adds)]
        lines += _cells_text(policy.kept.cells, within="kept.")
    return "\n".join(lines) + "\n"


def _cells_text(cells: Mapping[Cell, Way], *, within: str = "") -> Iterator[str]:
    for errand in Errand:
        yield from ("", f"[{within}{errand}]", *(f'{stakes} = "{cells[errand, stakes]}"' for stakes in Stakes))


def _adds_text(adds: Mapping[Cell, float]) -> list[str]:
    return [f"{errand}.{stakes} = {share!r}" for (errand, stakes), share in sorted(adds.items())]


def _cells(read: Mapping[str, Any], name: str) -> Iterator[tuple[Cell, Way]]:
    for errand in Errand:
        part = read.get(errand.value, {})
        if not isinstance(part, dict) or (unknown := sorted(part.keys() - set(Stakes))):
            what = unknown[0] if isinstance(part, dict) else str(part)
            raise FileError(
                sentence(
                    "{name}: [{errand}] has {what}; write low, medium and high.",
                    name=name,
                    errand=errand.value,
                    what=what,
                )
            )
        for word, said in part.items():
            yield (errand, Stakes(word)), _word(Way, said, f"{errand}.{word}", name)


def _numbers(read: Mapping[str, Any], part: str, name: str) -> dict[str, float]:
    given = read.get(part, {})
    wanted = _NUMBERS[part]
    optional = {"person_from"} if part == "stakes" else set()
    given = given if isinstance(given, dict) else {}
    wrong = [word for word in wanted if not _is_amount(given.get(word))]
    wrong += [word for word in given if word not in {*wanted, *optional} or not _is_amount(given[word])]
    if wrong:
        raise FileError(
            sentence(
                "{name}: [{part}] needs {wanted}, each a number from 0 on; {wrong} is not.",
                name=name,
                part=part,
                wanted=", ".join(wanted),
                wrong=wrong[0],
            )
        )
    return {word: float(value) for word, value in given.items()}


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12


def _learning(part: Any, name: str) -> Learning:
    if not isinstance(part, dict) or not {"errand", "stakes"} <= part.keys() <= {"errand", "stakes", "person_share"}:
        raise FileError(sentence("{name}: [learning] has errand, stakes and, if not 0.5, person_share.", name=name))
    share = part.get("person_share", 0.5)
    return Learning(
        _word(Errand, part["errand"], "learning.errand", name),
        _word(Stakes, part["stakes"], "learning.stakes", name),
        float(share) if _is_amount(share) else 0.0,
    )


def _kept(part: Any, name: str) -> Kept:
    known = {"name", "stages", "adds", *Errand}
    if not isinstance(part, dict) or not {"name", "stages"} <= part.keys() <= known or not part["name"]:
        raise FileError(sentence("{name}: [kept] has a name, stages, and a table of its own.", name=name))
    stages = frozenset(_word(Stage, word, "kept.stages", name) for word in part["stages"])
    return Kept(str(part["name"]), stages, dict(_cells(part, name)), dict(_adds(part.get("adds", {}), name)))


def _rule(part: Any, name: str, minor: int) -> StageRule:
    needed, ends = {"stage", "moments", "a_person_brings"}, {"above", "up_to"}
    given = part if isinstance(part, dict) else {}
    amounts = {word: given[word] for word in ("a_person_brings", *ends) if word in given}
    if not needed <= given.keys() <= needed | ends or not all(map(_is_number, amounts.values())):
        raise FileError(
            sentence("{name}: one of [[rules]] has stage, moments, a_person_brings, above and up_to alone.", name=name)
        )
    in_minor = {word: round(value * minor) for word, value in amounts.items()}
    return StageRule(
        stage=_word(Stage, given["stage"], "rules.stage", name),
        cells=frozenset(_cell(word, "rules.moments", name) for word in given["moments"]),
        above_minor=in_minor.get("above"),
        up_to_minor=in_minor.get("up_to"),
        gain_minor=in_minor["a_person_brings"],
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _adds(part: Any, name: str) -> Iterator[tuple[Cell, float]]:
    for errand, of_stakes in part.items() if isinstance(part, dict) else [("", part)]:
        for stakes, share in of_stakes.items() if isinstance(of_stakes, dict) else [("", of_stakes)]:
            if not isinstance(share, int | float) or isinstance(share, bool):
                raise FileError(sentence("{name}: [adds] has lines like choose.high = 0.08.", name=name))
            yield (_word(Errand, errand, "adds", name), _word(Stakes, stakes, "adds", name)), float(share)


def _cell(word: object, place: str, name: str) -> Cell:
    errand, _, stakes = str(word).partition(".")
    return _word(Errand, errand, place, name), _word(Stakes, stakes, place, name)


def _word(kind: type[_Word], said: object, place: str, name: str) -> _Word:
    try:
        return kind(str(said))
    except ValueError:
        raise FileError(
            sentence(
                "{name}: {place} is {said}; it must be one of {words}.",
                name=name,
                place=place,
                said=_quoted(str(said)),
                words=", ".join(_quoted(word) for word in kind),
            )
        ) from None


def _all(words: set[str]) -> str:
    return ", ".join(sorted(words))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML's strings are JSON's, but for one


def _cells_listed(cells: Collection[Cell]) -> str:
    return _listed(f"{errand}.{stakes}" for errand, stakes in sorted(cells))


def _listed(words: Any) -> str:
    return "[" + ", ".join(_quoted(str(word)) for word in words) + "]"
