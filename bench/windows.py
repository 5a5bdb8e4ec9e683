"""The peer of tillit on Spark: the directly-follows graph by Spark's own windows."""

from __future__ import annotations

from typing import Any

from tillit.engine.on_spark import ran_out_of_memory

# The same graph in Spark's own best words: a window by person, then counts and exact quantiles by arrow.
WINDOWS = """
select source, target, count(*) as count, percentile(wait, array(0.5, 0.9)) as waits
from (
    select
        activity as source,
        lead(activity) over (partition by subject order by occurred_at, sequence, event_id) as target,
        lead(occurred_at) over (partition by subject order by occurred_at, sequence, event_id) - occurred_at as wait
    from events
)
where target is not null
group by source, target
"""


def by_windows(session: Any) -> list[Any] | None:
    """The rows of `WINDOWS` over the view `events`; None where Spark has too little memory for its exact quantiles."""
    try:
        rows: list[Any] = session.sql(WINDOWS).collect()
    except Exception as refused:  # pyspark's errors and py4j's have no root of their own in common
        if not ran_out_of_memory(refused):
            raise
        return None
    return rows
