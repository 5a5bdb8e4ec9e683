-- unmet_rows: one row per row of the file none of whose events were new
-- reads:       staged_events, known
select
    s.origin_row,
    cast(count(*) filter (where not k.same) as bigint) as conflicts,
    min(s.event_id) filter (where not k.same) as event_id,
    min(s.activity) filter (where not k.same) as activity
from staged_events as s
left join known as k
    on s.source = k.source
    and s.event_id = k.event_id
group by s.origin_row
having count(*) filter (where k.same is null) = 0
order by s.origin_row
