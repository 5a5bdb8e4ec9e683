"""What an address asks, read and written; what cannot be read is named and left out."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from tillit.credit.sales import SoldAfter, SoldAfterContent
from tillit.credit.statement import InStatement
from tillit.errors import QueryError
from tillit.friction.after_meetings import Meeting, Met, SilentAfter
from tillit.journeys.behind import Activity, AnyCondition, Arrow, End, Everything, Start, VariantOf
from tillit.journeys.conditions import Dropped, InStage, Moved, OnPath, Reached
from tillit.journeys.funnel import FunnelSpec
from tillit.journeys.paths import PathSpec
from tillit.journeys.stage_rules import default_stage_rules
from tillit.reports.outcomes import ReachedGoal
from tillit.reports.repeat import OrderedAgain
from tillit.reports.stage_reach import CameTo
from tillit.reports.unanswered import OWED, Unanswered
from tillit.vocabulary import Stage, Unit
from tillit_web.insight.asking import FunnelAsked, PathsAsked
from tillit_web.insight.behind import condition_of, pairs_of
from tillit_web.insight.filters import Filters, address
from tillit_web.insight.meaning import meaning_of

STOCKHOLM = ZoneInfo("Europe/Stockholm")
RULES = default_stage_rules()
FUNNEL = FunnelSpec(("a", "b", "c"), 604_800.0, (3_600.0, None), exclude=frozenset({"x"}), unit=Unit.JOURNEY)
ANY_ORDER = FunnelSpec(("a", "b"), ordered=False)
BACK = PathSpec("a", forward=False, depth=4, unit=Unit.PERSON)

CONDITIONS: tuple[AnyCondition, ...] = (
    Everything(),
    Activity("a:b & c"),
    Arrow("a", "ö"),
    Start("a"),
    End("a"),
    VariantOf(("a", "b", "a")),
    ReachedGoal(None),
    ReachedGoal(1_700_000_000_000_000),
    OrderedAgain("a", 1_700_000_000_000_000, 90),
    Unanswered(OWED[1]),
    Reached(FUNNEL, 2),
    Dropped(FUNNEL, 3),
    Reached(ANY_ORDER, 1),
    OnPath(BACK, ((0, "a"), (1, "b:c"))),
    InStage(RULES, Stage.USE, 5, None),
    InStage(RULES, Stage.USE, 5, 9),
    Moved(RULES, None, Stage.NEED),
    Moved(RULES, Stage.COMPARE, Stage.EXPLORE),
    Moved(RULES, Stage.STAY, None),
    CameTo(RULES, Stage.STAY),
    Met(Meeting.QUOTE, "a"),
    Met(Meeting.VISIT, "a", 7),
    SilentAfter(Meeting.ADVICE, "a", 14, 1_700_000_000_000_000),
    SilentAfter(Meeting.ADVICE, "a", 1, 1_700_000_000_000_000, bought=True),
    SoldAfter("a", "place", ("Malmö", "Lund")),
    SoldAfter("a", "channel", (), web_only=True),
    SoldAfter("a", "channel", ("b", "c"), exactly=True),
    SoldAfterContent("a", ("b", "c"), exactly=True),
    SoldAfterContent("a", ("spring & summer", "b")),
    SoldAfterContent("a", ()),
    InStatement("a", ("sales", "Malmö"), True, 0, 2_678_400_000_000),
    InStatement("a", ("sales", ""), False, 0, 2_678_400_000_000),
    InStatement("a", None, False, 0, 2_678_400_000_000),
)


@pytest.mark.parametrize("condition", CONDITIONS, ids=repr)
def test_a_condition_comes_back_from_its_address_beside_filters(condition: AnyCondition) -> None:
    filters = Filters(from_on=date(2026, 3, 1), channel="store", place="Malmö", known=False)
    query = QueryDict(address("", pairs_of(condition), filters.pairs()).removeprefix("?"))
    assert condition_of(query) == condition
    assert Filters.read(query) == filters
    assert meaning_of(condition, "order_completed").endswith(".")


@pytest.mark.parametrize(
    "asked",
    [
        "of=nothing",
        "of=arrow&a=x",
        "of=met&meeting=visit&a=x&days=2",
        "of=silent&meeting=quote&a=x&days=14&at=5",
        "of=again&a=x&at=soon&days=90",
        "of=reached&at=1&step=a",
        "of=stage&stage=x",
        "of=sold&a=x&by=employee",
        "of=statement&a=x&since=0&until=86400000000",
    ],
)
def test_half_an_address_is_refused_with_what_to_do(asked: str) -> None:
    with pytest.raises(QueryError, match="Open the list again from its number"):
        condition_of(QueryDict(asked))


def test_a_day_begins_at_local_midnight_also_when_clocks_change() -> None:
    """29 March 2026 has 23 hours in Stockholm."""
    chosen = Filters(from_on=date(2026, 3, 29), to_on=date(2026, 3, 29)).selection(STOCKHOLM)
    begins = datetime(2026, 3, 29, tzinfo=STOCKHOLM).timestamp()
    assert chosen.start_at == begins * 1_000_000
    assert chosen.end_at == (begins + 23 * 3_600) * 1_000_000


def test_what_cannot_be_read_is_named() -> None:
    filters = Filters.read(QueryDict("from=2026-02-30&customers=friends&channel=web"))
    assert filters == Filters(channel="web", unread=("from=2026-02-30", "customers=friends"))


@pytest.mark.parametrize(
    ("button", "steps", "limits"),
    [
        ("add", ("a", "b", "c", ""), (None, 60.0, None, None)),
        ("remove-1", ("b", "c"), (None, None)),
        ("remove-2", ("a", "c"), (None, None)),
        ("up-2", ("b", "a", "c"), (None, None, None)),
        ("up-3", ("a", "c", "b"), (None, None, 60.0)),
        ("up-1", ("a", "b", "c"), (None, 60.0, None)),
        ("remove-9", ("a", "b", "c"), (None, 60.0, None)),
        ("dance", ("a", "b", "c"), (None, 60.0, None)),
    ],
)
def test_the_buttons_of_the_funnel(button: str, steps: tuple[str, ...], limits: tuple[float | None, ...]) -> None:
    form = FunnelAsked(("a", "b", "c"), step_within=(None, 60.0, None)).changed(button)
    assert (form.steps, form.step_within) == (steps, limits)


def test_a_funnel_needs_two_steps_and_skips_those_not_chosen() -> None:
    assert FunnelAsked.read(QueryDict("step=a&step=")).spec() is None
    spec = FunnelAsked.read(QueryDict("step=a&step_within=&step=&step_within=&step=b&step_within=60")).spec()
    assert spec == FunnelSpec(("a", "b"), None, (60.0,))


@pytest.mark.parametrize("nonsense", ["depth=x&unit=crowd&look=up", "depth=-3", "depth=0"])
def test_nonsense_about_paths_is_the_usual(nonsense: str) -> None:
    asked = PathsAsked.read(QueryDict(f"anchor=a&{nonsense}"))
    assert asked.spec() == PathSpec("a", depth=1 if "depth=0" in nonsense else 3, unit=Unit.JOURNEY)
