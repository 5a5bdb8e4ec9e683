"""What a number's link is made of: a page gets a function from a condition to an address, and knows no address."""

from __future__ import annotations

from collections.abc import Callable

from tillit.journeys.behind import AnyCondition

Link = Callable[[AnyCondition], str]
