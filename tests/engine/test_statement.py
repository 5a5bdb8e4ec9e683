"""SQL files say what they make, read and need, and are held to it."""

from __future__ import annotations

from pathlib import Path

import pytest

import tillit
from tillit.engine.dialect import for_duckdb
from tillit.engine.statement import load_statement, parse_statement
from tillit.errors import EngineError

GOOD = """-- late_orders: one row per order that came late
-- reads:       orders, promises
-- parameters:  :grace_micros (bigint, microseconds), :place (varchar)
select o.order_id
from orders as o
join promises as p
    on p.order_id = o.order_id
where o.delivered_at > p.promised_at + :grace_micros
    and o.place = :place
"""


def test_a_header_says_what_a_statement_makes_reads_and_needs() -> None:
    statement = parse_statement(GOOD, name="late_orders")
    assert statement.grain == "one row per order that came late"
    assert statement.reads == ("orders", "promises")
    assert statement.parameters == ("grace_micros", "place")
    assert statement.text.startswith("select o.order_id")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("select 1", "has no header"),
        (GOOD.replace("late_orders", "early_orders"), "says that it makes 'early_orders'"),
        (GOOD.replace(", :place (varchar)", ""), "declares the parameters"),
        (GOOD.replace(" + :grace_micros", ""), "declares the parameters"),
        (GOOD.replace("-- parameters:  :grace_micros (bigint, microseconds), :place (varchar)\n", ""), "declares"),
    ],
)
def test_a_header_that_disagrees_with_its_text_is_refused(source: str, complaint: str) -> None:
    with pytest.raises(EngineError, match=complaint):
        parse_statement(source, name="late_orders")


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("where a = :a and b = :b_2", "where a = $a and b = $b_2"),
        ("select ':a', '12:30' where c = :c", "select ':a', '12:30' where c = $c"),
        ("select 'it''s :a' -- and :b\nwhere c = :c", "select 'it''s :a' -- and :b\nwhere c = $c"),
        ("select x::bigint", "select x::bigint"),
    ],
)
def test_only_parameters_become_dollars(text: str, bound: str) -> None:
    assert for_duckdb(text) == bound


def test_every_statement_of_the_core_keeps_its_header() -> None:
    root = Path(tillit.__file__).parent
    files = [path for path in root.rglob("sql/*.sql") if path.parent.parent.joinpath("__init__.py").exists()]
    assert files
    for path in files:
        package = ".".join(("tillit", *path.parent.parent.relative_to(root).parts))
        assert load_statement(package, path.stem).name == path.stem
