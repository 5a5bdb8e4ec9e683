"""What collection takes out of a request before anything is written; how, is in the core, which reads logs alike."""

from __future__ import annotations

from tillit.events.scrubbing import scrub
from tillit.events.visitors import prefix, reduced_agent

__all__ = ["prefix", "reduced_agent", "scrub"]
