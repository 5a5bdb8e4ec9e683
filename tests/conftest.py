"""What holds for every test."""

from __future__ import annotations

import os

# Small matrices on threads of their own wait for each other most of the time; set before numpy is there.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import settings

# No deadline: the first example pays for imports, and two busy cores are not a fault of the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
