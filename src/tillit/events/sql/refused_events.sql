-- refused_events: one row per staged event of one part whose row is refused whole
-- reads:       part, refused
-- parameters:  :file (integer), :rule (integer)
select
    :file as file,
    :rule as rule,
    p.origin_row,
    p.event_id,
    'conflict' as outcome
from part as p
where p.origin_row in (select r.origin_row from refused as r where r.file = :file)
order by p.origin_row
