"""The demo's installations and the links between them: each is a process of its own, and a tab signs in there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The demo's installations, in the order of their tabs."""

    EXAMPLE = "example"
    RECEIPTS = "receipts"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Tab:
    """One installation of the demo, and the address that signs in to it."""

    kind: Kind
    address: str


@dataclass(frozen=True, slots=True)
class Tabs:
    """All of them, and which this process is."""

    here: Kind
    tabs: tuple[Tab, ...]

    def dump(self) -> str:
        """As the environment carries it."""
        return json.dumps({"here": self.here, "tabs": {tab.kind: tab.address for tab in self.tabs}})

    @classmethod
    def load(cls, text: str) -> Tabs | None:
        """From the environment; None where this is no demo."""
        if not text:
            return None
        kept = json.loads(text)
        return cls(Kind(kept["here"]), tuple(Tab(Kind(kind), address) for kind, address in kept["tabs"].items()))
