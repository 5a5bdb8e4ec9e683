"""How finely events are told where people work: by whole months, so that no sale is about those who had the shift.

An event is *with people* if one of ours took part in it for the customer: in a shop, on the phone, in a chat, at a
place, or by hand. Its exact time together with a schedule is a name, so lists, timelines and exports tell its month;
what happens without people, on the web above all, keeps its time. Which places are told apart is another rule,
`credit/cells.py`. Why, and what it costs, is in docs/decisions/0012.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tillit.engine.duckdb_engine import DuckDBEngine
from tillit.engine.statement import load_statement
from tillit.events.contract import EVENT_SCHEMA
from tillit.vocabulary import Actor, Channel, Function

WITH_PEOPLE = frozenset({Channel.STORE.value, Channel.PHONE.value, Channel.CHAT.value, Channel.SUPPORT.value})
# By these a customer meets no one, whatever place the event names: an order on the web that is fetched in a shop.
# A channel that a company named itself stands in neither set; its events are with people if they have a place.
WITHOUT_PEOPLE = frozenset(channel.value for channel in Channel) - WITH_PEOPLE - {Channel.UNKNOWN.value}
# Who packs and who books a payment does not sell.
BEHIND_THE_SALE = frozenset({Function.LOGISTICS.value, Function.FINANCE.value})
WORD_LISTS = {"with_people": WITH_PEOPLE, "without_people": WITHOUT_PEOPLE, "behind_the_sale": BEHIND_THE_SALE}
_NOON_MICROS = 12 * 3_600 * 1_000_000
_BATCH_ROWS = 65_536


def is_with_people(channel: str, place: str | None, actor: str, function: str) -> bool:
    """Whether one of ours took part in an event, as far as it says."""
    if channel in WITH_PEOPLE or (place and channel not in WITHOUT_PEOPLE):
        return True
    return actor == Actor.PERSON.value and function not in BEHIND_THE_SALE


def month_of(occurred_at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Noon UTC of the first day of each moment's month: the same month and day in every time zone people live in.

    Args:
        occurred_at: Any shape; microseconds UTC.
    """
    months = occurred_at.astype("datetime64[us]").astype("datetime64[M]").astype("datetime64[us]")
    return months.astype(np.int64) + _NOON_MICROS


def write_told(
    engine: DuckDBEngine,
    to: Path,
    *,
    shown_places: Mapping[str, str],
    salt: str,
    withheld: Collection[bytes] = (),
) -> None:
    """Write the events of the table `events` as they may be given to others, each once.

    What happened with people, and what the same customer did on the day of such a sale, has its month for a time, its
    place as `shown_places` says, and nothing that orders or finds it: no order number, no properties, no row.

    Args:
        engine: Where `events` is offered.
        to: A new Parquet file of EVENT_SCHEMA.
        shown_places: What each place is shown as; one that is not named is shown as "".
        salt: Random; makes event ids that nobody can trace back to receipts.
        withheld: Subjects whose events are left out: those who said no.
    """
    places = pa.table({"place": list(shown_places), "shown": list(shown_places.values())}, _PLACES)
    engine.offer("shown_places", places)
    for name, words in WORD_LISTS.items():
        engine.offer(name, pa.table({"name": sorted(words)}))
    hidden = pa.array(sorted(withheld), EVENT_SCHEMA.field("subject").type)
    with pq.ParquetWriter(to, EVENT_SCHEMA, compression="zstd") as file:
        statement = load_statement("tillit.events", "told_events")
        for batch in engine.stream(statement, {"salt": salt}, batch_rows=_BATCH_ROWS):
            told = pa.Table.from_batches([batch]).select(EVENT_SCHEMA.names).cast(EVENT_SCHEMA)
            file.write_table(told.filter(pc.invert(pc.is_in(told["subject"], value_set=hidden))))


_PLACES = pa.schema([("place", pa.string()), ("shown", pa.string())])
