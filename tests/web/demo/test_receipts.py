"""The exported receipts say what the package's own tables say, counted here with Arrow and plain Python alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tillit_web.demo.receipts import package_data, write_receipts


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    directory = tmp_path_factory.mktemp("receipts")
    return {path.stem: pq.read_table(path) for path, _ in write_receipts(directory)}


def test_every_basket_is_there_once_with_what_was_paid(exported: dict[str, Any]) -> None:
    lines = pq.read_table(package_data() / "transactions.parquet", columns=["basket_id", "household_id", "sales_value"])
    cents = pc.round(pc.multiply(lines["sales_value"], 100)).cast("int64")
    baskets = exported["baskets"]
    assert baskets.num_rows == len(pc.unique(baskets["receipt"])) == len(pc.unique(lines["basket_id"])) == 155_848
    assert int(pc.sum(baskets["total"]).as_py() * 100) == pc.sum(cents).as_py()
    assert pc.sum(baskets["lines"]).as_py() == lines.num_rows
    assert len(pc.unique(baskets["household"])) == 2_469

    of_first = lines.filter(pc.equal(lines["basket_id"], baskets["receipt"][0]))
    paid = sum((Decimal(str(value)) for value in of_first["sales_value"].to_pylist()), Decimal(0))
    assert baskets["total"][0].as_py() == paid


def test_promoted_lines_stood_in_the_shop_that_week(exported: dict[str, Any]) -> None:
    """For the first ten baskets, line by line against the list of promotions."""
    columns = ["basket_id", "product_id", "store_id", "week"]
    lines = pq.read_table(package_data() / "transactions.parquet", columns=columns)
    some = exported["baskets"].slice(0, 10)
    wanted = lines.filter(pc.is_in(lines["basket_id"], some["receipt"])).to_pylist()
    stores, weeks = {line["store_id"] for line in wanted}, {line["week"] for line in wanted}
    places = pq.read_table(
        package_data() / "promotions.parquet", filters=[("store_id", "in", stores), ("week", "in", weeks)]
    ).to_pylist()
    promoted = {
        (place["product_id"], place["store_id"], place["week"])
        for place in places
        if place["display_location"] != "0" or place["mailer_location"] != "0"
    }
    counted = Counter(
        line["basket_id"] for line in wanted if (line["product_id"], line["store_id"], line["week"]) in promoted
    )
    assert dict(zip(some["receipt"].to_pylist(), some["promoted_lines"].to_pylist(), strict=True)) == {
        basket: counted[basket] for basket in some["receipt"].to_pylist()
    }


def test_a_coupon_is_handed_in_just_before_that_days_first_basket(exported: dict[str, Any]) -> None:
    bought = defaultdict(list)
    for row in exported["baskets"].select(["household", "bought_at"]).to_pylist():
        bought[row["household"], row["bought_at"].date()].append(row["bought_at"])
    redeemed = exported["redemptions"].to_pylist()
    assert len(redeemed) == 2_102
    for row in redeemed:
        times = bought[row["household"], row["redeemed_at"].date()]
        if times:
            assert (min(times) - row["redeemed_at"]).total_seconds() == 1
        else:
            assert row["redeemed_at"].hour == 12


def test_every_mailing_is_there(exported: dict[str, Any]) -> None:
    assert exported["mailings"].num_rows == 6_589
    assert len(pc.unique(exported["mailings"]["campaign"])) == 27
