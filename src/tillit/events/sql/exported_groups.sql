-- exported_groups: one row per source and kind of subject; each becomes a file with a mapping of its own
-- reads:       events
select
    source,
    subject_kind,
    cast(count(*) as bigint) as events
from events
-- Events that are only counted name nobody: read back from a file they would be rejected. `--format jsonl` has them.
where subject_kind <> 'counted'
group by source, subject_kind
order by source, subject_kind
