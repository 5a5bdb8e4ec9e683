"""Which memory Arrow works in."""

from __future__ import annotations

import pyarrow as pa


def use_system_memory() -> None:
    """Let Arrow take its memory from the C library, in the whole process, from now on.

    Its own allocator gives memory back to the system at once and gets it anew for the next stretch; in builds the
    kernel's clearing of fresh pages then cost more than all the work that was done in them.
    """
    pa.set_memory_pool(pa.system_memory_pool())
