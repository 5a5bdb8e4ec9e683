-- known_counts: one row per answer to "does the log's event say the same?"
-- reads:       known
select
    same,
    cast(count(*) as bigint) as events
from known
group by same
order by same
