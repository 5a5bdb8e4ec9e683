-- exported_groups: one row per source and kind of subject; each becomes a file with a mapping of its own
-- reads:       events
select
    source,
    subject_kind,
    cast(count(*) as bigint) as events
from events
group by source, subject_kind
order by source, subject_kind
