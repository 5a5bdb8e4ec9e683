"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `advice` is empty where all is well."""

    subject: str
    found: str
    advice: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be done."""
        return not self.advice
