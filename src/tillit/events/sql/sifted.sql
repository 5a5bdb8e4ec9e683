-- sifted: one row per staged row (an event, or a link); `same` is null where the log has no event of its id
-- reads:       staged, known
select
    s.*,
    k.same
from staged as s
left join known as k
    on s.source = k.source
    and s.event_id = k.event_id
