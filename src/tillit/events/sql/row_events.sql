-- row_events: one row per staged event of one part whose row lost an event
-- reads:       part, settled
-- parameters:  :file (integer)
select
    :file as file,
    p.origin_row
from part as p
where p.origin_row in (select s.origin_row from settled as s where s.file = :file and s.outcome <> 'kept')
