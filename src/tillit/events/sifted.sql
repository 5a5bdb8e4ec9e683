-- sifted: one row per staged row (an event, or a link); `same` is null where the log has no event of its id
-- reads:       staged (Parquet of the event or the link contract), known
-- parameters:  :staged (list of files)
select
    s.*,
    k.same
from read_parquet(:staged) as s
left join known as k
    on s.source = k.source
    and s.event_id = k.event_id
