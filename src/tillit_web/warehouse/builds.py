"""Making the ordered store anew after the log changed: in the worker or in a command, never in the web process."""

from __future__ import annotations

import time

from tillit.events.builds import current_build, make_current, new_build, retire_builds
from tillit.events.segments import SegmentKind
from tillit.journeys.build import build_store
from tillit_web.warehouse.folders import open_log


def rebuild() -> bool:
    """Bring the current build up to the log, if it is not there already.

    Returns:
        Whether a new build became current.

    Raises:
        LogBusy: Another process is building.
    """
    with open_log() as log:
        with new_build(log) as (build, segments):
            current = current_build(log)
            if current is not None and current.segments == build.segments:
                return False
            build_store(
                [segment.path for segment in segments if segment.kind is SegmentKind.EVENTS],
                [segment.path for segment in segments if segment.kind is SegmentKind.LINKS],
                build.directory,
            )
            make_current(log, build, made_at=time.time_ns() // 1000)
        retire_builds(log)
        return True
