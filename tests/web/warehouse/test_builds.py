"""A small import becomes a delta on the build before; a large one, or an undo, a whole build. Readers see one store."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.events.staged import Event
from tests.web.warehouse.test_queries import RULE, bring_in
from tillit.events.builds import Build, current_build
from tillit.events.log import EventLog
from tillit.events.publishing import undo
from tillit.journeys.graph import overview
from tillit.vocabulary import Purpose
from tillit_web.warehouse import queries
from tillit_web.warehouse.builds import rebuild

pytestmark = pytest.mark.django_db

MANY = [Event(f"many-{number}", f"person {number % 7}", "product_viewed") for number in range(40)]
FEW = [Event("few-1", "person 1", "order_completed"), Event("few-2", "ana", "order_completed")]


def built(folder: Path) -> Build:
    assert rebuild()
    with EventLog.open(folder) as log:
        build = current_build(log)
    assert build is not None
    return build


def counts() -> dict[str, int]:
    view = queries.current_view(RULE, purpose=Purpose.MEASUREMENT)
    assert view is not None
    return {found.name: found.events for found in overview(view).activities}


def test_little_goes_on_top_and_much_is_built_anew(data_directory: Path) -> None:
    bring_in(data_directory, "many", MANY)
    whole = built(data_directory)
    assert whole.base is None
    bring_in(data_directory, "few", FEW)
    delta = built(data_directory)
    assert delta.base == whole.number
    assert counts() == Counter(event.activity for event in (*MANY, *FEW))
    more = [Event(f"more-{number}", "bo", "question_asked") for number in range(20)]
    bring_in(data_directory, "more", more)
    assert built(data_directory).base is None
    assert counts() == Counter(event.activity for event in (*MANY, *FEW, *more))


def test_after_an_undo_everything_is_built_anew(data_directory: Path) -> None:
    bring_in(data_directory, "many", MANY)
    built(data_directory)
    bring_in(data_directory, "few", FEW)
    assert built(data_directory).base is not None
    with EventLog.open(data_directory) as log:
        undo(log, "many", work=data_directory / "w")
    assert built(data_directory).base is None
    assert counts() == Counter(event.activity for event in FEW)
