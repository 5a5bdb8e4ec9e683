"""Sentences for people that keep how they were made, so that whoever shows them can say them in another language.

The core writes English and never translates. `sentence("Read as CSV: {encoding}.", encoding=…)` is that English as a
`str`; a page takes its template, looks up the reader's language and fills in the same values. Templates are collected
for translation from the calls themselves, so the first argument is always written out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, Union

Value: TypeAlias = Union["Sentence", str, int, float]


class Sentence(str):
    """`template.format(**values)`, and the two it was made of. A value may be a sentence, or a clause of one."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, values: Mapping[str, Value]) -> Sentence:
        made = super().__new__(cls, template.format(**values))
        made.template = template
        made.values = values
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, Value]]:  # type: ignore[override]
        """For copies and pickles, which would otherwise be made from the English alone."""
        return self.template, self.values

    def to_json(self) -> dict[str, Any]:
        """As a database keeps it."""
        values = {
            name: value.to_json() if isinstance(value, Sentence) else value for name, value in self.values.items()
        }
        return {"template": self.template, "values": values}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Sentence:
        """From what a database keeps."""
        values = {
            name: cls.from_json(value) if isinstance(value, dict) else value for name, value in kept["values"].items()
        }
        return cls(kept["template"], values)

    def renamed(self, old: str, new: str) -> Sentence:
        """The same sentence with `new` for `old` wherever it stands in a value."""
        values = {
            name: value.renamed(old, new)
            if isinstance(value, Sentence)
            else value.replace(old, new)
            if isinstance(value, str)
            else value
            for name, value in self.values.items()
        }
        return Sentence(self.template, values)


def sentence(template: str, /, **values: Value) -> Sentence:
    """Say something to people. The template is a literal, with a `{name}` for each value."""
    return Sentence(template, values)


def paragraph(*sentences: Sentence) -> Sentence:
    """Several sentences, one after the other."""
    values = {f"part_{place}": said for place, said in enumerate(sentences)}
    return Sentence(" ".join(f"{{{name}}}" for name in values), values)
