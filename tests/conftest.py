"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# No deadline: the first example pays for imports, and two busy cores are not a fault of the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
